"""OneRouter (now Infron) batches: inline requests, results at an address on another host, and hardly a page about it.

Sources: facts/seed-vendors.md §5 (two pages with one example each, and gateways that resemble it); no live endpoint was
reached.

* A batch comes in two forms, that of create and that of get (§5.2). They share no field of different meaning, so each
  reply is read as both, and whichever form came fills its part.
* An error may come inside a success (§5.5). In get's form `error` is text about the batch, and "" means none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar, cast
from urllib.parse import quote

import msgspec

from polybatch import retry
from polybatch.dialects import inline, messages, openai_lines, to_messages
from polybatch.document import Document, Scheme
from polybatch.errors import ContractError, InputError, Unsupported, VendorError
from polybatch.features import Feature
from polybatch.flow import Flow, Reply, Response, Warn, call
from polybatch.model import Answer, Batch, BatchStatus, ErrorInfo, Outcome, Request, Result, Usage
from polybatch.portable import Chat
from polybatch.reading import raw_bytes, readable, shorten, tolerant, unexpected, when
from polybatch.vendor import (
    FindBy,
    Mark,
    Options,
    Payload,
    Profile,
    Vendor,
    drift,
    not_offered,
    read_options,
    refused,
    unknown_variant,
)
from polybatch_generated.onerouter import params, wire
from polybatch_generated.onerouter.client import AuthenticatedClient
from polybatch_generated.onerouter.client.api.batches import cancel_batch, create_batch, get_batch
from polybatch_generated.onerouter.client.types import RawBody

DOCUMENT = Document("onerouter")
PROFILE = Profile(
    name=DOCUMENT.vendor,
    title="OneRouter",
    key_variable="ONEROUTER_API_KEY",
    limits=DOCUMENT.limits(
        max_items=50_000, max_bytes=100 * 10**6, assumed=True,  # §5.0: none is published, these are ours
        window=timedelta(hours=24),  # §5.0: "within up to 24 hours"
    ),
    verbatim=True,
    find=FindBy.NOTHING,  # §5.0: no list, no metadata
    capacity=openai_lines.CAPACITY,  # §5.3: OpenAI or Azure may be behind a model
    one_model=True,  # §5.1: not stated; a batch in get's form names one model
    errors={(403, None): VendorError},  # §5.5: moderation, not the key
    hints={
        "402": "add credits to the account",
        "503": "no provider of this model meets the account's routing rules",
    },
)  # fmt: skip

STATUSES: Mapping[str, BatchStatus] = {
    **openai_lines.STATUSES,
    "not_start": BatchStatus.VALIDATING, "submitted": BatchStatus.VALIDATING, "queued": BatchStatus.VALIDATING,
    "pending": BatchStatus.VALIDATING, "processing": BatchStatus.IN_PROGRESS, "running": BatchStatus.IN_PROGRESS,
    "success": BatchStatus.COMPLETED, "succeeded": BatchStatus.COMPLETED,
    "failure": BatchStatus.FAILED, "error": BatchStatus.FAILED,
    "canceling": BatchStatus.CANCELLING, "canceled": BatchStatus.CANCELLED,
    "timeout": BatchStatus.EXPIRED, "unknown": BatchStatus.UNKNOWN,
}  # fmt: skip
"""Words of the document, of new-api and of a sibling gateway, in small letters (§5.2)."""
OUTCOMES: Mapping[str, Outcome] = messages.OUTCOMES
ANSWER = openai_lines.Reader(wire.CompletionBody)
NO_ERROR = frozenset({b"", b"null", b'""', b"{}"})
"""How a line says that there is no error."""
UNCLEAR = 499
"""Ours: stands for an error whose code is no status; neither repeated nor taken for a refusal of a create."""
PLACE = "{batch_id}"
"""What stands for the batch's id in the option cancel_path."""


class OneRouterOptions(Options, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What OneRouter's operations take besides requests and a key."""

    cancel_path: str | None = None
    """Where a cancel is sent, such as `/v1/batches/cancel/{batch_id}`; the document's path is inferred (§5.4)."""


class OneRouter:
    """OneRouter as a `Vendor`."""

    profile: ClassVar[Profile] = PROFILE
    document: ClassVar[Document] = DOCUMENT
    options_type: ClassVar[type[Options]] = OneRouterOptions

    def __init__(self, options: Mapping[str, Any], base_url: str) -> None:
        self.options = read_options(OneRouterOptions, options, PROFILE.title)
        self.base_url = base_url
        path = self.options.cancel_path
        if path is not None and not (path.startswith("/") and PLACE in path):
            raise InputError(f"OneRouter option: cancel_path begins with / and holds {PLACE}, not so {path!r}")

    def scheme(self) -> Scheme:
        return self.document.schemes["bearer"]

    def version(self) -> str | None:
        return None

    # -- requests

    def item(self, request: Request) -> Mapping[str, Any]:
        body = cast("params.MessageParams", request.body)
        return {**request.item, **params.BatchRequest(custom_id=request.custom_id, params=body)}

    def request(self, item: Mapping[str, Any]) -> Request:
        view, rest = inline.viewed(item, wire.BatchRequest)
        return inline.request(view.custom_id, view.params, rest)

    def carried(self) -> frozenset[Feature]:
        return to_messages.CARRIED | {Feature.METADATA}  # §5.1: any text

    def chat(self, chat: Chat) -> Mapping[str, Any]:
        return to_messages.body(chat)

    def model(self, request: Request) -> str | None:
        return inline.glance(request.body, wire.MessageParams).model

    def with_model(self, request: Request, model: str) -> Request:
        return inline.with_members(request, wire.MessageParams(model=model))

    def alone(self, request: Request) -> str | None:
        return None

    # -- one batch

    def envelope(self, token: str | None = None) -> Mapping[str, Any]:
        return {**params.CreateBatchRequest(requests=[])}

    def create(self, payload: Payload) -> Flow[Batch]:
        request = create_batch.request_kwargs(body=RawBody(payload, payload.length))
        return (yield from inline.create(create_batch, request, self._created))

    def get(self, batch_id: str) -> Flow[Batch]:
        return self._read((yield from call(get_batch, get_batch.request_kwargs(batch_id), meaning=_meaning)))

    def list(self, limit: int) -> Flow[None]:
        raise not_offered(PROFILE, "list batches")

    def cancel(self, batch_id: str) -> Flow[Batch]:
        request, path = cancel_batch.request_kwargs(batch_id), self.options.cancel_path
        if path is not None:
            request = {**request, "url": path.replace(PLACE, quote(batch_id, safe=""))}
        reply = yield from call(cancel_batch, request, meaning=_meaning)
        if path is None and reply.status_code in {404, 405}:
            message = f"OneRouter answered the cancel with HTTP {reply.status_code}; its path is not published"
            hint = "if the batch exists, the right path can be given as option cancel_path"
            raise Unsupported(message, hint=hint, raw=reply.content)
        self._success(reply)
        try:
            return self._read(reply)
        except ContractError:
            # What a cancel answers is not published either.
            return (yield from self.get(batch_id))

    def delete(self, batch_id: str) -> Flow[None]:
        raise not_offered(PROFILE, "delete a batch")

    # -- results

    def records(self, batch_id: str) -> Flow[int | None]:
        batch = yield from inline.ended(self.get(batch_id))
        for reason in dict.fromkeys(error.message or str(error.code) for error in _complaints(batch.raw)):
            yield Warn(f"batch {batch_id}: {shorten(reason)}")
        if url := readable(batch.raw, wire.BatchTask).result_url:
            yield from inline.download(url)
        return batch.counts.total if batch.status is BatchStatus.COMPLETED else None

    def decode(self, record: bytes, batch_id: str) -> Result:
        line, _ = tolerant(record, wire.BatchResultLine)
        if line.custom_id is None:
            raise ContractError(f"a result line without its id: {shorten(record)}", raw=record)
        if line.result:
            outcome, error, answer = _message_result(line.result, record)
            read, request_id = _answer, line.result.error.request_id if line.result.error else None
        else:
            outcome, error, answer = _completion_result(line, record)
            read, request_id = ANSWER, line.response.request_id if line.response else None
        return Result(line.custom_id, outcome, PROFILE.name, batch_id, record, error, answer, read, None, request_id)

    # -- a batch of ours

    def carries(self, batch: Batch, token: str) -> bool:
        return False

    def recognise(self, batch: Batch, mark: Mark) -> Flow[bool | None]:
        raise not_offered(PROFILE, "find a batch again")

    # -- for whatever else

    def generated(self, credentials: Mapping[str, str], timeout: Any, arguments: Mapping[str, Any]) -> Any:
        return inline.generated(AuthenticatedClient, self.base_url, credentials, timeout, arguments)

    # -- reading

    def _created(self, reply: Response[Any]) -> Batch:
        """An error inside the success of a create proves no more than its own status would."""
        status = _meaning(_as_reply(reply))
        if status >= 400 and status not in inline.REJECTED:
            raise ContractError((_complaint(reply.content) or wire.ErrorBody()).message or shorten(reply.content))
        return self._read(reply)

    def _success(self, reply: Response[Any]) -> Response[Any]:
        status = _meaning(_as_reply(reply))
        if not 200 <= status < 300:
            complaint = _complaint(reply.content) or wire.ErrorBody()
            code = None if complaint.code is None else str(complaint.code)
            raise refused(PROFILE, reply, code, complaint.message, meaning=status)
        return reply

    def _read(self, reply: Response[Any]) -> Batch:
        """A batch in either of its forms."""
        raw = self._success(reply).content
        created, dropped = tolerant(raw, wire.BatchCreated)
        task, more = tolerant(raw, wire.BatchTask)
        batch_id = created.batch_id or created.id  # §5.1: the first is the one to go on with
        if not batch_id:
            raise unexpected("a batch", raw)
        known = STATUSES.get((created.status or "").lower(), BatchStatus.UNKNOWN)
        status = known
        if known is BatchStatus.UNKNOWN and task.result_url and _whole(task.progress):
            status = BatchStatus.COMPLETED  # §5.2
        counts = (task.total_requests, task.completed_count, task.failed_count)
        if (own := created.request_counts) is not None:
            counts = (own.total, own.completed, own.failed)
        ends = (
            task.finish_time, created.completed_at, created.failed_at, created.expired_at, created.cancelled_at,
        )  # fmt: skip
        return Batch(
            id=batch_id,
            vendor=PROFILE.name,
            status=status,
            counts=openai_lines.counted(*counts, status),
            created_at=when(created.created_at) or when(task.submit_time),
            expires_at=when(created.expires_at),
            ended_at=next((time for end in ends if (time := when(end)) is not None), None),
            raw=raw,
            retry_after=retry.retry_after(reply.headers),
            usage=None if task.total_tokens is None else Usage(task.prompt_tokens, task.completion_tokens),
            fees=task.fees,
            failure=openai_lines.reason(_complaints(raw)) if status is BatchStatus.FAILED else None,
            warnings=drift(PROFILE, tuple(dict.fromkeys(dropped + more)), reply, created.status, known),
        )


def _as_reply(reply: Response[Any]) -> Reply:
    return Reply(reply.status_code, reply.headers, reply.content)


def _meaning(reply: Reply) -> int:
    """The status a reply amounts to: an error inside a success counts as its code says (§5.5)."""
    if not 200 <= reply.status < 300 or (complaint := _complaint(reply.content)) is None:
        return reply.status
    return _status(complaint.code) or UNCLEAR


def _status(code: Any) -> int | None:
    """The HTTP status that an error's code is."""
    text = str(code)
    return int(text) if len(text) == 3 and text.isdecimal() and text[0] in "45" else None


def _complaint(content: bytes) -> wire.ErrorBody | None:
    """The error that stands where a batch should: an object, or a text; what has an id and a status is a batch."""
    created = readable(content, wire.BatchCreated)
    if (created.batch_id or created.id) and created.status:
        return None
    error = readable(content, wire.ErrorReply).error
    error = error or wire.ErrorBody(message=readable(content, wire.BatchTask).error or None)
    return None if error == wire.ErrorBody() else error


def _complaints(raw: bytes) -> Iterator[wire.BatchError]:
    """What a batch in either form says went wrong with it: text, or errors as OpenAI lists them (§5.1, §5.2)."""
    errors, task = readable(raw, wire.BatchCreated).errors, readable(raw, wire.BatchTask)
    listed = readable(msgspec.json.encode(errors), wire.BatchErrors).data
    alone = errors if isinstance(errors, list) else [errors]
    for part in (*(listed or alone), readable(raw, wire.ErrorReply).error, task.error, task.fail_reason):
        text = isinstance(part, str)
        error = wire.BatchError(message=part) if text else readable(msgspec.json.encode(part), wire.BatchError)
        if error.code or error.message:
            yield error


def _whole(progress: Any) -> bool:
    """100 %, written as text or as a number."""
    try:
        return float(str(progress).rstrip("%")) >= 100
    except ValueError:
        return False


# -- result lines: undocumented, so in the form of whichever provider is behind the model (§5.3)


def _message_result(result: wire.MessageResult, record: bytes) -> tuple[Outcome, ErrorInfo | None, bytes]:
    outcome = OUTCOMES.get(result.type or "")
    if outcome is None:
        return Outcome.ERRORED, unknown_variant(result.type), b""
    if outcome is not Outcome.ERRORED:
        return outcome, None, raw_bytes(result.message)
    said = raw_bytes(result.error.error) if result.error else b""
    error = readable(said, wire.ResultError)
    again = messages.RETRYABLE.get(error.type or "", False)
    return (
        outcome,
        ErrorInfo(code=error.type, message=error.message or shorten(said or record), status=None, retryable=again),
        b"",
    )


def _completion_result(line: wire.BatchResultLine, record: bytes) -> tuple[Outcome, ErrorInfo | None, bytes]:
    response = line.response or wire.CompletionResponse()
    status = response.status if response.status_code is None else response.status_code
    body = raw_bytes(response.body)
    errors = (raw_bytes(line.error), raw_bytes(readable(body, wire.CompletionBody).error))
    said = next((error for error in errors if error not in NO_ERROR), b"")
    complaint = readable(said, wire.ResultError) if said else None
    if complaint and (status is None or 200 <= status < 300):
        status = _status(complaint.code) or status
    outcome, error = openai_lines.judged(status, complaint, said or body or record, {})
    return outcome, error, body if outcome is Outcome.SUCCEEDED else b""


def _answer(body: bytes) -> Answer:
    message = readable(body, wire.MessageBody)
    return messages.answer(message, message.usage)


VENDOR: type[Vendor] = OneRouter
