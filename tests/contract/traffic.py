"""Holds all traffic of a sandbox against the strict documents, whoever the caller and whatever the wire.

`watched(Traffic())` stands around `Sandbox.handle` and `handle_file`, so that in-process wires, real ports and the
command line are judged alike; tests/conftest.py does it for the whole suite and fails the test that left the document.
What a test does to a reply behind the sandbox (`rewrite`) is the test's own and never seen here.

What may leave the document, and is counted instead of failing:
| what | when |
|---|---|
| a request that is not our client's | the sandbox refused it: a test made it malformed on purpose |
| such a request by what THEIRS says | always: other clients have habits of their own |
| a reply | a fault word touched it (`Response.fault`), or the request has no place in the document either |
| both | the vendor means harm (mode `malice`) or is in a mode of MODES; the test stands in ON_PURPOSE |
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from attrs import Factory, define

from polybatch_sandbox import Request, Response, Sandbox
from polybatch_sandbox.bench import GARBAGE
from polybatch_sandbox.message import encode
from tests.contract.judge import judge

OURS = "polybatch/"
"""How the name of our client begins, as it says it in each request."""
THEIRS = re.compile(r"header \S+: not declared|body: none is declared")
"""What official SDKs do: Anthropic's tells about its machine in headers, MeshAPI's cancels with an empty object."""
ABOUT = frozenset({"HEAD", "OPTIONS"})
"""Methods that ask about an operation; the sandbox has a GET for HEAD, and that is judged."""
MODES: Mapping[tuple[str, str], tuple[Any, ...]] = {
    ("anthropic", "too_large"): ("html",),
    ("letta", "auth"): ("none",),
    ("letta", "create"): (404, 405, 410, 501),
    ("meshapi", "errors"): ("text",),
}
"""Modes of a vendor that are outside its document."""
ON_PURPOSE: Mapping[str, str] = {
    "test_a_warning_is_shown_and_the_item_sent": "a word that the vendor may have added passes with a warning",
    "test_errored_items_are_counted_and_not_billed": "a member of another version ends as an errored item",
    "test_errors_of_each_shape": "a page size beyond the limit provokes the error",
    "test_no_cancel_at_the_inferred_path": "the path of the cancel is an option of the caller's",
    "test_sampling_fields_end_as_errored_in_the_newer_version_only": "a member of another version",
    "test_the_words_of_a_vendor_are_harmless": "a failed item with a word that hurts",
}
"""Tests, by function, that leave a document knowingly, and why."""


JUDGED = "judged"


@define
class Traffic:
    """What was exchanged since this was asked last."""

    counted: Counter[str] = Factory(Counter)
    """Requests and replies that were JUDGED, and those that left the document on purpose, by the reason."""
    violations: list[str] = Factory(list)
    test: str = ""
    """The function of the test that is running."""
    _lock: Any = Factory(threading.Lock)

    def exchanged(self, sandbox: Sandbox, request: Request, reply: Response) -> Response:
        """Judges an exchange with the first host; a streamed reply when it has been read."""
        vendor, _, rest = request.target.removeprefix("/").partition("/")
        if vendor not in sandbox.vendors or request.method in ABOUT:  # the control is not a vendor's
            return reply
        ruling, target = judge(vendor), f"/{rest}"
        place = f"{vendor} {request.method} {target}"
        mode = _outside(sandbox, vendor)
        ours = (request.header("user-agent") or "").startswith(OURS)
        left = ruling.request(request.method, target, request.headers, bytes(request.body))
        left = left if ours else [one for one in left if not THEIRS.fullmatch(one)]
        refused = "" if ours or 200 <= reply.status < 400 else "a test's own request, refused"
        self._note(f"request {place}", left, mode or refused)
        known = ruling.find(request.method, target) is not None

        def judged(body: bytes) -> None:
            left = ruling.reply(request.method, target, reply.status, reply.headers, _without_garbage(body))
            self._note(f"reply {reply.status} to {place}", left, mode or _touched(reply))

        return _observed(reply, judged) if known and not reply.dropped else reply

    def filed(self, sandbox: Sandbox, request: Request, reply: Response) -> Response:
        """Judges an exchange with the second host: a result file, whatever its media type."""

        def judged(body: bytes) -> None:
            left, outside = judge(FILED).file(_without_garbage(body)), _outside(sandbox, FILED)
            self._note(f"file {request.target}", left, outside or _touched(reply))

        return _observed(reply, judged) if reply.status == 200 else reply

    def _note(self, place: str, left: list[str], excuse: str) -> None:
        reason = (excuse or ON_PURPOSE.get(self.test)) if left else None
        with self._lock:
            self.counted[reason or JUDGED] += 1
            if left and not reason:
                self.violations.append(f"{place}: {'; '.join(left)}")

    def taken(self) -> tuple[dict[str, int], list[str]]:
        """Counts and violations since this was asked last."""
        with self._lock:
            found = dict(self.counted), self.violations
            self.counted, self.violations = Counter(), []
        return found


FILED = "onerouter"
"""The vendor whose results lie on the second host."""


def _outside(sandbox: Sandbox, vendor: str) -> str:
    """The mode of a vendor, if there is one, that is outside its document."""
    modes = sandbox.mount(vendor).bench.modes
    found = (name for name, value in modes.items() if value in MODES.get((vendor, name), ()))
    harm = modes["malice"] != "none"
    return "the vendor means harm" if harm else next((f"mode {name} of {vendor}" for name in found), "")


def _touched(reply: Response) -> str:
    return "a fault word" if reply.fault else ""


SPOILT = [*(line + b"\n" for line in GARBAGE), *(encode(line.decode("latin-1")) for line in GARBAGE)]


def _without_garbage(body: bytes) -> bytes:
    """The body without what the mark `garbage_lines` puts at the end of results."""
    for text in SPOILT:
        body = body.replace(b"," + text, b"").replace(text, b"")
    return body


def _observed(reply: Response, judged: Callable[[bytes], None]) -> Response:
    if isinstance(reply.body, bytes):
        judged(reply.body)
        return reply
    parts = reply.body

    def passing() -> Iterator[bytes]:
        seen = []
        for part in parts:
            seen.append(part)
            yield part
        judged(b"".join(seen))

    return replace(reply, body=passing())


@contextmanager
def watched(traffic: Traffic) -> Iterator[Traffic]:
    """Within, whatever a sandbox takes and answers is judged."""
    handle, handle_file = Sandbox.handle, Sandbox.handle_file

    def handled(self: Sandbox, request: Request) -> Response:
        return traffic.exchanged(self, request, handle(self, request))

    def handled_file(self: Sandbox, request: Request) -> Response:
        return traffic.filed(self, request, handle_file(self, request))

    with patch.object(Sandbox, "handle", handled), patch.object(Sandbox, "handle_file", handled_file):
        yield traffic
