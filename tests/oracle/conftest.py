"""The SDKs' processes and the sandbox between them and us."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from polybatch_sandbox import Server
from tests.oracle.between import Between
from tests.oracle.sdks import SDKS, Driver, NotInstalled, install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def drivers() -> Iterator[Callable[[str], Driver]]:
    """A running driver by the name of its SDK; a failed installation is a failed test, never a skipped one."""
    running: dict[str, Driver] = {}
    failed: dict[str, str] = {}
    with ExitStack() as stack:

        def driver(name: str) -> Driver:
            if name not in running and name not in failed:
                try:
                    install(SDKS[name])
                except NotInstalled as why:
                    failed[name] = str(why)  # asked once: pip takes long to give up
                else:
                    running[name] = stack.enter_context(Driver(SDKS[name]))
            if name in failed:
                pytest.fail(failed[name], pytrace=False)
            return running[name]

        yield driver


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests."""
    with Server(Between()) as running:
        yield running


@pytest.fixture
def box(server: Server) -> Between:
    """A fresh sandbox behind the server."""
    between = server.sandbox
    assert isinstance(between, Between)
    between.renew()
    return between
