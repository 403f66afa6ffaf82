"""Each example as it stands: what it prints and writes, what the sandbox was sent, and what it would charge for."""

from __future__ import annotations

import base64
import csv
import json
import os
import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import polybatch.run
import polybatch_sandbox.server
from polybatch import InputError
from polybatch.cli import main
from polybatch_sandbox import VENDORS, Request, Response, Sandbox, pytest_plugin, serve
from polybatch_sandbox.pytest_plugin import RunningSandbox, running_sandbox  # noqa: F401 - the fixture

pytest_plugins = ["pytester"]
IMPORTED = (polybatch.run, polybatch_sandbox.server)
"""Pytester forgets what an inner run is the first to import."""
HERE = Path(__file__).parent
PROGRAMS = sorted(path.name for path in HERE.glob("*.py") if path.name not in {"conftest.py", Path(__file__).name})
SCRIPTS = sorted(path.name for path in HERE.glob("*.sh"))
Run = Callable[[str], list[str]]
Sent = list[list[dict[str, Any]]]


def test_no_comment_of_an_example_is_cut() -> None:
    programs = [path for path in HERE.rglob("*.py") if path.is_file() and path.name != Path(__file__).name]
    assert len(programs) > len(PROGRAMS)
    assert [path.name for path in programs if re.search("# .*[:,]$", path.read_text("utf-8"), re.MULTILINE)] == []


@pytest.fixture(autouse=True)
def _copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unwanted = shutil.ignore_patterns(".*", "__pycache__", "*.polybatch", "*.results.jsonl")
    shutil.copytree(HERE, tmp_path / "examples", ignore=unwanted)
    monkeypatch.chdir(tmp_path / "examples")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a program in this process; gives the lines it printed."""

    def running(name: str) -> list[str]:
        runpy.run_path(name, run_name="__main__")
        return capsys.readouterr().out.splitlines()

    return running


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The requests of each batch that is created; stands before the sandbox among a test's fixtures."""
    batches: Sent = []
    handle = Sandbox.handle

    def noting(self: Sandbox, request: Request) -> Response:
        if request.method == "POST":
            batches.append(json.loads(request.body)["requests"])
        return handle(self, request)

    monkeypatch.setattr(Sandbox, "handle", noting)
    return batches


def rows(name: str) -> list[dict[str, str]]:
    with Path(name).open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(name).read_bytes().splitlines()]


def sizes(sandbox: RunningSandbox, vendor: str = "anthropic") -> list[int]:
    return [batch["items"] for batch in sandbox.ledger(vendor)]


# -- each of them


VERDICTS = [("a-17", "kettle", "happy"), ("a-18", "kettle", "angry"), ("b-02", "toaster", "neutral"),
            ("b-05", "toaster", "happy")]  # fmt: skip


def test_classify(sent: Sent, polybatch_sandbox: RunningSandbox, run: Run) -> None:
    assert run("classify.py") == [" ".join(verdict) for verdict in VERDICTS]
    found = rows("verdicts.csv")
    assert [(row["review"], row["product"], row["parsed_mood"]) for row in found] == VERDICTS
    assert [row["text"] for row in found] == [row["text"] for row in rows("data/reviews.csv")]
    assert {(row["review"] == row["custom_id"], row["outcome"], row["invalid"]) for row in found} == {
        (True, "succeeded", "")
    }
    ((first, *_),) = sent
    asked = "How does this customer feel about the kettle? Boils fast, looks good. I am happy with it."
    assert first["params"]["messages"] == [{"role": "user", "content": asked}]
    schema = first["params"]["output_config"]["format"]["schema"]
    assert schema["properties"]["mood"]["enum"] == ["angry", "happy", "neutral"]
    assert run("classify.py") == [" ".join(verdict) for verdict in VERDICTS]
    assert polybatch_sandbox.billed("anthropic") == 4, "given again it sends nothing"


def test_classify_as_one_command() -> None:
    shown = re.search(r"^    polybatch (run (?:.*\\\n)*.*)", source("classify.py"), re.MULTILINE)[1]
    done = CliRunner().invoke(main, shlex.split(shown.replace("\\\n", "")))
    assert done.exit_code == 0, done.stderr
    assert [(row["review"], row["product"], row["parsed_mood"]) for row in rows("trial.csv")] == VERDICTS


def test_extract(sent: Sent, polybatch_sandbox: RunningSandbox, run: Run) -> None:
    assert run("extract.py") == [
        "101 succeeded 129.9 EUR 14", "102 succeeded 80.0 USD 80", "103 succeeded 3.5 GBP 30"
    ]  # fmt: skip
    found = pq.read_table("invoices.parquet")
    assert found.column_names[:3] == ["letter", "body", "custom_id"]
    kinds = {name: str(found.schema.field(name).type) for name in ("letter", "parsed_total", "parsed_due_days")}
    assert kinds == {"letter": "int64", "parsed_total": "double", "parsed_due_days": "int64"}
    assert found["body"] == pq.read_table("letters.parquet")["body"]
    assert [one["params"]["system"][:7] for one in sent[0]] == ["Extract"] * 3
    assert [one["params"]["max_tokens"] for one in sent[0]] == [200] * 3


def test_caption(sent: Sent, polybatch_sandbox: RunningSandbox, run: Run) -> None:
    assert sorted(run("caption.py")) == [
        f"{name}.png: Caption the image {name} in one sentence." for name in ("flag", "sunset")
    ]
    images = [one["params"]["messages"][0]["content"][0]["source"] for one in sent[0]]
    assert {image["media_type"] for image in images} == {"image/png"}
    files = [path.read_bytes() for path in sorted(Path("data/images").iterdir())]
    assert [base64.b64decode(image["data"]) for image in images] == files
    assert {line["custom_id"] for line in lines("captions.jsonl")} == {"flag.png", "sunset.png"}


def test_tools(sent: Sent, polybatch_sandbox: RunningSandbox, run: Run) -> None:
    assert run("tools.py") == [
        'mail-1 succeeded {"pieces": 3}', "mail-2 succeeded May I pay by card?", 'mail-3 succeeded {"pieces": 0}'
    ]  # fmt: skip
    assert sizes(polybatch_sandbox) == [3, 2]
    for one in sent[1]:
        asked, called, came = one["params"]["messages"]
        call = called["content"][-1]
        assert (asked["role"], called["role"], came["role"]) == ("user", "assistant", "user")
        assert call["type"] == "tool_use"
        assert call["input"]["article"] in asked["content"]
        assert came["content"][0]["tool_use_id"] == call["id"]
        assert one["params"]["tools"] == sent[0][0]["params"]["tools"]


def test_dialogue(sent: Sent, polybatch_sandbox: RunningSandbox, run: Run) -> None:
    last = "6 messages; at last: Put all of that into one sentence."
    assert run("dialogue.py") == [f"{country} {last}" for country in ("France", "Ghana", "Peru")]
    assert sizes(polybatch_sandbox) == [3, 3, 3]
    roles = ["user", "assistant", "user", "assistant", "user"]
    for turn, batch in enumerate(sent):
        said = [[message["role"] for message in one["params"]["messages"]] for one in batch]
        assert said == [roles[: 2 * turn + 1]] * 3
    rivers = [one["params"]["messages"][0]["content"] for one in sent[2]]
    assert rivers == ["Name a river in France.", "Name a river in Ghana.", "Name a river in Peru."]


@pytest.mark.parametrize("why", ["refuse:1", "fail:1:invalid_request_error"])
def test_dialogue_ends_for_who_is_not_answered(polybatch_sandbox: RunningSandbox, run: Run, why: str) -> None:
    polybatch_sandbox.script("anthropic", "create", "ok", why)
    ending, *others = run("dialogue.py")
    gone = ending.partition(" ")[0]
    assert re.fullmatch(r"(France|Ghana|Peru) ends with (refusal|\{'code': 'invalid_request_error', .*\})", ending)
    assert [other.partition(" ")[0] for other in others] == [
        country for country in ("France", "Ghana", "Peru") if country != gone
    ]
    assert sizes(polybatch_sandbox) == [3, 3, 2]


def test_agents(sent: Sent, polybatch_sandbox: RunningSandbox, run: Run) -> None:
    news = rows("data/news.csv")
    wanted = [f"row-{number} succeeded News for you: {row['news']}" for number, row in enumerate(news, 1)]
    assert sorted(run("agents.py")) == wanted
    found = [(row["agent_id"], row["text"]) for row in rows("heard.csv")]
    assert found == [(row["agent_id"], f"News for you: {row['news']}") for row in news]
    assert [[one["agent_id"][-1] for one in batch] for batch in sent] == [["1", "2"], ["1"]], "an agent's own in turn"
    assert sizes(polybatch_sandbox, "letta") == [2, 1]


def test_repair(sent: Sent, polybatch_sandbox: RunningSandbox, run: Run) -> None:
    polybatch_sandbox.script(*scripted(commands()["repair.py"]))
    first, cut, longer, *answers = run("repair.py")
    assert (first, longer) == ("first: {'succeeded': 6}, sent again: 2", "longer: {'succeeded': 1}, sent again: 0")
    (again,) = re.fullmatch(r"cut, asked again with more room: (q-\d)", cut).groups()
    assert answers == [f"q-{number} stop Explain the number {number} to a child." for number in range(1, 7)]
    assert sizes(polybatch_sandbox) == [6, 2, 1]
    assert polybatch_sandbox.billed("anthropic") == 4 + 2 + 1, "only what was answered"
    assert sent[2][0]["params"]["messages"][0]["content"] == f"Explain the number {again[-1]} to a child."
    assert [one["params"]["max_tokens"] for batch in sent for one in batch] == [200] * 8 + [2000]
    kept = [(line["custom_id"], line["finish"]) for line in lines("first.jsonl")]
    assert sorted(kept) == [(f"q-{number}", "length" if f"q-{number}" == again else "stop") for number in range(1, 7)]


def test_offline(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    shutil.copytree(HERE / "offline", pytester.path, dirs_exist_ok=True)
    monkeypatch.chdir(pytester.path)
    inner = pytester.runpytest_inprocess("-q", "--strict-markers", "-W", "error", plugins=[pytest_plugin])
    inner.assert_outcomes(passed=3)


# -- all of them


ROW = re.compile(r"^\| \[(\S+)\]\(\1\) \| .+ \| `(.+)` \|$", re.MULTILINE)
TABLE = dict(ROW.findall((HERE / "README.md").read_text(encoding="utf-8")))
"""By example, the command that the README has."""


def source(name: str) -> str:
    """The text of an example, with its docstring as it reads."""
    return (HERE / name).read_text(encoding="utf-8").replace("\\\\\n", "\\\n")


def commands() -> dict[str, list[str]]:
    """The commands in words."""
    return {name: shlex.split(command) for name, command in TABLE.items()}


def scripted(command: Sequence[str]) -> tuple[str, str, str]:
    """Vendor, operation and word of a command's `--script`."""
    found = re.fullmatch(r"(\w+)\.(\w+)=(\S+)", command[command.index("--script") + 1])
    return found[1], found[2], found[3]


def test_the_table_has_ten_and_they_say_the_same() -> None:
    found = commands()
    assert sorted(found) == sorted([*PROGRAMS, *SCRIPTS, "offline"])
    assert len(found) == 10
    for name in (*PROGRAMS, *SCRIPTS):
        assert found[name][:2] == ["polybatch", "sandbox"]
        assert shlex.join(found[name]) in source(name)
        assert re.search(rf"_API_KEY=\.\.\. (python|sh) {re.escape(name)}$", source(name), re.MULTILINE)


@pytest.mark.parametrize("name", PROGRAMS)
def test_at_the_vendor_itself_a_key_is_wanted(monkeypatch: pytest.MonkeyPatch, run: Run, name: str) -> None:
    for vendor in VENDORS:
        monkeypatch.delenv(f"{vendor.upper()}_API_KEY", raising=False)
        monkeypatch.delenv(f"{vendor.upper()}_BASE_URL", raising=False)
    with pytest.raises(InputError, match=r"no API key for (Anthropic|Letta)") as caught:
        run(name)
    assert re.search(r"^set \w+_API_KEY", caught.value.hint)


def test_inputs_are_small() -> None:
    assert sum(path.stat().st_size for path in HERE.glob("data/**/*") if path.is_file()) < 10_000


# -- as commands

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """That of a shell that knows `polybatch` and `python`, as `pip install` leaves them."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, words in {"polybatch": "-m polybatch", "pytest": "-m pytest", "python": ""}.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -W error {words} "$@"\n')
        (folder / name).chmod(0o755)
    own = {key: value for key, value in os.environ.items() if not key.endswith(("_API_KEY", "_BASE_URL"))}
    return {**own, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_command_in_the_table(environment: Environment, name: str) -> None:
    line = TABLE[name].replace("--speed 5", "--speed 5000")  # nobody is there to press Ctrl-C
    done = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_compare(polybatch_sandbox: RunningSandbox, environment: Environment) -> None:
    there = {**environment, **polybatch_sandbox.server.environment()}
    for _ in range(2):
        done = subprocess.run(["sh", "compare.sh"], env=there, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "agreement 3 of 3 requests: exactly the same text from all targets" in done.stdout
        ours, theirs = "anthropic:claude-opus-5-5.text", "meshapi:openai/gpt-5.text"
        asked = [(one["custom_id"], one["messages"][0]["content"]) for one in lines("data/questions.jsonl")]
        assert [(row["custom_id"], row[ours]) for row in rows("compared.csv")] == asked
        assert [(row["custom_id"], row[theirs]) for row in rows("compared.csv")] == asked
        assert (sizes(polybatch_sandbox), sizes(polybatch_sandbox, "meshapi")) == ([3], [3])


@pytest.mark.slow
def test_resume(environment: Environment) -> None:
    with serve(speed=0) as server:  # nothing ends before the test says so
        there = {**environment, **server.environment()}
        with subprocess.Popen(
            ["sh", "resume.sh"], env=there, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, preexec_fn=heard,  # noqa: PLW1509 - no thread of ours holds a lock
        ) as process:  # fmt: skip
            until(process, "batches: 1 submitted")
            os.killpg(process.pid, signal.SIGINT)
            until(process, "stopped; nothing is lost")
            until(process, "batches: 1 submitted")
            server.sandbox.clock.advance(61)
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert "The same command again:\nrequests  3: 3 succeeded\n" in out
        assert out.endswith("3 requests, 3 lines of results: input, journal, fetched files and results agree\n")
        assert [batch["billed"] for batch in server.sandbox.ledger(requests=False)["anthropic"]] == [3], "paid once"
    assert {line["outcome"] for line in lines("resumed.jsonl")} == {"succeeded"}


def heard() -> None:
    """Ctrl-C is heard, also where these tests run in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"never said {words!r}")


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_at_the_vendor_itself_wants_a_key(environment: Environment, name: str) -> None:
    done = subprocess.run(["sh", name], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no API key for Anthropic\nhint: set ANTHROPIC_API_KEY in the environment" in done.stderr
