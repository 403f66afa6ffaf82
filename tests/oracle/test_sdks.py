"""The SDKs are the ones that were meant, and a failed installation is a failed test."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle import sdks
from tests.oracle.sdks import SDKS, TOOLS, Driver, NotInstalled, Sdk, SdkError, install

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", SDKS)
def test_the_driver_runs_the_pinned_version_out_of_its_own_folder(name: str, drivers: Callable[[str], Driver]) -> None:
    found = drivers(name).call("version", {"base_url": "http://127.0.0.1:9", "api_key": "k"}, {})
    assert found["version"] == SDKS[name].version
    assert Path(found["file"]).is_relative_to(SDKS[name].folder)


def test_the_pins_of_the_project_are_among_them() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    pins = {pin for package in (*SDKS.values(), *TOOLS) for pin in package.pins}
    assert set(project["optional-dependencies"]["oracle"]) <= pins


def test_an_installed_sdk_is_not_installed_again(
    drivers: Callable[[str], Driver], monkeypatch: pytest.MonkeyPatch
) -> None:
    drivers("meshapi-0.1.11")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    install(SDKS["meshapi-0.1.11"])


def test_a_failed_installation_says_what_pip_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdks, "CACHE", tmp_path / "cache")
    missing = Sdk("anthropic", "0.0.0.dev999", "anthropic_driver.py")
    with pytest.raises(NotInstalled, match=re.escape("anthropic==0.0.0.dev999, which the oracle tests need")) as why:
        install(missing)
    assert "ERROR" in str(why.value)
    assert not missing.folder.exists()


def test_an_exception_of_the_sdk_is_told(drivers: Callable[[str], Driver]) -> None:
    settings: dict[str, Any] = {"base_url": "http://127.0.0.1:9", "api_key": "k", "resource": "messages"}
    with pytest.raises(SdkError, match="APIConnectionError") as caught:
        drivers("anthropic-2.12.0").call("retrieve", settings, {"message_batch_id": "msgbatch_1"})
    assert caught.value.told["status"] is None
