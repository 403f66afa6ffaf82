"""`scripts/bench`: what travels is what the vendors describe, turns are fair, verdicts follow from figures."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from polybatch.check import ItemCheck
from polybatch.contract.judging import Judge
from polybatch.document import Document
from scripts.bench import goals, pages, racing, report, server
from scripts.bench.cases import ARRAY, FULL, OURS, QUICK, SDK
from scripts.bench.goals import GOALS, Verdict
from scripts.bench.racing import Case, Contender, Failures, Figures, Stage

ROOT = Path(__file__).parents[2]
JSON = {"content-type": "application/json", "request-id": "req_1"}


def figures(*runs: dict[str, Any]) -> Figures:
    return Figures(runs)


# -- the bytes


@pytest.mark.parametrize("kind", ["long", "short"])
def test_rendered_requests_and_results_keep_to_anthropics_document(kind: str) -> None:
    short, document = kind == "short", Document("anthropic")
    check, judge = ItemCheck(document), Judge(document)
    asked = b"".join(pages.requests(short=short).render(pages.ROW, pages.ROW_DIGITS, 1001)).split(b"\n")[:-1]
    answered = b"".join(pages.anthropic_results(short=short).render(pages.ROW, pages.ROW_DIGITS, 1001)).split(b"\n")
    assert len({len(line) for line in asked}) == 1
    for line in (*asked[:40], asked[-1]):
        assert (list(check.refusals(json.loads(line))), check.warning(json.loads(line))) == ([], None)
    for line in (*answered[:40], answered[-2]):
        assert judge.line("batch_results", line) == ()
    assert [json.loads(line)["custom_id"] for line in asked] == [f"row-{n:07d}" for n in range(1001)]
    assert [json.loads(line)["custom_id"] for line in answered[:-1]] == [f"row-{n:07d}" for n in range(1001)]


def test_the_sizes_are_those_of_the_goals() -> None:
    def each(lines: pages.Lines) -> int:
        return lines.size(pages.ROW, pages.ROW_DIGITS, 1)

    assert each(pages.requests()) == pytest.approx(1000, rel=0.02)
    assert each(pages.anthropic_results()) == pytest.approx(2100, rel=0.02)
    assert each(pages.requests(short=True)) == pytest.approx(590, rel=0.02)
    assert each(pages.anthropic_results(short=True)) == pytest.approx(440, rel=0.04)


def test_rendered_documents_of_meshapi_and_letta_keep_to_their_own(tmp_path: Path) -> None:
    mesh, letta = pages.mesh_file(tmp_path, 1001).read_bytes(), pages.letta_file(tmp_path, 7).read_bytes()
    assert Judge(Document("meshapi")).reply("get_batch", 200, JSON, mesh) == ()
    assert Judge(Document("letta")).reply("batch_results", 200, JSON, letta) == ()
    assert [item["custom_id"] for item in json.loads(mesh)["results"]] == [f"row-{n:07d}" for n in range(1001)]
    assert len({message["agent_id"] for message in json.loads(letta)["messages"]}) == 7


@pytest.mark.parametrize(("count", "start"), [(1, 0), (1000, 3000), (1999, 0), (2001, 1000)])
def test_a_size_is_told_without_rendering(count: int, start: int) -> None:
    lines = pages.anthropic_results(short=True)
    rendered = b"".join(lines.render("0123abcd-000001-0-", 6, count, start))
    assert lines.size("0123abcd-000001-0-", 6, count) == len(rendered)
    ids = [json.loads(line)["custom_id"] for line in rendered.split(b"\n")[:-1]]
    assert ids == [f"0123abcd-000001-0-{start + n:06d}" for n in range(count)]


def test_the_body_of_a_create_holds_the_lines_of_the_file(tmp_path: Path) -> None:
    lines = pages.request_file(tmp_path, 1500).read_bytes().split(b"\n")[:-1]
    body = json.loads(pages.body_file(tmp_path, 1500).read_bytes())
    assert body == {"requests": [json.loads(line) for line in lines]}


# -- the server


@pytest.mark.parametrize("count", [1, 2, 1000, 1234])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
def test_the_number_of_requests_follows_from_the_first_two(count: int, separators: tuple[str, str]) -> None:
    items = [{"custom_id": f"ab-{5000 + n:06d}", "params": {"text": "x" * 200}} for n in range(count)]
    body = json.dumps({"requests": items}, separators=separators).encode()
    assert server.counted(body[: server.GLANCE], len(body)) == (count, "ab-", 6, 5000)


@pytest.mark.parametrize("body", [b'{"requests":[]}', b'{"requests":[{"custom_id":"a-000001"}]}'], ids=["none", "amid"])
def test_a_body_whose_results_could_not_be_rendered_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="ends in 000"):
        server.counted(body, len(body))


class Peer:
    """A client on a socket, and the server's connection at its other end."""

    def __init__(self, folder: Path) -> None:
        self.socket, other = socket.socketpair()
        self.socket.settimeout(30)
        self.file = self.socket.makefile("rb")
        self.thread = threading.Thread(target=server.Connection(server.Desk(folder), other, 1).serve)
        self.thread.start()

    def ask(self, method: str, target: str, body: bytes = b"") -> bytes:
        self.socket.sendall(f"{method} {target} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode())
        self.socket.sendall(body)
        length = 0
        while (line := self.file.readline()) != b"\r\n":
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        return self.file.read(length)

    def close(self) -> None:
        self.file.close()
        self.socket.close()
        self.thread.join()


@pytest.fixture
def peer(tmp_path: Path) -> Any:
    made = Peer(tmp_path)
    yield made
    made.close()


def test_what_is_created_has_its_own_results(peer: Peer, tmp_path: Path) -> None:
    judge = Judge(Document("anthropic"))
    created = peer.ask("POST", "/short/v1/messages/batches", pages.body_file(tmp_path, 1500).read_bytes())
    batch = json.loads(created)
    assert (batch["processing_status"], batch["request_counts"]["processing"]) == ("in_progress", 1500)
    shown = peer.ask("GET", f"/short/v1/messages/batches/{batch['id']}")
    results = peer.ask("GET", f"/short/v1/messages/batches/{batch['id']}/results").split(b"\n")[:-1]
    listed = peer.ask("GET", "/short/v1/messages/batches?limit=5")
    assert json.loads(shown)["processing_status"] == "ended"
    assert [json.loads(line)["custom_id"] for line in results] == [f"row-{n:07d}" for n in range(1500)]
    assert [one["id"] for one in json.loads(listed)["data"]] == [batch["id"]]
    for operation, reply in (("create_batch", created), ("get_batch", shown), ("list_batches", listed)):
        assert judge.reply(operation, 200, JSON, reply) == ()


def test_a_batch_that_is_held_does_not_end(peer: Peer) -> None:
    body = b'{"requests":[{"custom_id":"a-000"}]}'
    ids = [json.loads(peer.ask("POST", "/hold/v1/messages/batches", body))["id"] for _ in range(3)]
    shown = json.loads(peer.ask("GET", f"/hold/v1/messages/batches/{ids[0]}"))
    page = json.loads(peer.ask("GET", "/hold/v1/messages/batches?limit=2"))
    rest = json.loads(peer.ask("GET", f"/hold/v1/messages/batches?limit=2&after_id={page['last_id']}"))
    assert shown["processing_status"] == "in_progress"
    assert [one["id"] for one in page["data"] + rest["data"]] == ids[::-1]
    assert (page["has_more"], rest["has_more"]) == (True, False)
    assert json.loads(peer.ask("GET", "/hold/calls")) == {"create": 3, "get": 1, "list": 2}


def test_pages_of_lettas_messages_make_up_the_whole(peer: Peer, tmp_path: Path) -> None:
    whole = json.loads(pages.letta_file(tmp_path, 5).read_bytes())["messages"]
    target, found, after = f"/letta/v1/messages/batches/{pages.letta_id(5)}/messages", [], ""
    while page := json.loads(peer.ask("GET", f"{target}?limit=3{after}"))["messages"]:
        found += page
        after = f"&after={page[-1]['id']}"
    assert found == whole
    assert json.loads(peer.ask("GET", f"{target}?limit=10"))["messages"] == whole


# -- turns


def test_each_round_begins_with_another_and_the_slow_have_fewer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    turns: list[str] = []

    def measure(contender: Contender, _: Path) -> str:
        turns.append(contender.label)
        if contender.label == "broken":
            raise RuntimeError("it broke")
        return json.dumps({"wall": len(turns)})

    monkeypatch.setattr(racing, "measure", measure)
    told: list[str] = []
    failures = Failures(told.append)
    made = [Contender(label, "m", "f", {}, rounds=1 if label == "slow" else None) for label in ("a", "slow", "b")]
    case = Case("c", "C", 1, [*made, Contender("broken", "m", "f", {})])
    found = racing.race(case, 3, tmp_path, told.append, failures)
    assert turns == ["a", "slow", "b", "broken", "b", "a", "b", "a"]
    assert {label: len(each.runs) for label, each in found.items()} == {"a": 3, "slow": 1, "b": 3}
    assert failures.broken == 1
    assert "left out: broken: it broke" in told


def test_an_sdk_that_cannot_be_installed_is_left_out_and_breaks_nothing() -> None:
    told: list[str] = []
    failures = Failures(told.append)
    failures.add(Contender("anthropic SDK", "sdks", "results", {}), racing.NotInstalled("pip could not"))
    assert (failures.broken, told) == (0, ["left out: anthropic SDK: pip could not"])


# -- the report


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "-"), (0.12345, "0.123"), (1.2345, "1.23"), (12.345, "12.3"), (123.4, "123"), (12345.6, "12,346")],
)
def test_figures_have_three_digits(value: float | None, words: str) -> None:
    assert report.brief(value) == words


def test_a_table_leaves_out_what_nobody_has_and_compares_with_ours() -> None:
    case = Case("c", "C", 1, [Contender("ours", "m", "f", {}), Contender("theirs", "m", "f", {})])
    rounds = [{"wall": wall, "cpu": 0.5, "rss": 40.4} for wall in (1.0, 3.0, 2.0)]
    found = {"ours": figures(*rounds), "theirs": figures({"wall": 9.0, "cpu": 8.0, "rss": 900.0})}
    assert report.results(case, found).split("\n") == [
        "| who    | wall s |   min-max | CPU s | RSS MB | ratio |",
        "| ------ | -----: | --------: | ----: | -----: | ----: |",
        "| ours   |   2.00 | 1.00-3.00 | 0.500 |     40 |  1.00 |",
        "| theirs |   9.00 |      once |  8.00 |    900 |  4.50 |",
    ]


def test_the_readme_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.into_readme(path, "new")
    assert path.read_text(encoding="utf-8") == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    path.write_text("no place", encoding="utf-8")
    with pytest.raises(ValueError, match="measured: begin"):
        report.into_readme(path, "new")
    assert report.END in (ROOT / "scripts" / "bench" / "README.md").read_text(encoding="utf-8")


# -- the verdicts

SUBMIT = "submit-100000"


def submitted(ours: float, sdk: float, memory: float) -> dict[str, dict[str, Figures]]:
    found = {OURS: figures({"wall": ours, "cpu": ours, "rss": memory}), SDK: figures({"wall": sdk, "cpu": sdk})}
    found[ARRAY] = figures({"wall": 0.25, "cpu": 0.2})
    return {SUBMIT: found, "submit-10000": {OURS: figures({"wall": 0.1, "rss": 50.0})}}


def test_goals_are_met_or_not_by_the_medians() -> None:
    assert list(goals.submit(submitted(0.5, 4.0, 57.0), FULL)) == [
        Verdict("polybatch: at least 8 times faster than anthropic SDK", "8.0 times (CPU 8.0)", met=True),
        Verdict(f"polybatch: at most 2 times {ARRAY}, in wall time", "2.00 times (CPU 2.50)", met=True),
        Verdict("polybatch: at most 64 MB", "57.0 MB", met=True),
        Verdict("polybatch: the same memory at 10,000 and 100,000", "1.14 times (50.0 and 57.0 MB)", met=True),
    ]
    assert [one.met for one in goals.submit(submitted(0.51, 4.0, 65.0), FULL)] == [False, False, False, False]


@pytest.mark.parametrize("name", GOALS)
def test_nothing_is_judged_that_was_not_measured(name: str) -> None:
    verdicts = list(GOALS[name].judge({}, FULL))
    assert {(one.found, one.met) for one in verdicts} <= {("not measured", None)}
    assert bool(verdicts) == (name != "letta")


@pytest.mark.parametrize("name", GOALS)
def test_each_goal_looks_at_what_its_cases_measure(name: str, tmp_path: Path) -> None:
    stage = Stage(tmp_path, 1, None)
    for sizes in (FULL, QUICK):
        every = {"wall": 0.01, "cpu": 0.01, "rss": 30.0, "first": 0.01, "calls": 1, "vendors": 1}
        cases = GOALS[name].cases(stage, sizes)
        found = {case.name: {each.label: figures(every) for each in case.contenders} for case in cases}
        assert [one for one in GOALS[name].judge(found, sizes) if one.met is None] == []
        for case in cases:
            labels = [each.label for each in case.contenders]
            assert len(labels) == len(set(labels))


@pytest.mark.slow
def test_one_command_runs_every_goal(tmp_path: Path) -> None:
    command = [sys.executable, "scripts/bench", "--quick", "--rounds", "1", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "bench.json").read_text())
    assert {case["goal"] for case in told["cases"]} == set(GOALS)
    assert all(OURS in case["runs"] or case["case"] == "startup" for case in told["cases"])
    assert "| polybatch " in done.stdout
