"""Letta batches of agent runs (facts: seed-vendors §3; what the last published server does, oddities included).

    running ──► completed            never, if no agent at all gave an answer
       └─ cancel, at any time, ended or not ─► cancelled

An item is an agent; its failure leaves no trace but the missing answer. Only the messages tell what happened: one row
for each message of the request, one for the assistant and one for the tool that it called.
Message times are a function of the item, so that the order of the agents is too; all requests lie before all answers.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from polybatch_sandbox import answers, life
from polybatch_sandbox.bench import Behaviour, Bench, Call, Refusal, chunks, garbage
from polybatch_sandbox.body import Made
from polybatch_sandbox.clock import iso, naive, stamp
from polybatch_sandbox.message import Response, encode, json_reply, stream_reply
from polybatch_sandbox.store import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from polybatch_sandbox.bench import Modes
    from polybatch_sandbox.body import Series
    from polybatch_sandbox.contract import Violation
    from polybatch_sandbox.life import Batch
    from polybatch_sandbox.message import Headers, Request

Rows = list[dict[str, Any]]
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
JOB_ID = re.compile(f"job-{UUID4}")  # §3.2
PUBLISHED_JOB_ID = re.compile("(job|run)-[a-fA-F0-9]{8}")
NOBODY = "0" * 12  # INTERFACE: an agent id that ends so does not exist
USER = "user-00000000-0000-4000-8000-000000000000"
MICROSECONDS = 100 * 86_400 * 1_000_000  # the requests of a batch are spread over so much time
ANSWERS_AFTER = 101 * 86_400 * 1_000_000
LISTED = frozenset({"created", "running"})  # §3.3 List
STOP_REASONS = frozenset({"error", "llm_api_error", "insufficient_credits"})  # of the document's, what a failure can be
LLM_ERRORS = {402: "llm_insufficient_credits", 429: "llm_rate_limit", 504: "llm_timeout"}


class Letta:
    """The server's batch routes."""

    FILES: ClassVar[bool] = False
    SIZED_BY_HEADER: ClassVar[bool] = True
    MODES: ClassVar[Modes] = {
        "auth": ("key", "password", "none"),  # cloud; self-hosted with a password; self-hosted
        "create": ("works", 404, 405, 410, 501),  # a server that offers no batches any more
        "cancel": ("works", "disabled"),  # disabled: 501, with the job cancelled all the same
        "stuck": (False, True),  # new jobs run for ever
        "dropped": (0, int),  # so many agents of a new job vanish
        "answers": ("tool", "text", "steps"),  # text: without send_message; steps: after a call of another tool
        "detail": ("string", "array"),  # of a 422: as the server sends it, as the document publishes it
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
            "batch_results": self._messages,
        }

    # before the request is read

    def request_id(self, dice: answers.Dice) -> str:
        """Shown as `trace_id`, where that is not empty."""
        return dice.uuid("request")

    def admit(self, request: Request, keys: Sequence[str] | None) -> None:  # noqa: ARG002 - which header it was matters
        """Bearer in the cloud; a server with a password takes its own header too; any other takes everybody."""
        kind, _, bearer = (request.header("authorization") or "").partition(" ")
        word, _, password = (request.header("x-bare-password") or "").partition(" ")
        given = bearer if kind.lower() == "bearer" else ""
        mode = self.bench.modes["auth"]
        if mode == "password" and not given and word == "password":
            given = password
        if given == "invalid" or (not given and mode != "none"):
            raise Refusal(401, "Unauthorized")

    # errors

    def too_large(self) -> Refusal:
        """400, not 413 (§3.5)."""
        return Refusal(400, "the request is larger than 256 MB")

    def invalid(self, found: Sequence[Violation]) -> Refusal:
        """422; an empty list and a malformed header are found later, and answered 400."""
        if any(one.where[0] == "header" and one.rule == "pattern" for one in found):
            return Refusal(400, "the header user_id is malformed")
        if any(one.where == ("body", "requests") and one.rule == "minItems" for one in found):
            return Refusal(400, "the list of requests is empty")
        details = [{"type": one.rule, "loc": one.where, "msg": one.message} for one in found]
        return Refusal(422, "the request does not validate", details=details)

    def error(self, refusal: Refusal, call: Call) -> Response:
        """`detail`; where the provider refuses a create, an envelope."""
        document: dict[str, Any] = {"detail": refusal.message}
        if refusal.details is not None:
            # The server sends Python's own rendering of the list.
            document["detail"] = refusal.details if self.bench.modes["detail"] == "array" else repr(refusal.details)
            document["trace_id"] = ""
        elif call.operation == "create_batch" and refusal.status in LLM_ERRORS:
            error = {"type": LLM_ERRORS[refusal.status], "message": refusal.message, "detail": refusal.message}
            document = {"error": error}
        return json_reply(document, status=refusal.status, headers=refusal.headers)

    def headers(self, call: Call) -> Headers:  # noqa: ARG002 - nothing to say
        """None are documented."""
        return ()

    # operations

    def _create(self, call: Call) -> Response:
        modes = self.bench.modes
        requests: Series[dict[str, Any]] = call.body["requests"]
        if modes["create"] != "works":
            raise Refusal(modes["create"], "batches are not offered")
        agents, moments = self._read(requests)
        twice = len(agents) < len(requests) and not self.bench.lenient
        facts = {"callback_url": str(call.body.get("callback_url")), "answers": modes["answers"], "failed": twice}
        facts["dropped"] = modes["dropped"]
        marks = replace(call.effect.marks, stuck=call.effect.marks.stuck or modes["stuck"])
        items = Made(requests, lambda given: map(_item, given))
        batch = self.bench.book(
            call, lambda dice: "job-" + dice.uuid("job"), items, facts=facts, marks=marks, order=moments
        )
        if twice:  # the provider has the batch by now, and bills it (§3.3)
            raise Refusal(409, "an agent stands twice in the batch")
        return json_reply(self._document(batch, call))

    def _read(self, requests: Series[Mapping[str, Any]]) -> tuple[set[str], list[int]]:
        """The agents, and of each request when its messages are written."""
        agents: set[str] = set()
        moments: list[int] = []
        plain = True
        for request in requests:
            agents.add(request["agent_id"])
            moments.append(self._moment(answers.digest(_without_otid(request))[0]))
            plain = plain and all("role" in message for message in request.get("messages") or ())
        if not self.bench.lenient and any(agent.endswith(NOBODY) for agent in agents):
            raise Refusal(500, "unknown error")
        if not self.bench.lenient and not plain:
            raise Refusal(400, "approvals and tool returns cannot stand in a batch")
        return agents, moments

    def _get(self, call: Call) -> Response:
        return json_reply(self._document(self._find(call), call))

    def _list(self, call: Call) -> Response:
        """Running jobs only; `before` means older and `after` newer, whatever the order (§3.3)."""
        jobs = self.bench.listed(call.now)
        try:
            newer = self.bench.cursor(jobs, call.query.get("before"))
            older = self.bench.cursor(jobs, call.query.get("after"))
        except LookupError as unknown:
            raise Refusal(400, f"the cursor {unknown} is no job") from None
        rows = [job for job in jobs[0 if newer is None else newer + 1 : older] if self._status(job, call.now) in LISTED]
        if call.query.get("order") == "asc":
            rows.reverse()
        return json_reply([self._document(job, call) for job in rows[: max(0, call.query.get("limit", 100))]])

    def _cancel(self, call: Call) -> Response:
        batch = self._find(call)
        if batch.cancelled_at is None and not self.bench.lenient:
            self.bench.store.cancel(batch, at=call.now)
        if self.bench.modes["cancel"] == "disabled":
            raise Refusal(501, "cancelling batches is not enabled")
        return json_reply(None)

    def _messages(self, call: Call) -> Response:
        batch = self._find(call)
        if call.query.get("after") is not None and not self.bench.lenient:
            raise Refusal(500, "unknown error")  # §3.3 Messages paging; `before` is ignored
        limit = max(0, call.query.get("limit", 100))
        rows = itertools.islice(self._rows(batch, call), limit)
        return stream_reply(_array(rows), media_type="application/json")

    def billed(self, batch: Batch, now: float) -> int:
        """What the provider answered, once it is through; also for a job that failed on a duplicate."""
        return self.bench.store.tally(batch).succeeded if life.has_ended(batch, now) else 0

    # the job

    def _find(self, call: Call) -> Batch:
        batch_id = call.path["batch_id"]
        if not JOB_ID.fullmatch(batch_id) and not self.bench.lenient and not self.bench.hostile_ids:
            raise Refusal(400, f"{batch_id} is not the id of a job")
        batch = self.bench.find(batch_id, call.now, _example)
        if batch is None:
            raise Refusal(404, f"there is no job {batch_id}")
        return batch

    def _collected(self, batch: Batch, now: float) -> bool:
        """Whether the server has fetched the provider's answers: not after a cancel, not if all of them failed."""
        over = batch.created_at + life.LIFETIME
        in_time = batch.cancelled_at is None or batch.cancelled_at >= over
        if batch.marks.stuck or batch.facts["failed"] or now < over or not in_time:
            return False
        dropped: int = batch.facts["dropped"]
        return self.bench.store.tally(batch).succeeded > dropped

    def _status(self, batch: Batch, now: float) -> str:
        if batch.cancelled_at is not None:
            return "cancelled"
        if batch.facts["failed"] or (batch.marks.batch_failed and life.has_ended(batch, now)):
            return "failed"
        return "completed" if self._collected(batch, now) else "running"

    def _document(self, batch: Batch, call: Call) -> dict[str, Any]:
        status = self._status(batch, call.now)
        done = life.ends_at(batch) if self._collected(batch, call.now) else None
        unsent = done is not None and batch.facts["callback_url"] == "None"
        known = PUBLISHED_JOB_ID.match(batch.id) or self.bench.hostile_ids
        failure = {"error": batch.marks.failure} if batch.marks.failure and status == "failed" else {}
        changed = max(time for time in (batch.created_at, batch.cancelled_at, done) if time is not None)
        return {
            "id": batch.id if known else "job-" + self.bench.new_dice(batch.id).uuid("job"),
            "created_by_id": USER,
            "last_updated_by_id": USER,
            "created_at": stamp(batch.created_at),
            "updated_at": iso(changed),
            "status": call.effect.word(status),
            "completed_at": None if done is None else naive(done),
            "stop_reason": batch.marks.failure if failure and batch.marks.failure in STOP_REASONS else None,
            "metadata": {"job_type": "batch_messages"} | failure,
            "job_type": "batch",
            "background": None,
            "agent_id": None,
            "callback_url": batch.facts["callback_url"],  # the word None where there was none (§3.2)
            "callback_sent_at": naive(done) if done is not None and unsent else None,
            "callback_status_code": None,
            "callback_error": "the callback address has no scheme" if unsent else None,
            "ttft_ns": None,
            "total_duration_ns": None,
            "user_id": USER,
        }

    # the messages

    def _moment(self, fingerprint: str) -> int:
        """When an item's messages were written, in microseconds after the epoch of answers."""
        return answers.dice_of(self.bench.seed, fingerprint).number("moment", MICROSECONDS)

    def _rows(self, batch: Batch, call: Call) -> Iterator[object]:
        down, agent = call.query.get("order", "desc") == "desc", call.query.get("agent_id")
        requests = self._requests(batch, agent, descending=down)
        replies = self._replies(batch, agent, descending=down) if self._collected(batch, call.now) else iter(())
        for rows in itertools.chain(replies, requests) if down else itertools.chain(requests, replies):
            yield from reversed(rows) if down else rows
        if self._collected(batch, call.now):
            yield from (text.decode("latin-1") for text in garbage(batch))

    def _requests(self, batch: Batch, agent: str | None, *, descending: bool) -> Iterator[Rows]:
        store = self.bench.store
        items = store.by_place(batch, descending=descending) if agent is None else store.by_key(batch, agent)
        for item in items:
            yield [self._request_row(item, index, message) for index, message in enumerate(item.brief["messages"])]

    def _replies(self, batch: Batch, agent: str | None, *, descending: bool) -> Iterator[Rows]:
        for item, outcome in self.bench.answered(batch, descending=descending):
            if agent in {None, item.key} and outcome == "succeeded" and item.index >= batch.facts["dropped"]:
                yield self._reply_rows(item, batch.facts["answers"])

    def _row(self, item: Item, role: str, moment: int, use: str) -> dict[str, Any]:
        chosen = answers.dice(self.bench.seed, item)
        return {
            "id": "message-" + chosen.uuid(use),
            "role": role,
            "agent_id": item.key,
            "model": None,
            "content": None,
            "name": None,
            "tool_calls": None,
            "tool_call_id": None,
            "tool_returns": [],
            "step_id": None,
            "run_id": None,
            "otid": None,
            "group_id": None,
            "sender_id": None,
            "batch_item_id": "batch_item-" + chosen.uuid("step"),
            "is_err": None,
            "created_at": stamp(answers.EPOCH + moment // 1_000_000 + moment % 1_000_000 / 1e6),
        }

    def _request_row(self, item: Item, index: int, message: Mapping[str, Any]) -> dict[str, Any]:
        row = self._row(item, message["role"], self._moment(item.digest) + index, f"request {index}")
        return row | {name: message[name] for name in ("content", "name", "otid", "sender_id", "group_id")}

    def _reply_rows(self, item: Item, manner: str) -> Rows:
        moment, text = self._moment(item.digest) + ANSWERS_AFTER, item.brief["text"]
        if manner == "text":
            return [self._said(item, moment, "assistant") | {"content": _text(text)}]
        first: Rows = []
        if manner == "steps":
            first = self._called(item, moment, "search", "conversation_search", {"query": text}, returned="[]")
            first[0]["content"] = [
                {"type": "reasoning", "is_native": True, "reasoning": "I look it up.", "signature": None}
            ]
        return first + self._called(
            item, moment + len(first), "", "send_message", {"message": text}, returned="message sent"
        )

    def _said(self, item: Item, moment: int, use: str) -> dict[str, Any]:
        return self._row(item, "assistant", moment, use) | {"model": "claude-example"}

    def _called(
        self, item: Item, moment: int, use: str, name: str, arguments: Mapping[str, Any], *, returned: str
    ) -> Rows:
        """A step: the agent calls a tool, and the server runs it."""
        call_id = "call_" + answers.dice(self.bench.seed, item).word(f"{use}call", 24)
        function = {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}
        said = self._said(item, moment, f"{use}assistant")
        said["tool_calls"] = [{"id": call_id, "type": "function", "function": function}]
        run = {"tool_call_id": call_id, "status": "success", "stdout": None, "stderr": None, "func_response": returned}
        tool = self._row(item, "tool", moment + 1, f"{use}tool") | {"name": name, "tool_call_id": call_id}
        content = _text(json.dumps({"status": "OK", "message": returned}))
        return [said, tool | {"tool_returns": [run], "content": content}]


def _array(rows: Iterable[object]) -> Iterator[bytes]:
    yield b'{"messages":['
    for index, page in enumerate(chunks(rows, 128)):
        yield (b"," if index else b"") + b",".join(map(encode, page))
    yield b"]}"


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text, "signature": None}]


def _item(request: Mapping[str, Any]) -> Item:
    given = request.get("messages") or [{"role": "user", "content": request.get("input") or ""}]
    messages = [message for message in given if "role" in message]
    text = answers.last_user_text(messages)
    names = ("name", "otid", "sender_id", "group_id")
    rows = [
        {"role": message["role"], "content": _blocks(message["content"])} | {name: message.get(name) for name in names}
        for message in messages
    ]
    digest, length = answers.digest(_without_otid(request))
    brief = {"messages": rows, "text": text}
    return Item(request["agent_id"], digest, brief, None, answers.tokens(length), answers.text_tokens(text))


def _without_otid(request: Mapping[str, Any]) -> dict[str, Any]:
    """The item without the caller's mark, which is the only key that Letta leaves to the caller."""
    if not isinstance(request.get("messages"), list):
        return dict(request)
    messages = [{name: value for name, value in message.items() if name != "otid"} for message in request["messages"]]
    return {**request, "messages": messages}


def _blocks(content: Any) -> Any:
    if isinstance(content, str):
        return _text(content)
    return [{"type": "text", **block} if isinstance(block, dict) and "text" in block else block for block in content]


def _example() -> tuple[Item, dict[str, Any]]:
    request = {"agent_id": "agent-00000000-0000-4000-8000-000000000001", "input": "Hello"}
    return _item(request), {"callback_url": "None", "answers": "tool", "failed": False, "dropped": 0}


BEHAVIOUR: Callable[[Bench], Behaviour] = Letta
