"""Anthropic Message Batches (facts: seed-vendors §2).

    in_progress ──► ended           counts stay 0 until then, only `processing` is filled
         └─ cancel ─► canceling ──► ended

Where the facts leave a status code open, ours is marked inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from polybatch_sandbox import answers, life
from polybatch_sandbox.bench import Behaviour, Bench, Call, Refusal
from polybatch_sandbox.body import Made
from polybatch_sandbox.clock import iso, stamp
from polybatch_sandbox.message import Response, json_reply, stream_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from polybatch_sandbox.bench import Modes
    from polybatch_sandbox.body import Series
    from polybatch_sandbox.contract import Violation
    from polybatch_sandbox.life import Batch
    from polybatch_sandbox.message import Headers, Request
    from polybatch_sandbox.store import Item

OLD_VERSION, NEW_VERSION = "2023-06-01", "2026-10-21"
PATH = "/v1/messages/batches"
RETENTION = 29 * life.DAY  # results, counted from the create: §2.4
WINDOW = life.DAY
SAMPLING = ("temperature", "top_p", "top_k")  # gone with the newer version: §2.0


class Anthropic:
    """Message Batches, both versions, both ways to send a key."""

    FILES: ClassVar[bool] = False
    SIZED_BY_HEADER: ClassVar[bool] = False
    MODES: ClassVar[Modes] = {
        "results_url": ("own", "foreign"),  # foreign: on the second host, where no key belongs
        "too_large": ("json", "html"),  # html: as the network in front of the API answers, §2.3
        "pieces": (1, 2),  # so many blocks of text in an answer
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
            "delete_batch": self._delete,
            "batch_results": self._results,
        }

    # before the request is read

    def request_id(self, dice: answers.Dice) -> str:
        """As in the `request-id` header."""
        return "req_011C" + dice.word("request", 20)

    def admit(self, request: Request, keys: Sequence[str] | None) -> None:
        """A key in either header, a known version."""
        if keys is None:
            raise Refusal(401, "no credential: send x-api-key or Authorization: Bearer")
        if "invalid" in keys:
            raise Refusal(401, "this key is not valid")
        version = request.header("anthropic-version")
        if version is not None and version not in {
            OLD_VERSION,
            NEW_VERSION,
        }:  # inferred: only these two are known to be served
            raise Refusal(400, f"anthropic-version: no version {version!r}")

    # errors

    def too_large(self) -> Refusal:
        """413; on the direct API it comes from the network in front."""
        return Refusal(413, "the request is larger than the limit for batches", details=self.bench.modes["too_large"])

    def invalid(self, found: Sequence[Violation]) -> Refusal:
        """The whole create fails on its first violation."""
        first = found[0]
        where = first.where[1:] or first.where
        return Refusal(400, f"{'.'.join(map(str, where))}: {first.message}")

    def error(self, refusal: Refusal, call: Call) -> Response:
        """The envelope."""
        if refusal.details == "html":
            page = b"<html><head><title>413 Payload Too Large</title></head></html>\n"
            return Response(refusal.status, (("Content-Type", "text/html"),), page)
        # 400's word stands for the other 4xx too (§2.3).
        other = "api_error" if refusal.status >= 500 else "invalid_request_error"
        error = {"type": answers.ERROR_WORDS.get(refusal.status, other), "message": refusal.message}
        envelope = {"type": "error", "error": error, "request_id": call.id}
        return json_reply(envelope, status=refusal.status, headers=refusal.headers)

    def headers(self, call: Call) -> Headers:
        """`request-id` always, the workspace where one was asked for."""
        workspace = call.request.header("anthropic-workspace-id")
        return (("request-id", call.id), *((("anthropic-workspace-id", workspace),) if workspace else ()))

    # operations

    def _create(self, call: Call) -> Response:
        requests: Series[dict[str, Any]] = call.body["requests"]
        facts = {"workspace": call.request.header("anthropic-workspace-id")}
        batch = self.bench.book(
            call,
            lambda dice: "msgbatch_01" + dice.word("batch", 22),
            Made(requests, lambda given: self._items(given, call.request)),
            facts=facts,
        )
        return json_reply(self._document(batch, call))

    def _get(self, call: Call) -> Response:
        return json_reply(self._document(self._find(call), call))

    def _list(self, call: Call) -> Response:
        batches = [batch for batch in self.bench.listed(call.now) if self._visible(batch, call)]
        after, before = call.query.get("after_id"), call.query.get("before_id")
        if after is not None and before is not None and not self.bench.lenient:
            raise Refusal(400, "after_id and before_id exclude each other")  # inferred
        limit: int = call.query.get("limit", 20)
        try:
            below, above = self.bench.cursor(batches, after), self.bench.cursor(batches, before)
        except LookupError as unknown:
            raise Refusal(400, f"no batch has the id {unknown}") from None  # inferred
        alive = [batch for batch in batches[0 if below is None else below + 1 : above] if batch.deleted_at is None]
        rows = alive[:limit] if above is None else alive[-limit:]  # before_id asks for the page just above the cursor
        return json_reply(
            {
                "data": [self._document(batch, call) for batch in rows],
                "has_more": len(alive) > len(rows),
                "first_id": rows[0].id if rows else None,
                "last_id": rows[-1].id if rows else None,
            }
        )

    def _cancel(self, call: Call) -> Response:
        batch = self._find(call)
        if not life.has_ended(batch, call.now) and batch.cancelled_at is None:
            self.bench.store.cancel(batch, at=call.now)
            batch = self._find(call)
        return json_reply(self._document(batch, call))

    def _delete(self, call: Call) -> Response:
        batch = self._find(call)
        if not life.has_ended(batch, call.now):
            raise Refusal(400, "a batch can be deleted once it has ended; cancel it first")  # inferred
        if not self.bench.lenient:
            self.bench.store.delete(batch, at=call.now)
        return json_reply({"id": batch.id, "type": "message_batch_deleted"})

    def _results(self, call: Call) -> Response:
        batch = self._find(call)
        if not life.has_ended(batch, call.now):
            raise Refusal(404, "this batch has not ended, it has no results yet")  # §7: results 404 before end
        if self._archived_at(batch, call.now) is not None:
            raise Refusal(404, "the results of this batch are no longer kept")
        lines = self.bench.lines(batch, lambda item, outcome: self._line(batch, item, outcome, call))
        return stream_reply(lines, media_type="application/x-jsonl")

    def billed(self, batch: Batch, now: float) -> int:
        """Succeeded items, once the batch has ended (§2.2)."""
        return self.bench.store.tally(batch).succeeded if life.has_ended(batch, now) else 0

    # parts

    def _find(self, call: Call) -> Batch:
        batch_id = call.path["message_batch_id"]
        batch = self.bench.find(batch_id, call.now, _example)
        if batch is None or not self._visible(batch, call):
            raise Refusal(404, f"there is no batch {batch_id}")
        return batch

    def _visible(self, batch: Batch, call: Call) -> bool:
        """Batches belong to a workspace (§2.4); which one is ours is said by a header."""
        return self.bench.lenient or batch.facts["workspace"] == call.request.header("anthropic-workspace-id")

    def _items(self, requests: Iterable[Mapping[str, Any]], request: Request) -> Iterator[Item]:
        version, profile = request.header("anthropic-version"), request.header("anthropic-user-profile-id")
        seen: set[str] = set()
        for index, item in enumerate(requests):
            if item["custom_id"] in seen and not self.bench.lenient:
                raise Refusal(400, f"requests.{index}.custom_id: this id is used twice in the batch")  # inferred: §2.4
            seen.add(item["custom_id"])
            refusal = refusal_of(item["params"], version=version, profile=profile)
            yield answers.item_of(item, "params", refusal=refusal)

    def _archived_at(self, batch: Batch, now: float) -> float | None:
        gone = batch.created_at + RETENTION
        return gone if now >= gone else None

    def _document(self, batch: Batch, call: Call) -> dict[str, Any]:
        ended = life.has_ended(batch, call.now)
        archived_at = self._archived_at(batch, call.now)
        running = "in_progress" if batch.cancelled_at is None else "canceling"
        counts = self.bench.store.tally(batch) if ended else life.Counts()
        host = self.bench.results_host if self.bench.modes["results_url"] == "foreign" else call.mount
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": call.effect.word("ended" if ended else running),
            "request_counts": {
                "processing": 0 if ended else batch.items,
                "succeeded": counts.succeeded,
                "errored": counts.errored,
                "canceled": counts.cancelled,
                "expired": counts.expired,
            },
            "created_at": stamp(batch.created_at),
            "expires_at": stamp(batch.created_at + WINDOW),
            "ended_at": iso(life.ends_at(batch)) if ended else None,
            "archived_at": iso(archived_at),
            "cancel_initiated_at": iso(batch.cancelled_at),
            "results_url": f"{host}{PATH}/{quote(batch.id, safe='')}/results"
            if ended and archived_at is None
            else None,
        }

    def _line(self, batch: Batch, item: Item, outcome: life.Outcome, call: Call) -> dict[str, Any]:
        pieces = self.bench.modes["pieces"]
        line = answers.anthropic_line(item, outcome, seed=self.bench.seed, code=batch.marks.fail_code, pieces=pieces)
        line["result"]["type"] = call.effect.word(line["result"]["type"])
        return line


def refusal_of(params: Mapping[str, Any], *, version: str | None, profile: str | None) -> str | None:
    """Why an item ends as errored: what the document lets pass and the vendor checks while the batch runs."""
    thinking = params.get("thinking") or {}
    budget = thinking.get("budget_tokens", 0) if thinking.get("type") == "enabled" else -1
    rules = {
        "stream: not possible in a batch": bool(params.get("stream")),
        "speed: not possible in a batch": params.get("speed") is not None,
        "max_tokens: must be at least 1 in a batch": params["max_tokens"] < 1,
        "billing_policy: a batch is billed to the account": _bill_to(params) == "user_profile",
        "user_profile_id: another one than the header's": profile is not None
        and params.get("user_profile_id", profile) != profile,
        "thinking.budget_tokens: must be smaller than max_tokens": budget >= params["max_tokens"],
    }
    broken = next((rule for rule, is_broken in rules.items() if is_broken), None)
    return broken or (_refusal_since_2026_10_21(params) if version == NEW_VERSION else None)


def _bill_to(params: Mapping[str, Any]) -> object:
    return (params.get("billing_policy") or {}).get("bill_to")


def _refusal_since_2026_10_21(params: Mapping[str, Any]) -> str | None:
    sampling = next((name for name in SAMPLING if name in params), None)
    if sampling is not None:
        return f"{sampling}: no longer accepted in this version"
    for message in params["messages"]:
        content = message.get("content")
        blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
        if message.get("role") == "assistant" and any(block.get("type") == "document" for block in blocks):
            return "messages: a document cannot stand in an assistant message"
        if message.get("role") == "user" and any(
            block.get("type") == "text" and block.get("citations") for block in blocks
        ):
            return "messages: citations cannot stand in a user message"
    return None


def _example() -> tuple[Item, dict[str, Any]]:
    params = {"model": "claude-example", "max_tokens": 16, "messages": [{"role": "user", "content": "Hello"}]}
    return answers.item_of({"custom_id": "example", "params": params}, "params"), {"workspace": None}


BEHAVIOUR: Callable[[Bench], Behaviour] = Anthropic
