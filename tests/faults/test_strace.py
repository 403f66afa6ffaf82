"""F55: `kill -9` at a share of all durable system calls; and the order in which they come, which is the protocol."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.process_lab import PLACES, Lab, Reference, each, open_lab
from tests.faults.strace_lab import DURABLE, WRITES, Call, Seen, needs_strace, numbered, read, traced

References = Callable[[str], Reference]
pytestmark = pytest.mark.slow

SHARES = {
    "anthropic": slice(0, None, 5),
    "meshapi": slice(1, None, 15),
    "meshapi-mute": slice(3, None, 15),
    "letta": slice(5, None, 15),
    "onerouter": slice(7, None, 15),
}
"""Which of the durable calls are moments of death where; what is done on disk is the same everywhere."""
TORN = 20
"""Of the writes that a journal's transaction consists of, one in so many."""


@pytest.fixture
def _strace() -> None:
    needs_strace()


def recorded(lab: Lab, calls: tuple[str, ...], log: Path) -> list[tuple[Call, Seen]]:
    """The calls of an undisturbed run."""
    done = lab.run(program=traced(log, calls))
    assert done.code == 0, str(done)
    return list(numbered(read(log)))


def points(lab: Lab, log: Path) -> list[Call]:
    """Where to die."""
    seen = recorded(lab, (*DURABLE, "pwrite64"), log)
    assert {call.name for call, _ in seen} >= {"fsync", "fdatasync", "rename", "sendto", "pwrite64"}
    durable = [call for call, one in seen if one.name in DURABLE]
    torn = [call for call, one in seen if one.name == "pwrite64" and one.path.endswith("-wal")]
    return durable + torn[::TORN]


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.usefixtures("_strace")
def test_f55_killed_at_a_durable_system_call(name: str, tmp_path: Path, reference: References) -> None:
    undisturbed, place, hits = reference(name), PLACES[name], []

    def trial(call: Call) -> None:
        with open_lab(tmp_path / str(call), place) as lab:
            log = tmp_path / f"{call}.log"
            done = lab.run(program=traced(log, (call.name,), call=call, fate="signal=SIGKILL"))
            assert done.code in {-9, 0}, str(done)
            hits.append(done.code == -9)
            lab.judge(lab.run(), undisturbed)

    with open_lab(tmp_path / "undisturbed", place) as lab:
        chosen = points(lab, tmp_path / "log")[SHARES[name]]
    each(chosen, trial)
    # How often a run polls is up to the clock: the last polls of one run may be too many for another.
    assert sum(hits) >= 0.8 * len(chosen)


# -- the order of things


ACTS = {"pwrite64": "write", "fdatasync": "sync", "fsync": "sync"}
SENT = {r"POST \S+batches HTTP": "create", r"[A-Z]+ /": "ask"}


def deed(lab: Lab, one: Seen) -> str | None:
    """A call as a word of the protocol; None: it makes nothing lasting."""
    path, act = Path(one.path), ACTS.get(one.name, one.name)
    part = {
        lab.output: "output",
        lab.run_dir / "journal.sqlite": "journal",
        lab.run_dir / "journal.sqlite-wal": "journal",
    }
    if path in part or path.parent in {lab.run_dir / "payload", lab.run_dir / "results"}:
        return f"{part.get(path, path.parent.name)}.{act}"
    if path.parent == lab.run_dir and path.name in {"payload", "results"}:
        return f"{path.name}.folder"
    if one.name == "sendto":
        return next((word for pattern, word in SENT.items() if re.match(pattern, one.text)), "body")
    return {"recvfrom": "reply", "write": "tell" if re.match(r"[12]<", one.given) else None}.get(one.name)


def protocol(lab: Lab, log: Path) -> str:
    """The run as a sentence; what comes several times in a row is said once."""
    words: list[str] = []
    for _, one in recorded(lab, (*DURABLE, *WRITES), log):
        word = deed(lab, one)
        if word is not None and one.result != -1 and words[-1:] != [word]:
            words.append(word)
    return " ".join(words)


RULES = {
    "the body of a create is safe under its name, then the intent, then the first byte is sent": (
        r"payload\.sync payload\.rename payload\.folder (?:(?!payload)\S+ )*?journal\.write journal\.sync "
        r"payload\.rename payload\.folder (?:ask reply |tell )*create"
    ),
    "what came back is in the journal before anything else happens": (
        r"create (?:body )?reply journal\.write journal\.sync"
    ),
    "fetched results are safe under their name before the journal knows of them": (
        r"results\.write results\.sync results\.rename results\.folder journal\.write journal\.sync"
    ),
    "lines of the output are safe before the journal calls them done": (
        r"output\.write output\.sync journal\.write journal\.sync"
    ),
}
"""Facts: reliability C.2. Each must hold as often as there are batches."""


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.usefixtures("_strace")
def test_f55_what_is_lasting_comes_in_the_order_of_the_protocol(name: str, tmp_path: Path) -> None:
    with open_lab(tmp_path / "lab", PLACES[name]) as lab:
        said = protocol(lab, tmp_path / "log")
        batches = len(lab.live())
    assert batches >= 2
    assert said.count("create") == batches
    for rule, pattern in RULES.items():
        assert len(re.findall(pattern, said)) == batches, f"{rule}\n{said}"
    assert said.count("results.rename") == said.count("output.sync") == batches, said


BROKEN = {
    0: "payload.write payload.sync payload.rename payload.folder payload.rename payload.folder create journal.write"
    " journal.sync reply",
    1: "create body reply payload.unlink journal.write journal.sync",
    2: "results.write results.rename results.sync results.folder journal.write journal.sync",
    3: "output.write journal.write journal.sync output.sync",
}


@pytest.mark.parametrize("number", BROKEN)
def test_f55_a_step_in_the_wrong_place_would_be_noticed(number: int) -> None:
    assert not re.search(list(RULES.values())[number], BROKEN[number])
