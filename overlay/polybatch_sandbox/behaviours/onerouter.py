"""OneRouter (Infron) batches (facts: seed-vendors §5).

Create answers an OpenAI-like batch, retrieve answers a task record; results lie on another host, under a name with
`%2F` in it. Hardly anything is published: the status words, the result lines, the place of an error and the cancel path
come in the variants that the facts name, as modes; what stands first in a mode is the likeliest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, unquote

from polybatch_sandbox import answers, life
from polybatch_sandbox.bench import Behaviour, Bench, Call, Refusal
from polybatch_sandbox.body import Made
from polybatch_sandbox.message import Response, json_reply, stream_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from polybatch_sandbox.bench import Modes
    from polybatch_sandbox.body import Series
    from polybatch_sandbox.contract import Violation
    from polybatch_sandbox.life import Batch
    from polybatch_sandbox.message import Headers, Request
    from polybatch_sandbox.store import Item

OPENAI_WORDS = ("validating", "in_progress", "finalizing", "completed", "failed", "cancelling", "cancelled", "expired")
# new-api's task states (§5.2); it has none for cancelled and expired, ours follow its style.
TASK_WORDS = ("QUEUED", "IN_PROGRESS", "IN_PROGRESS", "SUCCESS", "FAILURE", "CANCELLING", "CANCELLED", "EXPIRED")
# The sibling gateway's words (§5.2).
SIBLING_WORDS = ("pending", "processing", "processing", "completed", "failed", "cancelling", "cancelled", "expired")
VOCABULARIES = {
    "task": dict(zip(OPENAI_WORDS, TASK_WORDS, strict=True)),
    "sibling": dict(zip(OPENAI_WORDS, SIBLING_WORDS, strict=True)),
    "openai": dict(zip(OPENAI_WORDS, OPENAI_WORDS, strict=True)),
}
FILE = re.compile(r"/batch-llm/azure-batch%2F([^/]+)_([0-9a-f]{8})\.jsonl")
REFUSED = "the upstream refused the batch"
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    403: "moderation_error",
    404: "not_found_error",
    408: "timeout_error",
    429: "rate_limit_error",
    502: "upstream_error",
    503: "no_provider_error",
}
PLAIN_STATUS = frozenset({400, 401, 402})  # the request itself, or credits: the HTTP status tells (§5.5)
PRICE = (0.000_000_1, 0.000_000_3)  # ours: per input and output token


class OneRouter:
    """A task record in disguise."""

    FILES: ClassVar[bool] = True
    SIZED_BY_HEADER: ClassVar[bool] = False
    MODES: ClassVar[Modes] = {
        "statuses": ("task", "sibling", "openai"),
        "retrieve": ("task", "create", "create_first"),  # create_first: the task record only once it has ended
        "lines": ("openai", "alias", "anthropic"),  # alias: `status` in place of `status_code`
        "errors": ("status", "in_200"),  # in_200: HTTP 200 unless the request itself or the credits are at fault
        "cancel": ("path", "absent"),
        "pieces": (1, 2),  # so many blocks, or parts, of text in an answer
    }

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    @property
    def operations(self) -> Mapping[str, Callable[[Call], Response]]:
        """By the document's names."""
        return {"create_batch": self._create, "get_batch": self._get, "cancel_batch": self._cancel}

    # before the request is read

    def request_id(self, dice: answers.Dice) -> str:
        """Not documented; used nowhere."""
        return dice.word("request", 20)

    def admit(self, request: Request, keys: Sequence[str] | None) -> None:  # noqa: ARG002 - the key is all that counts
        """A bearer key."""
        if keys is None or "invalid" in keys:
            raise Refusal(401, "this key is not valid" if keys else "no key: send Authorization: Bearer")

    # errors

    def too_large(self) -> Refusal:
        """A limit is not published."""
        return Refusal(413, "the request is too large")

    def invalid(self, found: Sequence[Violation]) -> Refusal:
        """400, naming the first violation."""
        where = ".".join(map(str, found[0].where[1:] or found[0].where))
        return Refusal(400, found[0].message, details=where)

    def error(self, refusal: Refusal, call: Call) -> Response:  # noqa: ARG002 - says nothing about the request
        """The envelope, under the status or, by mode, inside a 200."""
        error = {
            "code": refusal.status,
            "message": refusal.message,
            "type": refusal.code or TYPES.get(refusal.status, "api_error"),
            "param": refusal.details or "",
        }
        hidden = self.bench.modes["errors"] == "in_200" and refusal.status not in PLAIN_STATUS
        return json_reply({"error": error}, status=200 if hidden else refusal.status, headers=refusal.headers)

    def headers(self, call: Call) -> Headers:  # noqa: ARG002 - nothing to say
        """None are documented."""
        return ()

    # operations

    def _create(self, call: Call) -> Response:
        requests: Series[dict[str, Any]] = call.body["requests"]
        model = next(iter(requests))["params"]["model"].rpartition("/")[2]
        batch = self.bench.book(
            call, lambda dice: "batch_" + dice.uuid("batch"), Made(requests, self._items), facts={"model": model}
        )
        fresh = {"total": 0, "completed": 0, "failed": 0}  # as in the published example
        return json_reply(self._created(batch, call) | {"request_counts": fresh})

    def _get(self, call: Call) -> Response:
        batch = self._find(call.path["batch_id"], call.now)
        shape = self.bench.modes["retrieve"]
        as_created = shape == "create" or (shape == "create_first" and not life.has_ended(batch, call.now))
        return json_reply(self._created(batch, call) if as_created else self._task(batch, call))

    def _cancel(self, call: Call) -> Response:
        if self.bench.modes["cancel"] == "absent":
            raise Refusal(404, f"there is nothing at {call.request.path}")
        batch = self._find(call.path["batch_id"], call.now)
        if not life.has_ended(batch, call.now) and batch.cancelled_at is None:
            self.bench.store.cancel(batch, at=call.now)
            batch = self._find(batch.id, call.now)
        return json_reply(self._created(batch, call))

    def billed(self, batch: Batch, now: float) -> int:
        """Answered items, once the batch has ended; those answered before a cancel too (§5.4)."""
        return self.bench.store.tally(batch).succeeded if life.has_ended(batch, now) else 0

    def file(self, request: Request, now: float) -> Response | None:
        """The result file, under its exact name: a path whose `%2F` became a slash is another one."""
        name = FILE.fullmatch(request.path)
        batch = self.bench.find(unquote(name[1]), now, _example) if name else None
        if name is None or batch is None or name[2] != self._mark(batch) or not life.has_results(batch, now):
            return None
        lines = self.bench.lines(batch, lambda item, outcome: self._line(batch, item, outcome))
        return stream_reply(lines, media_type="application/octet-stream")

    # parts

    def _items(self, requests: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
        seen: set[str] = set()
        for item in requests:
            if item["custom_id"] in seen and not self.bench.lenient:
                raise Refusal(400, "a custom_id is used twice", details="requests")  # inferred
            seen.add(item["custom_id"])
            yield answers.item_of(item, "params")

    def _find(self, batch_id: str, now: float) -> Batch:
        batch = self.bench.find(batch_id, now, _example)
        if batch is None:
            raise Refusal(404, f"there is no batch {batch_id}", details="batch_id")
        return batch

    def _counts(self, batch: Batch, now: float) -> tuple[int, int]:
        if life.has_ended(batch, now):
            tally = self.bench.store.tally(batch)
            return tally.succeeded, tally.errored
        done = life.finished(batch, now)
        return max(0, done - batch.marks.fail), min(done, batch.marks.fail)

    def _created(self, batch: Batch, call: Call) -> dict[str, Any]:
        status = life.phase(batch, call.now)
        end = int(life.ends_at(batch)) if life.has_ended(batch, call.now) else None
        completed, failed = self._counts(batch, call.now)
        cancelled = None if batch.cancelled_at is None else int(batch.cancelled_at)
        failure = {"code": batch.marks.failure or None, "message": REFUSED}
        return {
            "id": batch.id,
            "batch_id": batch.id,
            "object": "batch",
            "endpoint": "/chat/completions",
            "errors": {"object": "list", "data": [failure]} if status == "failed" else None,
            "input_file_id": "file-" + self._mark(batch),
            "completion_window": "24h",
            "status": call.effect.word(status),
            "output_file_id": f"file-out-{self._mark(batch)}" if life.has_results(batch, call.now) else None,
            "error_file_id": None,
            "created_at": int(batch.created_at),
            "in_progress_at": None if status == "validating" else int(batch.created_at + life.STEP),
            "expires_at": None,
            "finalizing_at": None,
            "completed_at": end if status == "completed" else None,
            "failed_at": end if status == "failed" else None,
            "expired_at": end if status == "expired" else None,
            "cancelling_at": cancelled,
            "cancelled_at": end if status == "cancelled" else None,
            "request_counts": {"total": batch.items, "completed": completed, "failed": failed},
            "metadata": None,
        }

    def _task(self, batch: Batch, call: Call) -> dict[str, Any]:
        status, ended = life.phase(batch, call.now), life.has_ended(batch, call.now)
        completed, failed = self._counts(batch, call.now)
        tokens_in, tokens_out = self.bench.store.tokens(batch) if ended else (0, 0)
        percent = 100 if ended else int(100 * life.finished(batch, call.now) / max(1, batch.items))
        fees = f"{tokens_in * PRICE[0] + tokens_out * PRICE[1]:.9f}" if ended else "0"
        reason = (batch.marks.failure or REFUSED) if status == "failed" else ""
        return {
            "batch_id": batch.id,
            "task_id": batch.number,
            "status": call.effect.word(VOCABULARIES[self.bench.modes["statuses"]][status]),
            "progress": f"{percent}%",
            "model": batch.facts["model"],
            "total_requests": batch.items,
            "completed_count": completed,
            "failed_count": failed,
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
            "fees": fees,
            "submit_time": int(batch.created_at),
            "start_time": 0,  # as in the one published example
            "finish_time": int(life.ends_at(batch)) if ended else 0,
            "result_url": self._result_url(batch) if life.has_results(batch, call.now) else "",
            "error": reason,
            "fail_reason": reason,
        }

    def _mark(self, batch: Batch) -> str:
        return self.bench.new_dice(batch.id).bytes("file").hex()[:8]

    def _result_url(self, batch: Batch) -> str:
        return f"{self.bench.results_host}/batch-llm/azure-batch%2F{quote(batch.id, safe='')}_{self._mark(batch)}.jsonl"

    def _line(self, batch: Batch, item: Item, outcome: life.Outcome) -> dict[str, Any] | None:
        seed, code, pieces = self.bench.seed, batch.marks.fail_code, self.bench.modes["pieces"]
        if self.bench.modes["lines"] == "anthropic":
            return answers.anthropic_line(item, outcome, seed=seed, code=code, pieces=pieces)
        line = answers.openai_line(item, outcome, seed=seed, code=code, pieces=pieces)
        if line is not None and line["response"] is not None and self.bench.modes["lines"] == "alias":
            line["response"]["status"] = line["response"].pop("status_code")
        return line


def _example() -> tuple[Item, dict[str, Any]]:
    params = {"model": "example-batch", "max_tokens": 16, "messages": [{"role": "user", "content": "Hello"}]}
    return answers.item_of({"custom_id": "example", "params": params}, "params"), {"model": "example-batch"}


BEHAVIOUR: Callable[[Bench], Behaviour] = OneRouter
