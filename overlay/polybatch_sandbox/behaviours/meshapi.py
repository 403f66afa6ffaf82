"""MeshAPI batches (facts: seed-vendors §4).

    validating ─► in_progress ─► finalizing ─► completed | failed | expired
                       └─ cancel ─► cancelling ─► cancelled     (what was finished keeps its results)

MeshAPI keeps a record of its own, which only a GET of the batch brings up to date: the list shows that record, the
limit of open batches counts it, and a batch is billed by the first GET that finds it ended.
So a batch that nobody polls stays open and unbilled (§4.2, in part inferred).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from polybatch_sandbox import answers, life
from polybatch_sandbox.bench import Behaviour, Bench, Call, Refusal
from polybatch_sandbox.body import Made
from polybatch_sandbox.message import Response, encode, json_reply, stream_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from polybatch_sandbox.bench import Modes
    from polybatch_sandbox.body import Series
    from polybatch_sandbox.contract import Violation
    from polybatch_sandbox.life import Batch
    from polybatch_sandbox.message import Headers, Request
    from polybatch_sandbox.store import Item

VERSIONS = ("2026-08", "2026-09")  # the first is the baseline: §4.0
OPEN_BATCHES = 10  # seed 003: 429 for an owner who has ten or more
TERMINAL = frozenset({"completed", "failed", "cancelled", "expired"})
CODES = {
    400: "invalid_request",
    401: "unauthorized",
    402: "insufficient_credits",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    413: "validation_error",
    422: "validation_error",
    429: "rate_limit_exceeded",
    500: "internal_error",
    501: "not_implemented",
    502: "upstream_error",
    503: "provider_not_available",
    504: "gateway_timeout",
}


class MeshAPI:
    """Inline requests and inline results, one model a batch."""

    FILES: ClassVar[bool] = False
    SIZED_BY_HEADER: ClassVar[bool] = False
    MODES: ClassVar[Modes] = {
        "results": ("inline", "file", "gone"),  # gone: neither inline nor as a file
        "errors": ("envelope", "detail", "text"),  # detail: FastAPI's; text: as a proxy answers
        "list": ("lean", "full"),
        "metadata": ("echo", "none"),
        "pieces": (1, 2),  # 2: content as a list of parts, as some providers send it
    }

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    @property
    def operations(self) -> Mapping[str, Callable[[Call], Response]]:
        """By the document's names."""
        return {
            "create_batch": self._create,
            "get_batch": self._get,
            "list_batches": self._list,
            "cancel_batch": self._cancel,
            "batch_results": self._file,
        }

    # before the request is read

    def request_id(self, dice: answers.Dice) -> str:
        """As in the `x-request-id` header: a ULID."""
        return "req_01" + dice.word("request", 24, answers.CROCKFORD)

    def admit(self, request: Request, keys: Sequence[str] | None) -> None:
        """The version first, then the key."""
        asked = set(request.values("x-mesh-version"))
        if len(asked) > 1 or not asked.issubset(VERSIONS):
            raise Refusal(400, f"versions served: {', '.join(VERSIONS)}", code="invalid_api_version")
        if keys is None or "invalid" in keys:
            raise Refusal(401, "this key is not valid" if keys else "no key: send Authorization: Bearer")

    # errors

    def too_large(self) -> Refusal:
        """A limit is not published."""
        return Refusal(413, "the request is too large")

    def invalid(self, found: Sequence[Violation]) -> Refusal:
        """422 with every violation."""
        details = [{"type": one.rule, "loc": list(one.where), "msg": one.message} for one in found]
        return Refusal(422, "the request does not validate", details=details)

    def error(self, refusal: Refusal, call: Call) -> Response:
        """One of the three shapes that occur."""
        shape = self.bench.modes["errors"]
        if shape == "text":
            return Response(
                refusal.status, (("Content-Type", "text/plain"), *refusal.headers), refusal.message.encode()
            )
        if shape == "detail":
            detail = {"detail": refusal.details or refusal.message}
            return json_reply(detail, status=refusal.status, headers=refusal.headers)
        error: dict[str, Any] = {
            "code": refusal.code or CODES.get(refusal.status, "upstream_error"),
            "message": refusal.message,
        }
        if refusal.details:
            error["details"] = refusal.details
        wait = dict(refusal.headers).get("Retry-After", "")
        if wait.isdecimal():
            error["retry_after_seconds"] = int(wait)
        return json_reply({"error": error, "request_id": call.id}, status=refusal.status, headers=refusal.headers)

    def headers(self, call: Call) -> Headers:
        """The request's id, and the version that was served."""
        asked = set(call.request.values("x-mesh-version"))
        served = asked.pop() if len(asked) == 1 and asked.issubset(VERSIONS) else VERSIONS[0]
        return (("x-request-id", call.id), ("X-Mesh-Version", served))

    # operations

    def _create(self, call: Call) -> Response:
        requests: Series[dict[str, Any]] = call.body["requests"]
        if not self.bench.lenient:
            self._refuse(requests, call.now)
        first = next(iter(requests), None)
        facts = {
            "model": first["body"]["model"] if first else "",
            "endpoint": first.get("url", "/v1/chat/completions") if first else None,
            "completion_window": call.body.get("completion_window", "24h"),
            "metadata": call.body.get("metadata"),
        }
        items = Made(requests, lambda given: (answers.item_of(item, "body") for item in given))
        batch = self.bench.book(call, lambda dice: "batch_" + dice.bytes("batch").hex()[:24], items, facts=facts)
        self.bench.store.observe(batch, status="validating", billed=0)
        return json_reply(self._document(batch, call))

    def _refuse(self, requests: Series[Mapping[str, Any]], now: float) -> None:
        if not requests:
            raise Refusal(400, "requests is empty")  # inferred
        ids, models = set(), set()
        for item in requests:
            ids.add(item["custom_id"])
            models.add(item["body"]["model"])
        if len(ids) < len(requests):
            raise Refusal(400, "a custom_id is used twice")  # inferred
        if len(models) > 1:
            raise Refusal(400, f"one batch, one model; here are {len(models)}", code="mixed_models")
        model = models.pop()
        if model.startswith("nobatch/"):  # ours: the sandbox knows no list of models
            raise Refusal(501, f"{model} cannot be used in batches")
        still_open = [one for one in self.bench.listed(now) if one.observed not in TERMINAL]
        if len(still_open) >= OPEN_BATCHES:
            raise Refusal(429, f"{len(still_open)} batches are open", code="batch_limit_exceeded")

    def _get(self, call: Call) -> Response:
        batch = self._find(call.path["batch_id"], call.now)
        status = life.phase(batch, call.now)
        if status != batch.observed and not self.bench.lenient:
            billed = self.bench.store.tally(batch).succeeded if status in TERMINAL else 0
            self.bench.store.observe(batch, status=status, billed=billed)
        head = self._document(batch, call)
        if self.bench.modes["results"] != "inline" or not life.has_results(batch, call.now):
            return json_reply(head | {"results": None})
        return stream_reply(self._with_results(head, batch), media_type="application/json")

    def _with_results(self, head: Mapping[str, Any], batch: Batch) -> Iterator[bytes]:
        yield encode(head)[:-1] + b',"results":['
        yield from self.bench.lines(batch, lambda item, outcome: self._line(batch, item, outcome), between=b",")
        yield b"]}"

    def _list(self, call: Call) -> Response:
        batches = self.bench.listed(call.now)
        try:
            found = self.bench.cursor(batches, call.query.get("after"))
        except LookupError:
            raise Refusal(404, "no batch has the id of the cursor") from None  # inferred
        rest = batches[0 if found is None else found + 1 :]
        rows = rest[: call.query.get("limit", 20)]
        lean = self.bench.modes["list"] == "lean"
        return json_reply(
            {
                "object": "list",
                "data": [self._row(batch, call) if lean else self._document(batch, call) for batch in rows],
                "has_more": len(rest) > len(rows),
                "first_id": rows[0].id if rows else None,
                "last_id": rows[-1].id if rows else None,
            }
        )

    def _cancel(self, call: Call) -> Response:
        batch = self._find(call.path["batch_id"], call.now)
        if not life.has_ended(batch, call.now) and batch.cancelled_at is None:
            self.bench.store.cancel(batch, at=call.now)
            self.bench.store.observe(batch, status="cancelling", billed=0)
            batch = self._find(batch.id, call.now)
        return json_reply(self._document(batch, call))

    def _file(self, call: Call) -> Response:
        name = re.fullmatch(r"file-(.+)-out", call.path["file_id"], re.DOTALL)
        if self.bench.modes["results"] != "file" and not self.bench.lenient:
            raise Refusal(404, "there is no such file")
        marked = name[1] if name else call.path["file_id"]
        batch = self._find(marked if self.bench.hostile_ids else f"batch_{marked}", call.now)
        if not life.has_results(batch, call.now):
            raise Refusal(404, "there is no such file")
        lines = self.bench.lines(batch, lambda item, outcome: self._file_line(batch, item, outcome))
        return stream_reply(lines, media_type="application/x-jsonl")

    def billed(self, batch: Batch, now: float) -> int:  # noqa: ARG002 - what a GET has found, not what is true by now
        """Succeeded items, once a GET has found the batch ended."""
        return batch.billed

    # parts

    def _find(self, batch_id: str, now: float) -> Batch:
        facts = {
            "model": "openai/example",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": None,
        }
        batch = self.bench.find(batch_id, now, lambda: (_example(), facts))
        if batch is None:
            raise Refusal(404, f"there is no batch {batch_id}")
        return batch

    def _document(self, batch: Batch, call: Call) -> dict[str, Any]:
        status = life.phase(batch, call.now)
        ended = status in TERMINAL
        facts, file = batch.facts, batch.id.removeprefix("batch_")
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": facts["endpoint"],
            "status": call.effect.word(status),
            "model": facts["model"],
            "provider": _provider(facts["model"]),
            "input_file_id": f"file-{file}-in",
            "output_file_id": f"file-{file}-out" if life.has_results(batch, call.now) else None,
            "error_file_id": None,
            "created_at": int(batch.created_at),
            "completed_at": int(life.ends_at(batch)) if ended else None,
            "expires_at": int(batch.created_at + life.DAY),
            "completion_window": facts["completion_window"],
            "request_counts": self._counts(batch, call.now),
            "metadata": facts["metadata"] if self.bench.modes["metadata"] == "echo" else None,
            "errors_detail": [_failure(batch)] if status == "failed" else [],
        }

    def _counts(self, batch: Batch, now: float) -> dict[str, int]:
        if life.has_ended(batch, now):
            tally = self.bench.store.tally(batch)
            return {"total": batch.items, "completed": tally.succeeded, "failed": tally.errored}
        done = life.finished(batch, now)
        failed = min(done, batch.marks.fail)
        return {"total": batch.items, "completed": done - failed, "failed": failed}

    def _row(self, batch: Batch, call: Call) -> dict[str, Any]:
        known = batch.observed in TERMINAL
        return {
            "id": batch.id,
            "status": call.effect.word(batch.observed),
            "model": batch.facts["model"],
            "provider": _provider(batch.facts["model"]),
            "created_at": int(batch.created_at),
            "completed_at": int(life.ends_at(batch)) if known else None,
            "usage_synced": known,
        }

    def _line(self, batch: Batch, item: Item, outcome: str) -> dict[str, Any] | None:
        pieces = self.bench.modes["pieces"]
        return answers.openai_line(item, outcome, seed=self.bench.seed, code=batch.marks.fail_code, pieces=pieces)

    def _file_line(self, batch: Batch, item: Item, outcome: str) -> dict[str, Any] | None:
        line = self._line(batch, item, outcome)
        if line is None:
            return None
        chosen = answers.dice(self.bench.seed, item)
        if line["response"] is not None:
            line["response"]["request_id"] = self.request_id(chosen)
        return {"id": "batch_req_" + chosen.word("line", 24)} | line


def _failure(batch: Batch) -> dict[str, str]:
    code = {"code": batch.marks.failure} if batch.marks.failure else {}
    return code | {"message": "the provider refused the batch"}


def _provider(model: str) -> str:
    return model.partition("/")[0] if "/" in model else "openai"


def _example() -> Item:
    body = {"model": "openai/example", "messages": [{"role": "user", "content": "Hello"}]}
    return answers.item_of({"custom_id": "example", "body": body}, "body")


BEHAVIOUR: Callable[[Bench], Behaviour] = MeshAPI
