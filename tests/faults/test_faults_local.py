"""F47 and F58 to F60: names that lead elsewhere, a run that is not what it was on disk, and limits to the byte."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polybatch import BatchClient, InputError, PolybatchError, RunError
from polybatch.run.journal import read
from polybatch.vendors import find_vendor
from tests.faults.fault_lab import (
    VENDORS,
    each_vendor,
    kinds,
    proved,
    whole,
)
from tests.sandbox.run_lab import HOST, KEY, Call, Lab, row, rows, unsynced

# -- names

NAMES = (
    "../../x",
    "/etc/x",
    "CON",
    "x" * 300,
    "nul\0x",
    "a/../b",
    "..",
    ".",
    "~",
    "a\\b",
    "C:\\x",
    "x?y#z",
    "%2e%2e%2f",
)
OURS = re.compile(r"[a-z0-9.-]+")


@each_vendor
def test_f47_no_name_that_anybody_gives_becomes_a_path(lab: Lab, vendor: str) -> None:
    """Neither the caller's ids nor the vendor's, of batches, files and results."""
    lab.sandbox.set_modes({vendor: {"malice": "ids"}})
    lab.write([row(number, name, vendor=vendor) for number, name in enumerate(NAMES)])
    before = {path for path in lab.directory.parent.rglob("*") if path.parent != lab.directory}
    status = lab.finish(vendor, max_items_per_batch=7)
    assert status.all_succeeded
    made = {path for path in lab.directory.parent.rglob("*") if path.parent != lab.directory} - before
    assert all(OURS.fullmatch(path.name) for path in made)
    made -= {path for path in made if path.is_relative_to(lab.directory.with_name("state"))}
    assert {path.relative_to(lab.run_dir(vendor)).parts[0] for path in made} <= {
        "plan", "payload", "replies", "results", "quarantine", "lock", "journal.sqlite",
    }  # fmt: skip
    assert {line["custom_id"] for line in lab.lines(vendor)} == set(NAMES)
    assert all(line["text"].startswith("question ") for line in lab.lines(vendor))
    whole(lab, vendor)


# -- the journal


def at_the_vendor(lab: Lab, state: str = "submitted") -> None:
    """A run that was stopped in a state, and whose journal was closed."""
    lab.write(rows(9))
    with lab.run(max_items_per_batch=5) as run:
        run.wait(lambda status: run.run.stop() if state in status.shards else None)
    assert not (lab.run_dir() / "journal.sqlite-wal").exists()


def resumed(lab: Lab, **settings: Any) -> Exception | None:
    """What comes of giving the command again; whatever that is, nothing is paid twice and no answer is lost."""
    told: Exception | None = None
    try:
        status = lab.finish(max_items_per_batch=5, **settings)
    except (PolybatchError, OSError) as error:
        told = error
    else:
        assert status.all_succeeded
        whole(lab)
    assert set(lab.accepted().values()) <= {1}, "requests were sent again"
    return told


def test_f58_a_journal_of_a_newer_version_is_refused_and_kept(sync_lab: Lab) -> None:
    lab = sync_lab
    at_the_vendor(lab)
    with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
        db.execute("INSERT INTO migration VALUES ('m999_tomorrow', 'now')")
        db.commit()
    before = (lab.run_dir() / "journal.sqlite").read_bytes()
    told = resumed(lab)
    assert isinstance(told, RunError)
    assert "newer polybatch (m999_tomorrow)" in str(told)
    assert (lab.run_dir() / "journal.sqlite").read_bytes() == before
    with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
        db.execute("DELETE FROM migration WHERE name = 'm999_tomorrow'")
        db.commit()
    assert resumed(lab) is None


def each_with(lab: Lab, spoil: Callable[[Path], bool]) -> list[Exception | None]:
    """What comes of a run directory that is spoilt in one way after the other, each time from the same state."""
    kept = lab.directory.with_name("kept")
    shutil.copytree(lab.directory, kept)
    found: list[Exception | None] = []
    while spoil(lab.run_dir()):
        found.append(resumed(lab))
        shutil.rmtree(lab.directory)
        shutil.copytree(kept, lab.directory)
    assert resumed(lab) is None, "unspoilt it goes on"
    return found


@pytest.mark.parametrize("state", ["submitted", "fetched"])
def test_f58_a_page_of_the_journal_is_damaged(sync_lab: Lab, state: str) -> None:
    lab = sync_lab
    at_the_vendor(lab, state)
    pages = iter(range(1000))

    def spoil(folder: Path) -> bool:
        path = folder / "journal.sqlite"
        content, start = bytearray(path.read_bytes()), 4096 * next(pages)
        content[start : start + 4096] = bytes((place * 7919 + 13) % 256 for place in range(4096))
        path.write_bytes(content[: path.stat().st_size])
        return start < path.stat().st_size

    told = each_with(lab, spoil)
    assert len(told) > 6
    for error in told:
        assert isinstance(error, RunError)
        assert "journal.sqlite cannot be used" in str(error)
        assert "The file is left as it is" in str(error)


@pytest.mark.parametrize("state", ["submitted", "fetched"])
def test_f58_the_end_of_the_journal_is_missing(sync_lab: Lab, state: str) -> None:
    lab = sync_lab
    at_the_vendor(lab, state)
    lengths = iter([50, 100, 4096, 5000, 20480])

    def spoil(folder: Path) -> bool:
        content = (folder / "journal.sqlite").read_bytes()
        if (length := next(lengths, None)) is not None:
            (folder / "journal.sqlite").write_bytes(content[:length])
        return length is not None

    assert all(isinstance(error, PolybatchError) for error in each_with(lab, spoil))


@pytest.mark.parametrize("state", ["submitted", "fetched"])
@pytest.mark.parametrize("part", [0.0, 0.5])
def test_f58_a_directory_that_was_copied_while_it_was_in_use(sync_lab: Lab, state: str, part: float) -> None:
    """The journal came along, but of what was written last, which stands in a file beside it, only a part."""
    lab = sync_lab
    lab.write(rows(9))
    copy = lab.directory.with_name("copy")

    def copied(_: object) -> None:
        shutil.copytree(lab.directory, copy)
        run.run.stop()

    with lab.run(max_items_per_batch=5) as run:
        run.wait(lambda status: copied(status) if state in status.shards else None)
    shutil.rmtree(lab.directory)
    copy.rename(lab.directory)
    log = lab.run_dir() / "journal.sqlite-wal"
    log.write_bytes(log.read_bytes()[: int(part * log.stat().st_size)])
    (lab.run_dir() / "journal.sqlite-shm").unlink()
    resumed(lab)


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
@pytest.mark.parametrize("state", ["submitted", "fetched"])
def test_f58_a_directory_without_its_journal_is_not_begun_anew(sync_lab: Lab, state: str, left: str) -> None:
    lab = sync_lab
    at_the_vendor(lab, state)
    path, aside = lab.run_dir() / "journal.sqlite", lab.directory / "journal"
    path.rename(aside)
    if left == "an empty file":
        path.touch()
    before = {each: each.read_bytes() for each in (lab.run_dir() / "results").iterdir()}
    with pytest.raises(PolybatchError, match=re.escape(str(lab.run_dir()))):
        lab.finish(max_items_per_batch=5)
    assert {each: each.read_bytes() for each in before} == before, "what was fetched is not cleared away"
    aside.replace(path)
    assert resumed(lab) is None


PARTS: dict[str, tuple[str, str]] = {
    "where the requests stand": ("submitted", "plan/000000.members"),
    "what was fetched": ("fetched", "results/000000.jsonl"),
}


@pytest.mark.parametrize("what", PARTS)
@pytest.mark.parametrize("left", [None, 0, 100])
def test_f58_a_directory_of_which_only_a_part_was_copied(sync_lab: Lab, what: str, left: int | None) -> None:
    """A file is gone, or ends early. What can be fetched again is; else it is said, and nothing is made up."""
    lab = sync_lab
    state, name = PARTS[what]
    at_the_vendor(lab, state)
    path = lab.run_dir() / name
    content = path.read_bytes()
    path.unlink()
    if left is not None:
        path.write_bytes(content[:left])
    told = resumed(lab, retries=1)
    if told is not None:
        assert name in str(told)
        path.write_bytes(content)
        assert resumed(lab) is None
    assert set(lab.accepted().values()) == {1}, "what was paid for is not ordered again"
    assert len(lab.lines()) == 9


# -- the input

CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "edited": lambda lines: [*lines[:4], lines[4].replace(b"question", b"Question"), *lines[5:]],
    "reordered": lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]],
    "truncated": lambda lines: lines[:4],
    "shortened": lambda lines: [*lines[:4], *lines[5:]],
    "longer": lambda lines: [*lines[:4], b"", *lines[4:]],
}


@each_vendor
def test_f59_an_input_that_is_not_what_it_was_is_refused(sync_lab: Lab, vendor: str) -> None:
    lab = sync_lab
    lab.write(rows(9, vendor))
    with lab.run(vendor, max_items_per_batch=3) as run:
        run.wait(lambda status: run.run.stop() if "submitted" in status.shards else None)
    content = lab.input.read_bytes()
    counts = [shard.items for shard in read(lab.run_dir(vendor))[1]]
    differs = next(number for number in range(len(counts)) if sum(counts[: number + 1]) > 4)
    for change in CHANGES.values():
        lab.input.write_bytes(b"\n".join(change(content.splitlines())) + b"\n")
        with pytest.raises(InputError, match=rf"; shard {differs} \(lines .*\) is the first that differs: "):
            lab.finish(vendor, max_items_per_batch=3)
    sent = len(lab.creates)
    lab.input.write_bytes(content)
    assert lab.finish(vendor, max_items_per_batch=3).all_succeeded
    assert sent < len(lab.creates) == len(lab.ledger(vendor))
    whole(lab, vendor)


def test_f59_an_input_that_changes_under_way_stops_the_run(lab: Lab) -> None:
    lab.write(rows(9))
    content = lab.input.read_bytes()

    def edit(call: Call) -> None:
        if call.creates:
            lab.input.write_bytes(content.replace(b"question", b"Question"))

    lab.transport.after = edit
    with lab.run(max_items_per_batch=5) as run, pytest.raises(RunError, match="line 6: it is not what it was"):
        run.wait()
    assert len(lab.creates) == 1
    lab.transport.after = lambda _: None
    lab.input.write_bytes(content)
    assert lab.finish(max_items_per_batch=5).all_succeeded
    whole(lab)


# -- how it is cut


def bodies(folder: Path, vendor: str, lines: list[dict[str, Any]], **most: Any) -> list[bytes]:
    """What the creates of a run would send, at a vendor with other limits."""
    kind = find_vendor(vendor)
    folder.mkdir(exist_ok=True)
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, unsynced():
        patch.setattr(kind, "profile", evolve(kind.profile, limits=evolve(kind.profile.limits, **most)))
        with BatchClient(vendor, api_key=KEY, base_url=f"{HOST}/{vendor}") as client:
            run = client.run(path)
            try:
                desk = run._core.desk
                for shard in desk.shards:
                    desk.contents.stage(shard)
                return [desk.folder.payload(shard.number).read_bytes() for shard in desk.shards]
            finally:
                run.close()
                shutil.rmtree(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    vendor=st.sampled_from(VENDORS),
    sizes=st.lists(st.integers(0, 400), min_size=1, max_size=25),
    most_bytes=st.integers(1500, 4000),
    most_items=st.integers(1, 9),
)
def test_f60_the_shards_are_the_input_and_none_is_larger_than_the_vendor_takes(
    tmp_path: Path, vendor: str, sizes: list[int], most_bytes: int, most_items: int
) -> None:
    lines = [row(number, text=f"{number} " + "é" * size, vendor=vendor) for number, size in enumerate(sizes)]
    sent = bodies(tmp_path / "home", vendor, lines, max_bytes=most_bytes, max_items=most_items)
    found: list[str] = []
    for body in sent:
        assert len(body) <= most_bytes, "commas, brackets and the rest of the body counted"
        items = json.loads(body)["requests"]
        assert 0 < len(items) <= most_items
        found += [text_of(item) for item in items]
    assert found == [f"{number} " + "é" * size for number, size in enumerate(sizes)], "all of it, in its order"


def text_of(item: dict[str, Any]) -> str:
    asked = item.get("params") or item.get("body") or item
    return str(asked["messages"][0]["content"])


@each_vendor
def test_f60_exactly_the_limit_and_one_more(tmp_path: Path, vendor: str) -> None:
    home = tmp_path / "home"
    (whole_body,) = bodies(home, vendor, rows(6, vendor))
    size = len(whole_body)
    assert [len(json.loads(body)["requests"]) for body in bodies(home, vendor, rows(6, vendor), max_items=6)] == [6]
    assert [len(json.loads(body)["requests"]) for body in bodies(home, vendor, rows(7, vendor), max_items=6)] == [6, 1]
    # What the longest token would take is kept free in every body, where a token travels.
    free = next(more for more in range(20) if len(bodies(home, vendor, rows(6, vendor), max_bytes=size + more)) == 1)
    assert free == 0 or vendor == "meshapi"
    assert [len(json.loads(body)["requests"])
            for body in bodies(home, vendor, rows(6, vendor), max_bytes=size + free - 1)] == [5, 1]  # fmt: skip


@each_vendor
def test_f60_one_request_or_none_or_one_that_is_too_large(sync_lab: Lab, vendor: str, tmp_path: Path) -> None:
    lab = sync_lab
    lab.write([])
    with pytest.raises(InputError, match="holds no requests"):
        lab.run(vendor)
    lab.write([b"", b"  \t", b"\r"])
    with pytest.raises(InputError, match="holds no requests"):
        lab.run(vendor)
    with pytest.raises(InputError, match="line 2: "):
        bodies(tmp_path / "own", vendor, [*rows(1, vendor), row(1, text="x" * 3000, vendor=vendor)], max_bytes=3000)
    assert not lab.run_dir(vendor).exists()
    lab.write(rows(1, vendor))
    assert lab.finish(vendor).all_succeeded
    whole(lab, vendor)


@pytest.mark.slow
def test_f60_a_request_of_fifty_million_bytes(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.write([row(0, text="x" * 50_000_000), *rows(3)[1:]])
    assert lab.finish().all_succeeded
    assert sorted(len(line["text"]) for line in lab.lines()) == [10, 10, 50_000_000]
    proved(lab)


@pytest.mark.slow
def test_f60_a_million_requests(sync_lab: Lab) -> None:
    """Planned whole, and cut into as many batches as it takes; nothing is sent."""
    lab = sync_lab
    with lab.input.open("wb") as file:
        for number in range(1_000_000):
            file.write(b'{"custom_id":"r%d","params":{"model":"m","max_tokens":9,"messages":'
                       b'[{"role":"user","content":"q"}]}}\n' % number)  # fmt: skip
    with lab.run() as run:
        assert (run.status().total, run.status().shards) == (1_000_000, {"planned": 11})
    shards = read(lab.run_dir())[1]
    assert max(shard.items for shard in shards) == 100_000
    assert len({shard.items for shard in shards}) == len(shards), "no two alike, so that each can be told by its size"
    assert kinds(lab) == ["planned"]
