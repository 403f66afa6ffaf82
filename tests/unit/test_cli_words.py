"""The command line as a text: what each command offers and teaches, and how `--option` reads a value."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from polybatch import InputError, __version__, cli
from polybatch.cli import main
from polybatch.cli.options import read_pairs
from polybatch.vendors import names

RUN_OPTIONS = {
    "--out", "--base-url", "--option", "--model", "--sandbox", "--run-dir", "--poll", "--on-unknown",
    "--max-items-per-batch", "--max-requests", "--settle", "--retries", "--canary", "--allow-http", "--ca-file",
    "--no-check", "--json", "--prompt", "--system", "--id-column", "--schema", "--max-tokens",
    "--lossy", "--in-order",
}  # fmt: skip


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = dict(commands())


def options(command: click.Command) -> set[str]:
    return {name for param in command.params for name in param.opts if name.startswith("--")}


def test_the_commands_are_the_contracts() -> None:
    ours = {"run", "plan", "status", "results", "resume", "cancel", "verify", "batch", "contract", "vendors", "sandbox"}
    assert set(main.commands) == ours | {"runs", "completion"}
    batch = main.commands["batch"]
    assert isinstance(batch, click.Group)
    assert set(batch.commands) == {"create", "get", "list", "cancel", "delete", "results"}


def test_run_and_resume_offer_what_works_and_nothing_else() -> None:
    assert options(ALL["run",]) == RUN_OPTIONS | {"--vendor", "--to"}
    assert options(ALL["resume",]) == RUN_OPTIONS - {"--run-dir"}


@pytest.mark.parametrize("path", [path for path, command in ALL.items() if not isinstance(command, click.Group)])
def test_every_command_can_speak_json(path: tuple[str, ...]) -> None:
    assert "--json" in options(ALL[path])


def test_a_key_is_no_option_anywhere() -> None:
    assert not [option for command in ALL.values() for option in options(command) if "key" in option]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_teaches_with_an_example_and_fits(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, [*path, "--help"])
    assert done.exit_code == 0
    assert f"\n  polybatch {' '.join(path)} " in done.stdout.replace("s\n", "s \n")  # vendors and runs take no words
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("arguments", [[], ["--help"], ["batch"]])
def test_help_is_data(arguments: list[str]) -> None:
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: ")


def test_the_version_is_the_packages() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout == f"polybatch, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["fly"], "No such command 'fly'.", "polybatch --help"),
        (["run", "in.jsonl", "--settel", "3"], "--settel", "polybatch run --help"),
        (["run", "in.jsonl"], "Missing option '--vendor'.", f"known are: {', '.join(names())}"),
        (["run", "--vendor", "v"], "Missing argument 'INPUT'.", "polybatch run --help"),
        (["run", "in.jsonl", "--vendor", "v", "--poll", "0"], "Invalid value for '--poll'", "polybatch run --help"),
        (["run", "x", "--vendor", "v", "--on-unknown", "pray"], "'pray' is not one of", "polybatch run --help"),
        (["batch", "get", "--vendor", "v"], "Missing argument 'BATCH_ID'.", "polybatch batch get --help"),
    ],
)
def test_wrong_usage_is_two_lines_and_2(arguments: list[str], message: str, hint: str) -> None:
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("error: ")
    assert message in first
    assert second == f"hint: {hint}"


def test_the_package_can_be_run_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "polybatch"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: polybatch ")


@pytest.mark.parametrize("path", sorted(Path(cli.__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_no_module_draws_before_it_has_to(path: Path) -> None:
    # sys.modules cannot tell: httpx imports rich itself where it is installed.
    top = ast.parse(path.read_text(encoding="utf-8")).body
    imported = [node.module or "" for node in top if isinstance(node, ast.ImportFrom)]
    imported += [name.name for node in top if isinstance(node, ast.Import) for name in node.names]
    assert not [name for name in imported if name.split(".")[0] in {"rich", "polybatch_sandbox"}]


# -- --option K=V


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("version=2023-06-01", "2023-06-01"),
        ('version="2023-06-01"', "2023-06-01"),
        ("beta=true", True),
        ("betas=one", ["one"]),
        ("betas=one,two", ["one", "two"]),
        ('betas=["one","two"]', ["one", "two"]),
        ("user_profile_id=123", "123"),
        ("user_profile_id=a=b", "a=b"),
        ("user_profile_id=true", "true"),
        ("workspace_id=", ""),
    ],
)
def test_a_value_is_read_as_its_option_wants_it(pair: str, value: Any) -> None:
    assert read_pairs([pair], "anthropic") == {pair.partition("=")[0]: value}


def test_a_value_that_fits_nothing_is_left_to_the_vendor() -> None:
    assert read_pairs(["beta=7", "unknown=x"], "anthropic") == {"beta": 7, "unknown": "x"}


@pytest.mark.parametrize("pairs", [["beta"], ["beta=true", "beta=false"]])
def test_a_pair_that_is_none_and_a_pair_that_comes_twice_are_refused(pairs: list[str]) -> None:
    with pytest.raises(InputError, match="beta"):
        read_pairs(pairs, "anthropic")


# -- vendors


def test_the_vendor_tables_fit_and_name_everybody() -> None:
    done = CliRunner().invoke(main, ["vendors"])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for name in names():
        assert sum(line.startswith(f"{name} ") for line in lines) == 4
    assert "100,000   256,000,000" in done.stdout
    assert "Verified against a live vendor: never." in lines


def test_vendors_are_one_json_object_a_line() -> None:
    done = CliRunner().invoke(main, ["vendors", "--json"])
    found = {entry["vendor"]: entry for entry in map(json.loads, done.stdout.splitlines())}
    assert set(found) == set(names())
    anthropic = found["anthropic"]
    assert anthropic["key_variable"] == "ANTHROPIC_API_KEY"
    assert anthropic["limits"]["max_items"] == 100_000
    assert anthropic["evidence"]["create_batch"] == "published"
    assert "betas" in anthropic["options"]
    assert anthropic["verified_live"] is None
