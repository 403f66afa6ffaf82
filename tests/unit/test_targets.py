"""`--to`: what a target is, how its files are named, whose an option is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch import InputError
from polybatch.cli import targets
from polybatch.cli.targets import Target

FILE_NAMES = {
    ("anthropic", None): "anthropic",
    ("anthropic", "claude-opus-5-5"): "anthropic-claude-opus-5-5",
    ("meshapi", "openai/gpt-4o_mini"): "meshapi-openai+gpt-4o_mini",
    ("meshapi", "a/b:free"): "meshapi-a+b=free",
    ("meshapi", "a+b=c"): "meshapi-a%2Bb%3Dc",
    ("meshapi", "Größe 7"): "meshapi-Gr%C3%B6%C3%9Fe%207",
    ("meshapi", ".."): "meshapi-..",
    ("meshapi", "claude@2026"): "meshapi-claude@2026",
}


@pytest.mark.parametrize("target", FILE_NAMES, ids=FILE_NAMES.values())
def test_a_model_in_the_name_of_a_file(target: tuple[str, str | None]) -> None:
    assert Target(*target).file_name == FILE_NAMES[target]


MODELS = st.text(st.sampled_from("aB/:+=%-_.@ é\\*?<>|\"'\n~$\ud800"), min_size=1, max_size=200)


@given(MODELS, MODELS)
def test_different_models_have_different_files_that_any_system_takes(one: str, other: str) -> None:
    name, second = (Target("meshapi", model).file_name for model in (one, other))
    assert (name == second) == (one == other)
    assert len(name) <= len("meshapi-") + targets.LONGEST
    assert not {*name} & {*'/\\:*?<>|"\n$ '}
    assert name.isascii()


def test_places() -> None:
    target, requests = Target("meshapi", "a/b"), Path("x/in.jsonl.gz")
    assert target.places(requests, None) == (
        Path("x/in.meshapi-a+b.results.jsonl"), Path("x/in.jsonl.gz.meshapi-a+b.polybatch")
    )  # fmt: skip
    assert target.places(requests, Path("d")) == (Path("d/meshapi-a+b.results.jsonl"), Path("d/meshapi-a+b"))


def test_all_behind_the_first_colon_is_the_model() -> None:
    found = targets.read(["meshapi:a/b:free", "letta", "meshapi:a"])
    assert [(target.vendor, target.model, target.name) for target in found] == [
        ("meshapi", "a/b:free", "meshapi:a/b:free"), ("letta", None, "letta"), ("meshapi", "a", "meshapi:a")
    ]  # fmt: skip


BOTH = (Target("anthropic", "m"), Target("meshapi", "m"))


def test_urls_belong_to_their_vendors() -> None:
    found = targets.base_urls(["meshapi=http://h/x?a=b"], BOTH)
    assert found == {"anthropic": None, "meshapi": "http://h/x?a=b"}
    assert targets.base_urls(["http://h/?x=y"], BOTH[:1]) == {"anthropic": "http://h/?x=y"}
    own = {"anthropic": None, "meshapi": None}  # as a variable that is not set leaves it
    assert targets.base_urls(["anthropic=", "meshapi="], BOTH) == own
    with pytest.raises(InputError, match="whose is it"):
        targets.base_urls(["anthropic"], BOTH)


def test_options_belong_to_their_vendors() -> None:
    found = targets.own_options(["anthropic.betas=a.b,c", "meshapi.completion_window=1h"], BOTH)
    assert found == {"anthropic": {"betas": ["a.b", "c"]}, "meshapi": {"completion_window": "1h"}}
    assert targets.own_options(["betas=a.b,c"], BOTH[:1]) == {"anthropic": {"betas": ["a.b", "c"]}}


@pytest.mark.parametrize("text", ["beta=true", "anthropic.", "letta.project=p"])
def test_an_option_of_nobody_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--option"):
        targets.own_options([text], BOTH)
