"""`/_sandbox`: the clock, the ledger, the faults and the modes, for tests and for people.

| method and path | body | does |
|---|---|---|
| GET /_sandbox | | what is mounted where, time, seed, modes, and what the second host, foreign to all, was sent: |
| | | `refused_credentials`, wherever in a request a vendor's key stood; `foreign_requests`, for what is no file there |
| GET /_sandbox/ledger[?requests=1] | | every batch accepted |
| POST /_sandbox/clock | {"advance": seconds} | moves sandbox time |
| GET, POST, DELETE /_sandbox/faults | {"vendor", "operation", "script": [words]} | shows, adds, forgets scripts |
| POST /_sandbox/faults | {"vendor", "operation", "rate", "seed"} | random trouble; `*` is all vendors, all operations |
| PUT /_sandbox/modes | {vendor: {mode: value}} | sets a vendor's modes; those not named go back to their defaults |

| vendor | mode | values, the default first |
|---|---|---|
| every | malice | none, and the kinds of `malice` |
| anthropic | results_url | own, foreign: on the second host |
| | too_large | json, html: a 413 as the network in front of the API answers |
| | pieces | 1, 2: so many blocks of text in an answer |
| letta | auth | key, password, none: the cloud, a server with a password, a server without |
| | create | works, 404, 405, 410, 501: no batches any more |
| | cancel | works, disabled: 501, and cancelled all the same |
| | stuck | false, true: new jobs run for ever |
| | dropped | 0, N: so many agents of a new job vanish |
| | answers | tool, text: without a call of send_message, steps: after a call of another tool |
| | detail | string, array: of a 422 |
| meshapi | results | inline, file, gone: neither |
| | errors | envelope, detail: FastAPI's, text: a proxy's |
| | list | lean, full: rows that have everything |
| | metadata | echo, none: it does not come back |
| | pieces | 1, 2: the text as a list of so many parts |
| onerouter | statuses | task, sibling, openai: the words of each |
| | retrieve | task, create, create_first: the shape of the create, always or until the end |
| | lines | openai, alias: `status` for `status_code`, anthropic |
| | errors | status, in_200: HTTP 200 with an error in it |
| | cancel | path, absent |
| | pieces | 1, 2: so many blocks, or parts, of text in an answer |
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from polybatch_sandbox.clock import stamp
from polybatch_sandbox.message import Response, json_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from polybatch_sandbox.message import Request
    from polybatch_sandbox.sandbox import Sandbox


def handle(sandbox: Sandbox, request: Request) -> Response:
    """The reply to a request under `/_sandbox`."""
    actions = ACTIONS.get(request.path.rstrip("/"))
    if actions is None:
        return json_reply({"error": f"known: {', '.join(ACTIONS)}"}, status=404)
    action = actions.get(request.method)
    if action is None:
        status = 204 if request.method == "OPTIONS" else 405
        return Response(status, (("Allow", ", ".join([*actions, "OPTIONS"])),))
    try:
        return json_reply(action(sandbox, request))
    except (ValueError, KeyError, TypeError) as error:
        if request.method == "GET":
            raise
        said = f"the body lacks {error}" if isinstance(error, KeyError) else str(error)
        return json_reply({"error": said}, status=400)


def _show(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    base = f"http://{request.header('host') or '127.0.0.1'}"
    return {
        "vendors": list(sandbox.vendors),
        "mounts": {vendor: f"{base}/{vendor}" for vendor in sandbox.vendors},
        "results": sandbox.hosts["results"],
        "clock": stamp(sandbox.clock.now()),
        "speed": sandbox.clock.speed,
        "seed": sandbox.seed,
        "lenient_ids": sandbox.lenient_ids,
        "modes": sandbox.effective_modes(),
        "refused_credentials": sandbox.refused_credentials,
        "foreign_requests": sandbox.foreign_requests,
    }


def _ledger(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    return sandbox.ledger(requests=dict(request.query).get("requests", "0") not in {"0", "false", ""})


def _clock(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    advance = _body(request)["advance"]
    if isinstance(advance, bool) or not isinstance(advance, int | float):
        raise TypeError("advance is a number of seconds")
    return {"clock": stamp(sandbox.clock.advance(advance))}


def _faults(sandbox: Sandbox, _: Request) -> dict[str, Any]:
    return sandbox.faults.document()


def _script(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    body = _body(request)
    if "rate" in body:
        return _at_random(sandbox, body)
    vendor, operation, words = body["vendor"], body["operation"], body["script"]
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("script is a list of words")
    sandbox.script(vendor, operation, words)
    return sandbox.faults.document()


def _at_random(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    vendor, operation, seed, rate = body["vendor"], body.get("operation", "*"), body.get("seed", 0), body["rate"]
    if not isinstance(seed, int) or isinstance(rate, bool) or not isinstance(rate, int | float):
        raise TypeError("seed is a whole number, rate a probability")
    offered = {"*"} if vendor == "*" else {"*", *sandbox.offered(vendor)}
    if operation not in offered:
        raise ValueError(f"{vendor} has no operation {operation!r}; it has {', '.join(sorted(offered))}")
    sandbox.faults.at_random(vendor, operation, seed, rate)
    return sandbox.faults.document()


def _clear(sandbox: Sandbox, _: Request) -> dict[str, Any]:
    sandbox.faults.clear()
    return {}


def _modes(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    body = _body(request)
    if not all(isinstance(modes, dict) for modes in body.values()):
        raise ValueError("modes are {vendor: {mode: value}}")
    sandbox.set_modes(body)
    return sandbox.effective_modes()


def _body(request: Request) -> dict[str, Any]:
    body = json.loads(bytes(request.body))
    if not isinstance(body, dict):
        raise TypeError("the body is a JSON object")
    return body


ACTIONS: dict[str, dict[str, Callable[[Sandbox, Request], dict[str, Any]]]] = {
    "/_sandbox": {"GET": _show},
    "/_sandbox/ledger": {"GET": _ledger},
    "/_sandbox/clock": {"POST": _clock},
    "/_sandbox/faults": {"GET": _faults, "POST": _script, "DELETE": _clear},
    "/_sandbox/modes": {"PUT": _modes},
}
