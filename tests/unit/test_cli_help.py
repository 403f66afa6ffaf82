"""Help that teaches: its tour, its headings, and that whatever it shows can be typed; all of it on 80 columns."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from polybatch.cli import main, teaching
from polybatch.cli.options import RunDir
from tests.unit.test_cli_words import ALL

GROUPS = {(): main, **{path: command for path, command in ALL.items() if isinstance(command, click.Group)}}
COMMANDS = {path: command for path, command in ALL.items() if not isinstance(command, click.Group)}
HEADED = {path for path, command in COMMANDS.items() if len(command.params) > teaching.FEW + 1}


def help_of(*path: str) -> str:
    done = CliRunner().invoke(main, [*path, "--help"])
    assert done.exit_code == 0
    return done.stdout


def examples(text: str) -> Iterator[list[str]]:
    """The commands that a help shows, as words."""
    for line in re.sub(r" \\\n *", " ", text).splitlines():
        if found := re.search(r"(?:^ +|\$\()polybatch (.*)", line):
            words = shlex.split(found[1].partition(" | ")[0].partition(" >")[0].rstrip('")'), comments=True)
            if words:
                yield words


class TestTheTour:
    def test_begins_with_what_a_newcomer_can_type(self) -> None:
        assert help_of().splitlines()[:18] == [
            "Usage: polybatch [OPTIONS] [COMMAND] [ARGS]...",
            "",
            "  LLM batches at any vendor: one command from a file of requests to a file of",
            "  results.",
            "",
            "  A first run, against an imitation of the vendor on this machine, without a",
            "  key. A table and a prompt make requests:",
            "",
            "    printf 'text\\nI love it\\nIt broke\\n' > reviews.csv",
            "    polybatch run reviews.csv --prompt 'Good or bad? {text}' \\",
            "      --vendor anthropic --model claude-opus-5-5 \\",
            "      --sandbox --run-dir trial -o trial.csv",
            "",
            "  At the vendor itself: its key in the environment, and no --sandbox. After",
            "  Ctrl-C or a crash the same command goes on where it was.",
            "",
            "    export ANTHROPIC_API_KEY=...",
            "    polybatch run reviews.csv --prompt 'Good or bad? {text}' \\",
        ]

    def test_names_every_command_once_with_a_line_that_fits(self) -> None:
        listed = [name for lines in teaching.COMMANDS.values() for name in lines]
        assert sorted(listed) == sorted(main.commands)
        text = help_of()
        for lines in teaching.COMMANDS.values():
            for name, line in lines.items():
                assert re.search(rf"^  {name} +{re.escape(line)}$", text, re.MULTILINE)

    def test_shows_commands_in_the_order_in_which_they_are_needed(self) -> None:
        headings = re.findall(r"^(\S.*):$", help_of(), re.MULTILINE)
        assert headings == ["Options", *teaching.COMMANDS]
        assert list(main.commands)[:2] == ["run", "plan"]

    @pytest.mark.parametrize("path", [path for path in GROUPS if path], ids=" ".join)
    def test_of_a_smaller_group_cuts_no_sentence(self, path: tuple[str, ...]) -> None:
        text = " ".join(help_of(*path).split())
        assert "..." not in text.replace("[ARGS]...", "")
        for command in GROUPS[path].commands.values():
            assert command.get_short_help_str(teaching.LONGEST) in text


class TestOptions:
    @pytest.mark.parametrize("path", sorted(HEADED), ids=" ".join)
    def test_stand_under_headings_each_once_and_under_one_that_says_something(self, path: tuple[str, ...]) -> None:
        text = help_of(*path).partition("\nWhat is asked:\n")[2]
        _, _, besides = text.partition("\nBesides:\n")
        assert re.findall(r"^  +(-\S.*--\S+)", besides, re.MULTILINE) == ["-h, --help"]
        for param in COMMANDS[path].params:
            if isinstance(param, click.Option):
                (name, *_) = [option for option in param.opts if option.startswith("--")]
                assert len(re.findall(rf"^  (?:-\w, )?{name}\b", text, re.MULTILINE)) == 1, name

    def test_are_all_there_that_headings_name(self) -> None:
        there = {param.name for command in COMMANDS.values() for param in command.params}
        assert {name for names in teaching.OPTIONS.values() for name in names} <= there

    def test_that_are_few_stand_under_one(self) -> None:
        assert re.findall(r"^(\S.*):$", help_of("status"), re.MULTILINE) == ["Options"]

    @pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
    def test_each_have_a_sentence(self, path: tuple[str, ...]) -> None:
        for param in COMMANDS[path].params:
            if isinstance(param, click.Option):
                assert param.help, param.name
                assert param.help[0].isupper(), param.name
                assert param.help.rstrip(")").endswith(".") or param.help.endswith(")"), param.name


@pytest.mark.parametrize("path", [(), *ALL], ids=" ".join)
def test_what_a_help_shows_can_be_typed(path: tuple[str, ...]) -> None:
    shown = [*examples(help_of(*path))]
    assert shown
    for words in shown:
        command, rest = main, [*words]
        while isinstance(command, click.Group) and rest:
            command, rest = command.commands[rest[0]], rest[1:]
        command.make_context(command.name, rest, **main.context_settings).close()


@pytest.mark.parametrize("path", [(), *ALL], ids=" ".join)
def test_help_has_a_short_name_everywhere(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, [*path, "-h"])
    assert (done.exit_code, done.stdout) == (0, help_of(*path))


@pytest.mark.parametrize("path", [(), *ALL], ids=" ".join)
def test_every_help_fits_80_columns(path: tuple[str, ...]) -> None:
    assert max(map(len, help_of(*path).splitlines())) <= 80


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ([], "in.jsonl is a file, and a run is a directory"),
        (["in.jsonl.b.polybatch", "in.jsonl.a.polybatch", "in.jsonl.a.polybatch.old"],
         "in.jsonl is a file, and a run is a directory; its runs are: in.jsonl.a.polybatch, in.jsonl.b.polybatch"),
    ],
    ids=["none", "two"],
)  # fmt: skip
def test_an_input_in_the_place_of_a_run_is_told_its_runs(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, made: list[str], words: str
) -> None:
    monkeypatch.chdir(str(tmp_path))
    from pathlib import Path

    Path("in.jsonl").touch()
    for name in made:
        Path(name).mkdir()
    done = CliRunner().invoke(main, ["status", "in.jsonl"])
    assert (done.exit_code, done.stderr) == (
        2, f"error: Invalid value for 'RUN_DIR': {words}\nhint: polybatch status --help\n",
    )  # fmt: skip
    assert isinstance(main.commands["status"].params[0].type, RunDir)


def test_words_of_a_choice_stand_on_one_line() -> None:
    done = CliRunner().invoke(main, ["completion"])
    assert done.stderr.splitlines() == [
        "error: Missing argument 'SHELL'. Choose from: bash, zsh, fish", "hint: polybatch completion --help",
    ]  # fmt: skip
