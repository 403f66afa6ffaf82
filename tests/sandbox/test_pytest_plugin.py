"""The fixture `polybatch_sandbox`, as a user's own pytest meets it: runs of pytest within this one."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpcore
import pytest

import polybatch.run
import polybatch_sandbox.server
from polybatch.vendors import find_vendor
from polybatch_sandbox import VENDORS, pytest_plugin
from tests.vendor_facts import FILES

pytest_plugins = ["pytester"]
IMPORTED = (httpcore, polybatch.run, polybatch_sandbox.server)
"""Pytester forgets what an inner run is the first to import, and half of it would be there twice."""
ROOT = Path(__file__).parents[2]
Inner = Callable[[], pytest.RunResult]
PLAIN = ("-q", "--strict-markers", "-W", "error")
CREATED = """
import pytest
from polybatch import BatchClient, Request

def created(sandbox, count=1, vendor="anthropic"):
    params = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Why?"}]}
    with BatchClient(vendor, base_url=sandbox.base_url(vendor)) as client:
        return client.create([Request(f"row-{number}", params) for number in range(count)])

def asked(sandbox, batch):
    with BatchClient(batch.vendor, base_url=sandbox.base_url(batch.vendor)) as client:
        return client.get(batch.id)
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Inner:
    """A run within this process, with our plugin alone."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return partial(pytester.runpytest_inprocess, *PLAIN, plugins=[pytest_plugin])


def test_a_test_has_a_sandbox_of_its_own(pytester: pytest.Pytester, inner: Inner) -> None:
    pytester.makepyfile(CREATED + """
import os, socket, time, threading
from polybatch import NotFound

seen = []

@pytest.mark.parametrize("turn", [1, 2])
def test_nobody_elses_batches(polybatch_sandbox, turn):
    assert polybatch_sandbox.ledger("anthropic") == []
    batch = created(polybatch_sandbox, 2)
    assert [entry["id"] for entry in polybatch_sandbox.ledger("anthropic")] == [batch.id]
    assert polybatch_sandbox.accepted("anthropic") == 2
    for other in seen:
        with pytest.raises(NotFound):
            asked(polybatch_sandbox, other)
    seen.append(batch)

def test_it_has_ended_at_the_first_look(polybatch_sandbox):
    batch = created(polybatch_sandbox, 3)
    assert asked(polybatch_sandbox, batch).status == "completed"
    assert polybatch_sandbox.billed("anthropic") == 3

@pytest.mark.polybatch_sandbox(speed=0)
def test_time_stands_still_until_it_is_moved(polybatch_sandbox):
    batch = created(polybatch_sandbox)
    assert asked(polybatch_sandbox, batch).status == "in_progress"
    assert polybatch_sandbox.billed("anthropic") == 0
    polybatch_sandbox.advance(61)
    assert asked(polybatch_sandbox, batch).status == "completed"

@pytest.mark.polybatch_sandbox(speed=0, seed=3)
class TestMarks:
    @pytest.mark.polybatch_sandbox(seed=4, modes={"letta": {"create": 501}}, lenient_ids=True)
    def test_the_closest_wins(self, polybatch_sandbox):
        sandbox = polybatch_sandbox.server.sandbox
        assert (sandbox.seed, sandbox.clock.speed, sandbox.lenient_ids) == (4, 0, True)
        assert sandbox.effective_modes()["letta"]["create"] == 501

@pytest.mark.polybatch_sandbox(chaos=(1, 1.0))
def test_chaos(polybatch_sandbox):
    assert polybatch_sandbox.server.sandbox.faults.document() == {"*": {"*": ["random:1.0:1"]}}

def test_the_environment_is_ready(polybatch_sandbox, monkeypatch):
    monkeypatch.undo()
    for vendor in VENDORS:
        assert os.environ[vendor.upper() + "_BASE_URL"] == polybatch_sandbox.base_url(vendor)
    assert os.environ["ANTHROPIC_API_KEY"] == "a-key-for-the-sandbox"
    seen.append(polybatch_sandbox.server.url)

def test_all_is_as_it_was(monkeypatch):
    assert os.environ["ANTHROPIC_API_KEY"] == "mine"
    assert "LETTA_BASE_URL" not in os.environ
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(seen[-1].rpartition(":")[2])))
    assert not {seen[-1]} & {thread.name for thread in threading.enumerate()}

def test_what_is_not_there_is_named(polybatch_sandbox):
    with pytest.raises(ValueError, match="no vendor 'openai'; there are anthropic"):
        polybatch_sandbox.base_url("openai")
    with pytest.raises(ValueError, match="no vendor"):
        polybatch_sandbox.ledger("openai")
    with pytest.raises(ValueError, match="anthropic has no operation 'post'; it has cancel, create"):
        polybatch_sandbox.script("anthropic", "post", "empty")
    with pytest.raises(ValueError, match="'sulk' is none of"):
        polybatch_sandbox.script("anthropic", "get", "sulk")
""".replace("VENDORS", repr(VENDORS)))  # fmt: skip
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ANTHROPIC_API_KEY", "mine")
        environment.delenv("LETTA_BASE_URL", raising=False)
        done = inner()
    done.assert_outcomes(passed=9)


def test_a_failing_test_shows_what_the_sandbox_saw_and_is_closed_too(pytester: pytest.Pytester, inner: Inner) -> None:
    pytester.makepyfile(CREATED + """
import threading

seen = set()

@pytest.mark.polybatch_sandbox(speed=0)
def test_fails(polybatch_sandbox):
    seen.add(polybatch_sandbox.server.url)
    polybatch_sandbox.script("anthropic", "create", "ok", "fail:1")
    polybatch_sandbox.script("letta", "cancel", "html")
    created(polybatch_sandbox, 2)
    assert polybatch_sandbox.billed("anthropic") == 2

def test_breaks_off(polybatch_sandbox):
    seen.add(polybatch_sandbox.server.url)
    assert polybatch_sandbox.server.url in {thread.name for thread in threading.enumerate()}
    raise SystemExit

@pytest.mark.polybatch_sandbox(pace=7)
def test_wrong_option(polybatch_sandbox):
    pass

@pytest.mark.polybatch_sandbox(1000)
def test_without_a_name(polybatch_sandbox):
    pass

@pytest.mark.polybatch_sandbox(modes={"letta": {"mood": "good"}})
def test_wrong_mode(polybatch_sandbox):
    pass

@pytest.mark.polybatch_sandbox(speed=-1)
def test_wrong_speed(polybatch_sandbox):
    pass

def test_the_last_one():
    assert len(seen) == 2 and not seen & {thread.name for thread in threading.enumerate()}
""")  # fmt: skip
    done = inner()
    done.assert_outcomes(passed=1, failed=2, errors=4)
    said = done.stdout.str()
    assert re.search(
        r"assert 0 == 2\n.*where 0 = billed\('anthropic'\)\n.*billed = <polybatch sandbox http://127.0.0.1:\d+:"
        r" anthropic 1 batches, 2 requests, 0 billed>",
        said,
    )
    assert re.search(r"-+ Captured polybatch_sandbox teardown -+\n<polybatch sandbox http://127", said)
    done.stdout.fnmatch_lines([
        "anthropic: {'id': 'msgbatch_*', 'items': 2, *'billed': 0}",
        "anthropic: scripted on create, not met: fail:1",
        "letta: scripted on cancel, not met: html",
    ])  # fmt: skip
    for line in (
        "it takes speed=, seed=, modes=, lenient_ids=, chaos=, not pace",
        "it takes speed=, seed=, modes=, lenient_ids=, chaos=, not 1000",
        "letta has no mode 'mood'",
        "speed must not be negative",
    ):
        assert f"@pytest.mark.polybatch_sandbox: {line}" in said


def test_the_example_of_the_readme_runs_as_it_stands(pytester: pytest.Pytester, inner: Inner) -> None:
    readme = (ROOT / "overlay/README.md").read_text(encoding="utf-8")
    pipeline, test = re.findall(r"```python\n(.*?)```", readme.split("## Testing your own pipeline")[1], re.DOTALL)
    pytester.makepyfile(pipeline=pipeline, test_pipeline=test)
    pytester.syspathinsert()
    inner().assert_outcomes(passed=2)


def test_the_readme_names_the_variables_that_clients_read() -> None:
    readme = (ROOT / "overlay/README.md").read_text(encoding="utf-8")
    for vendor in VENDORS:
        variable = find_vendor(vendor).profile.key_variable
        assert variable == f"{vendor.upper()}_API_KEY"  # as the plugin sets it
        assert f"`{variable}`" in readme or vendor in FILES  # later vendors follow the same rule


def test_the_plugin_costs_nothing_until_it_is_used() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import polybatch_sandbox.pytest_plugin;"
        " print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['polybatch_sandbox', 'polybatch_sandbox.pytest_plugin']"


def test_the_package_still_knows_its_names() -> None:
    for name in polybatch_sandbox.__all__:
        assert getattr(polybatch_sandbox, name) is not None
    with pytest.raises(AttributeError, match="module 'polybatch_sandbox' has no attribute 'nothing'"):
        polybatch_sandbox.nothing  # noqa: B018


def installed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Where a package with our entry point is installed, as `pip install` would leave it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (entry,) = project["entry-points"]["pytest11"].items()
    assert entry == ("polybatch_sandbox", pytest_plugin.__name__)
    site = pytester.mkdir("site")
    facts = site / "polybatch_as_installed-0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: polybatch-as-installed\nVersion: 0\n")
    (facts / "entry_points.txt").write_text("[pytest11]\n{} = {}\n".format(*entry))
    monkeypatch.setenv("PYTHONPATH", str(site))
    return pytester


@pytest.mark.slow
def test_pytest_finds_it_where_it_is_installed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    there = installed(pytester, monkeypatch)
    there.makepyfile("def test_it(polybatch_sandbox): assert polybatch_sandbox.ledger('letta') == []")
    there.runpytest_subprocess(*PLAIN).assert_outcomes(passed=1)
    there.runpytest_subprocess(*PLAIN, "-p", "no:polybatch_sandbox").assert_outcomes(errors=1)
    there.runpytest_subprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.polybatch_sandbox(speed=*): *"])
    there.runpytest_subprocess("--fixtures").stdout.fnmatch_lines(["polybatch_sandbox -- *", "*imitated*"])


@pytest.mark.slow
def test_workers_do_not_meet(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    there = installed(pytester, monkeypatch)
    there.makepyfile(CREATED + """
@pytest.mark.parametrize("turn", range(20))
def test_alone(polybatch_sandbox, turn):
    created(polybatch_sandbox, turn + 1)
    assert polybatch_sandbox.accepted("anthropic") == turn + 1
    assert turn != 13
""")  # fmt: skip
    done = there.runpytest_subprocess(*PLAIN, "-n2")
    done.assert_outcomes(passed=19, failed=1)
    done.stdout.fnmatch_lines(["*Captured polybatch_sandbox teardown*", "anthropic: {'id': *'items': 14,*"])


@pytest.mark.slow
def test_those_who_do_not_use_it_measure_and_warn_as_before(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = installed(pytester, monkeypatch)
    there.makepyfile(
        mine="def two():\n    return 2\n", test_mine="from mine import two\ndef test_it(): assert two() == 2"
    )
    done = there.runpytest_subprocess(*PLAIN, "--cov=mine", "--cov-branch")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["mine.py * 100%"])
    assert "warn" not in (done.stdout.str() + done.stderr.str()).lower()
