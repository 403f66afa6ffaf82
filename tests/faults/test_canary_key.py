"""F64: the key is in no byte that is written, logged or shown, and in none that is sent anywhere but to the vendor.

The vendor is hostile: it repeats the key in answers and errors, and leads to other hosts.
"""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from polybatch import BatchClient, PolybatchError
from polybatch.run import Run, RunStatus, offline
from polybatch.vendors import names
from polybatch_sandbox import Response, serve
from tests.sandbox.cli_lab import FAST, VARIABLES, calling, requests_file, told
from tests.sandbox.run_lab import HOST, KEY, Call, InProcess, Lab, open_run_lab, rows

CANARY, PROMPT = KEY.encode(), b"question"
OFTEN = ("none", "echo", "results_url", "redirect")
SELDOM = ("texts", "ids", "same_id", "results_url_metadata", "redirect_private", "redirect_home", "redirect_loop")
KINDS = (*OFTEN, *(pytest.param(kind, marks=pytest.mark.slow) for kind in SELDOM))
"""What the vendor does once it has the first batch (`polybatch_sandbox.malice`)."""
STEPS = 60
"""After so many the run is stopped: a create that is always redirected is tried for ever."""
TROUBLE = {
    "create": ("ok", "drop_after", "status:529"),
    "get": ("status:503", "html", "cut:9", "drop_before"),
    "list": ("status:500", "empty"),
    "results": ("status:500", "cut:30"),
}


class Recording(InProcess):
    """Keeps every request as it travels, with the origin that it travels to."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab.sandbox)
        self.sent: list[tuple[str, bytes]] = []

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        head = b"".join(name + b": " + value + b"\n" for name, value in request.headers.raw)
        url = request.url
        self.sent.append((f"{url.scheme}://{url.netloc.decode()}", str(url).encode() + b"\n" + head + body))
        return super()._answer(request, body)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with open_run_lab(tmp_path, asynchronous=False) as lab:
        lab.transport = Recording(lab)
        yield lab


@pytest.fixture(autouse=True)
def _every_logger(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG, logger=""), caplog.at_level(logging.DEBUG, logger="httpcore"):
        yield


def shown(*things: object) -> bytes:
    """Whatever a program may write of an object: its texts, what it consists of, and its pickle where it has one."""
    found = []
    for thing in things:
        found += [repr(thing), str(thing), repr(getattr(thing, "__dict__", ""))]
        if isinstance(thing, BaseException):
            found.append("".join(traceback.format_exception(thing)))
        with suppress(TypeError, AttributeError, pickle.PicklingError):  # has none
            found.append(pickle.dumps(thing).decode("latin-1"))
    return "\n".join(found).encode("utf-8", "surrogateescape")


def written(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def clean(lab: Lab, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], *things: object) -> None:
    """The canary is where it must be, and nowhere else."""
    assert isinstance(lab.transport, Recording)
    assert {origin for origin, data in lab.transport.sent if CANARY in data} == {HOST}
    assert {origin for origin, data in lab.transport.sent if PROMPT in data} == {HOST}
    assert lab.sandbox.refused_credentials == []
    leaks = [name for name, data in written(lab.directory).items() if CANARY in data]
    said = "".join(capsys.readouterr()) + caplog.text
    assert "polybatch" in caplog.text, "nothing was logged"
    assert (leaks, KEY in said, CANARY in shown(*things)) == ([], False, False)


class User:
    """Somebody who looks at everything that there is to be seen of a run that gets into all sorts of trouble."""

    def __init__(self, lab: Lab, vendor: str, kind: str) -> None:
        self.lab, self.vendor, self.kind = lab, vendor, kind
        self.seen: list[object] = []
        lab.write(rows(7, vendor))
        for operation in TROUBLE.keys() & lab.sandbox.offered(vendor):
            lab.script(operation, *TROUBLE[operation], vendor=vendor)

    def drives(self, on_unknown: str) -> None:
        with self.lab.run(self.vendor, max_items_per_batch=3, settle=300, on_unknown=on_unknown) as handle:
            run: Any = handle.run
            self.tries(lambda: [run.wait(listener=lambda status: self.hears(run, status)), *run.results()])
            self.seen += [run, handle, run._core, run._wire, run._wire._line, handle._client, handle._client.vendor]

    def hears(self, run: Run, status: RunStatus) -> None:
        self.seen.append(status)
        if self.lab.ledger(self.vendor):
            self.lab.sandbox.set_modes({self.vendor: {"malice": self.kind}})
        if len(self.seen) > STEPS:
            run.stop()

    def tries(self, act: Callable[[], object]) -> None:
        try:
            found = act()
        except PolybatchError as trouble:
            found = trouble
        self.seen += found if isinstance(found, list) else [found]

    def asks(self) -> None:
        base, wire = self.lab.base_url(self.vendor), self.lab.transport
        with BatchClient(self.vendor, api_key=KEY, base_url=base, transport=wire) as client:
            for entry in self.lab.ledger(self.vendor):
                for ask in (client.get, client.cancel, client.results):
                    self.tries(partial(told_by, ask, entry["id"]))
        with offline.opened(self.lab.run_dir(self.vendor)) as core:
            self.seen.append(offline.verify(core))


def told_by(ask: Callable[[str], Any], batch_id: str) -> object:
    found = ask(batch_id)
    return list(found) if isinstance(found, Iterator) else found


def used(lab: Lab, vendor: str, kind: str) -> list[object]:
    """All that a user has seen in the end."""
    user = User(lab, vendor, kind)
    for decision in ("hold", "hold", "abandon"):
        user.drives(decision)
    user.asks()
    return user.seen


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("vendor", names())
def test_f64_a_run_at_a_hostile_vendor(
    vendor: str, kind: str, lab: Lab, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = used(lab, vendor, kind)
    if not (vendor == "onerouter" and kind.startswith("results_url")):  # where results lie on another host
        assert lab.sandbox.foreign_requests == []
    clean(lab, caplog, capsys, *seen)


@pytest.mark.parametrize("vendor", names())
def test_f64_a_vendor_that_answers_with_the_key(
    vendor: str, lab: Lab, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """In results too, which are as long as they like and are never in memory whole."""
    quoted = []

    def quote(_: Call, reply: Response) -> Response:
        body = reply.read() if not reply.dropped else b""
        quoted.append(PROMPT in body)
        return replace(reply, body=body.replace(PROMPT, PROMPT + b" " + CANARY))

    lab.transport.rewrite = quote
    seen = used(lab, vendor, "none")
    assert any(quoted)
    clean(lab, caplog, capsys, *seen)


AT, THERE = ("--vendor", "V"), ("--vendor", "V", "--base-url", "U")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("run", "in.jsonl", *THERE, *FAST, "--max-items-per-batch", "2"), ("plan", "in.jsonl", *AT),
    ("status", "R"), ("status", "R", "--json"), ("results", "R"), ("verify", "R"), ("resume", "R", *FAST),
    ("cancel", "R", *FAST), ("batch", "list", *THERE), ("vendors",),
    *(("batch", word, "I", *THERE) for word in ("get", "results", "cancel", "delete")),
    *(("batch", word, "none", *THERE, "--json") for word in ("get", "results", "cancel")),
)  # fmt: skip
"""Every command that knows the key, or what was done with it."""


@pytest.mark.parametrize(
    "vendor", [pytest.param(name, marks=[pytest.mark.slow] * (name != "anthropic")) for name in names()]
)
def test_f64_the_command_line(
    vendor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """At a vendor that repeats the key in every answer, over real connections."""
    cli = calling(tmp_path, monkeypatch)
    for variable in VARIABLES:
        monkeypatch.setenv(variable, KEY)
    monkeypatch.setattr("polybatch.retry.FIRST", 0.0)
    requests_file(vendor)
    run_dir = f"in.jsonl.{vendor}.polybatch"
    with serve(speed=1000, modes={vendor: {"malice": "echo"}}) as server:
        told(server, "/faults", {"vendor": vendor, "operation": "get", "script": ["status:503", "html", "cut:9"]})
        said = ""
        for command in COMMANDS:
            batch = told(server, "/ledger")[vendor][:1] or [{"id": "none"}]
            places = {"V": vendor, "U": server.base_url(vendor), "R": run_dir, "I": batch[0]["id"]}
            done = cli(*(places.get(word, word) for word in command))
            said += done.stdout + done.stderr
        assert told(server, "")["refused_credentials"] == []
        assert server.sandbox._keys == {KEY}
    assert len(said) > 1000
    assert [name for name, data in written(tmp_path).items() if CANARY in data] == []
    assert KEY not in said + caplog.text
