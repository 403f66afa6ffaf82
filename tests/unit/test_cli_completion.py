"""What a shell completes, asked as click asks it; and the scripts that `completion` prints."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from polybatch.cli import completing, main
from polybatch.run import registry
from polybatch.vendors import names


def completed(*words: str) -> list[str]:
    """What is offered for the last word; directories, which the shell itself completes, as `dir`."""
    shell = ShellComplete(main, {}, "polybatch", completing.VARIABLE)
    found = shell.get_completions(list(words[:-1]), words[-1])
    return [item.value if item.type == "plain" else item.type for item in found]


def test_commands_and_options_are_completed_by_click() -> None:
    assert completed("st") == ["status"]
    assert completed("batch", "c") == ["create", "cancel"]
    assert "--max-items-per-batch" in completed("run", "--max")


@pytest.mark.parametrize("command", ["run", "plan"])
def test_vendors_are_completed(command: str) -> None:
    assert completed(command, "in.jsonl", "--vendor", "") == list(names())
    assert completed(command, "in.jsonl", "--vendor", "le") == ["letta"]


def test_options_of_a_vendor_are_completed_once_it_is_named() -> None:
    assert completed("run", "in.jsonl", "--vendor", "anthropic", "--option", "be") == ["betas=", "beta="]
    assert completed("run", "in.jsonl", "--vendor", "onerouter", "--option", "be") == []
    assert completed("run", "in.jsonl", "--vendor", "nobody", "--option", "") == []
    everybodys = completed("run", "in.jsonl", "--option", "")
    assert {"betas=", "callback_url=", "cancel_path="} <= set(everybodys)
    assert len(everybodys) == len(set(everybodys))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two runs below it, one of them below the directory we are in, and one that is gone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("here/in.jsonl.anthropic.polybatch", "there/b.polybatch", "there/gone.polybatch"):
        registry.register(tmp_path / name)
        if "gone" not in name:
            (tmp_path / name).mkdir(parents=True)
            (tmp_path / name / "journal.sqlite").touch()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


@pytest.mark.parametrize("command", ["status", "resume", "cancel", "results", "verify"])
def test_runs_that_are_there_are_completed_and_any_directory_besides(home: Path, command: str) -> None:
    first, *runs = completed(command, "")
    assert first == "dir", "bash forgets what came before it"
    assert sorted(runs) == ["in.jsonl.anthropic.polybatch", "~/there/b.polybatch"]
    assert completed(command, "in") == ["dir", "in.jsonl.anthropic.polybatch"]
    assert completed(command, f"{home}/th") == ["dir", f"{home}/there/b.polybatch"]
    assert completed(command, "nothing") == ["dir"]


def test_a_list_of_runs_that_cannot_be_read_hinders_nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "file"))
    assert completed("status", "") == ["dir"]


@pytest.mark.parametrize("shell", completing.INSTALL)
def test_a_script_asks_by_the_variable_and_ends_with_how_to_keep_it(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert f"{completing.VARIABLE}={shell}_complete" in done.stdout
    assert done.stdout.splitlines()[-1] == f"# to have it in every shell: {completing.INSTALL[shell]}"
    said = json.loads(CliRunner().invoke(main, ["completion", shell, "--json"]).stdout)
    assert (said["shell"], said["install"]) == (shell, completing.INSTALL[shell])
    assert said["script"] in done.stdout


def test_another_shell_is_told_which_there_are() -> None:
    done = CliRunner().invoke(main, ["completion", "tcsh"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in done.stderr


@pytest.mark.parametrize("shell", completing.INSTALL)
def test_a_script_is_one_for_its_shell(shell: str) -> None:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed on this machine")
    script = CliRunner().invoke(main, ["completion", shell]).stdout
    done = subprocess.run([path, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_program_answers_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(completing.VARIABLE, "fish_complete")
    monkeypatch.setenv("COMP_WORDS", "polybatch run --vendor ")
    monkeypatch.setenv("COMP_CWORD", "mesh")
    done = CliRunner().invoke(main, [], prog_name="polybatch")
    assert (done.exit_code, done.stdout.strip().partition("\n")[0].split(",")[:2]) == (0, ["plain", "meshapi"])
