"""MeshAPI batches: inline requests and results, one model per batch, at most ten batches open at a time.

Sources: facts/seed-vendors.md §4 (the vendor's pages, guides and SDKs of 2026); no live endpoint was reached.

* A get asks the provider behind MeshAPI and books what the batch cost once it sees the end (§4.2), so a batch is polled
  to its end also after a cancel.
* Results stand in the reply of a get, which is as large as they are: of one over a MiB they are streamed, and
  `Batch.raw` has null in their place.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar, TypedDict, cast

import msgspec

from polybatch import retry
from polybatch.dialects import inline, openai_lines, to_completions
from polybatch.document import Document, Scheme
from polybatch.errors import ContractError, InputError, PolybatchError, TooManyBatches, Unsupported, VendorError
from polybatch.features import Feature
from polybatch.flow import Emit, Flow, Response, Warn, call, exchange, mapped
from polybatch.model import Batch, BatchStatus, Outcome, Request, Result
from polybatch.portable import Chat
from polybatch.reading import raw_bytes, readable, shorten, tolerant, unexpected, when
from polybatch.vendor import FindBy, Mark, Options, Payload, Profile, Vendor, drift, not_offered, read_options, refused
from polybatch_generated.meshapi import params, wire
from polybatch_generated.meshapi.client import AuthenticatedClient
from polybatch_generated.meshapi.client.api.batches import (
    batch_results,
    cancel_batch,
    create_batch,
    get_batch,
    list_batches,
)
from polybatch_generated.meshapi.client.models import CreateBatchRequest
from polybatch_generated.meshapi.client.types import UNSET, RawBody, Unset

DOCUMENT = Document("meshapi")
PROFILE = Profile(
    name=DOCUMENT.vendor,
    title="MeshAPI",
    key_variable="MESHAPI_API_KEY",
    limits=DOCUMENT.limits(
        max_items=50_000, max_bytes=100 * 10**6, assumed=True,  # §4.2: none is published, these are ours [I]
        window=timedelta(hours=24),  # §4.2: completion_window, unless the option says otherwise
    ),
    verbatim=True,
    find=FindBy.METADATA,  # §4.2: metadata comes back with a batch
    absence=True,  # §4.2: the list has all batches of the key's owner; nothing is said of its order
    capacity=frozenset(  # §4.3, and what OpenAI says behind MeshAPI
        {"batch_limit_exceeded", "rate_limit_exceeded", "upstream_rate_limit_error", *openai_lines.CAPACITY}
    ),
    one_model=True,  # §4.2: else 400 mixed_models
    errors={
        (429, "batch_limit_exceeded"): TooManyBatches,  # §4.2: no rate limit; it lasts until a batch ends
        (501, "not_implemented"): Unsupported,  # §4.2: the model's provider has no batches
        (403, "content_policy_violation"): VendorError,  # §4.3: not about the key
        (404, "model_not_found"): VendorError,  # §4.3: not about a batch
    },
    hints={
        "batch_limit_exceeded": "wait until one of the open batches has ended, or cancel one",
        "insufficient_credits": "look at the credits of the account",
        "invalid_api_version": "the option mesh_version is YYYY-MM, or left out",
        "mixed_models": "use run(), which splits",
        "model_not_found": "is the model's name spelled as MeshAPI lists it?",
        "not_implemented": "the provider of this model has no batches; take another model",
        "spend_limit_exceeded": "look at the spending limit of the account",
    },
)  # fmt: skip

STATUSES: Mapping[str, BatchStatus] = openai_lines.STATUSES
RETRYABLE: Mapping[str, bool] = {
    "mixed_models": False, "invalid_request": False, "bad_request": False, "invalid_api_version": False,
    "unauthorized": False, "spend_limit_exceeded": False, "insufficient_credits": False, "forbidden": False,
    "content_policy_violation": False, "not_found": False, "model_not_found": False, "resource_not_found": False,
    "conflict": True, "validation_error": False, "unprocessable_entity": False, "context_window_exceeded": False,
    "batch_limit_exceeded": True, "rate_limit_exceeded": True, "upstream_rate_limit_error": True,
    "internal_error": True, "upstream_error": True, "not_implemented": False, "provider_not_available": True,
    "gateway_timeout": True,
    "provider_job_failed": False,  # §4.3: never to be repeated unasked
}  # fmt: skip
(REQUEST_ID,) = list_batches.request_kwargs(x_request_id="-")["headers"]
"""The header that names a call; the one of a reply is called as the one that is sent (§4.0)."""
OURS = "polybatch"
"""Under this name a token stands in the metadata."""
RESULTS = inline.member(wire.BatchObject(results=[]))
ANSWER = openai_lines.Reader(wire.BatchItemBody)


class MeshOptions(Options, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What MeshAPI's operations take besides requests and a key."""

    completion_window: str | None = None
    """As the vendor writes it; 24h unless given (§4.2)."""
    metadata: dict[str, Any] | None = None
    """Comes back with the batch."""
    mesh_version: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\Z")] | None = None
    """The dated contract; without it the key's own, then the oldest (§4.0)."""
    request_id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}\Z")] | None = None
    """The caller's name for a call, on every call it is set for (§4.0)."""


class MeshAPI:
    """MeshAPI as a `Vendor`."""

    profile: ClassVar[Profile] = PROFILE
    document: ClassVar[Document] = DOCUMENT
    options_type: ClassVar[type[Options]] = MeshOptions

    def __init__(self, options: Mapping[str, Any], base_url: str) -> None:
        self.options = read_options(MeshOptions, options, PROFILE.title)
        self.base_url = base_url
        if OURS in (self.options.metadata or {}):
            raise InputError(
                f"{PROFILE.title} option: metadata may not hold {OURS!r}", hint="a run's own token goes there"
            )

    def scheme(self) -> Scheme:
        return self.document.schemes["bearer"]

    def version(self) -> str | None:
        return self.options.mesh_version

    # -- requests

    def item(self, request: Request) -> Mapping[str, Any]:
        body = cast("params.BatchRequestBody", request.body)
        own = params.BatchRequestItem(custom_id=request.custom_id, body=body)
        return {**request.item, **own}

    def request(self, item: Mapping[str, Any]) -> Request:
        view, _ = inline.viewed(item, wire.BatchRequestItem)
        own = params.BatchRequestItem(custom_id="", body={})
        return inline.request(view.custom_id, view.body, {name: item[name] for name in item if name not in own})

    def carried(self) -> frozenset[Feature]:
        return to_completions.CARRIED

    def chat(self, chat: Chat) -> Mapping[str, Any]:
        return to_completions.body(chat)

    def model(self, request: Request) -> str | None:
        return inline.glance(request.body, wire.BatchRequestBody).model

    def with_model(self, request: Request, model: str) -> Request:
        return inline.with_members(request, wire.BatchRequestBody(model=model))

    def alone(self, request: Request) -> str | None:
        return None

    # -- one batch

    def envelope(self, token: str | None = None) -> Mapping[str, Any]:
        window, metadata = self.options.completion_window, self.options.metadata
        if token is not None:
            metadata = {**(metadata or {}), OURS: token}
        return CreateBatchRequest(
            requests=[],
            completion_window=UNSET if window is None else window,
            metadata=UNSET if metadata is None else metadata,
        ).to_dict()

    def create(self, payload: Payload) -> Flow[Batch]:
        request = create_batch.request_kwargs(body=RawBody(payload, payload.length), **self._headers())
        return (yield from inline.create(create_batch, request, self._read))

    def get(self, batch_id: str) -> Flow[Batch]:
        batch, _ = yield from self._look(batch_id)
        return batch

    def list(self, limit: int) -> Flow[None]:
        def turn(after: str | None) -> Flow[inline.Page]:
            request = list_batches.request_kwargs(limit=limit, after=after or UNSET, **self._headers())
            reply = inline.success((yield from call(list_batches, request)), self._refusal)
            page, _ = tolerant(reply.content, wire.BatchList)
            if page.data is None:
                raise unexpected("a list of batches", reply.content)
            batches = [self._batch(bytes(raw)) for raw in page.data]
            cursor = (page.last_id or batches[-1].id) if page.has_more and batches else None
            return batches, cursor, reply.content

        return inline.pages(turn)

    def cancel(self, batch_id: str) -> Flow[Batch]:
        request = cancel_batch.request_kwargs(batch_id, **self._headers())
        return self._read((yield from call(cancel_batch, request)))

    def delete(self, batch_id: str) -> Flow[None]:
        raise not_offered(PROFILE, "delete a batch")

    # -- results

    def records(self, batch_id: str) -> Flow[int | None]:
        answered = array("q")  # hashes, so that a million ids are eight megabytes

        def noted(lines: Sequence[bytes]) -> Sequence[bytes]:
            answered.extend(hash(_named(line)) for line in lines)
            return lines

        batch, own = yield from mapped(self._inline(batch_id), noted)
        yield from self._details(batch_id, own, answered)
        return batch.counts.total if batch.status is BatchStatus.COMPLETED else None

    def _inline(self, batch_id: str) -> Flow[tuple[Batch, wire.BatchObject]]:
        """Emit the results of a batch that has ended."""

        def ready(before: bytes) -> None:
            own = readable(before, wire.BatchObject)
            if own.id and own.status:  # what comes after the results is looked at after them
                inline.over(self._batch(before))

        batch, streamed = yield from self._look(batch_id, ready)
        own, _ = tolerant(inline.over(batch).raw, wire.BatchObject, torn=True)
        yield Emit([bytes(raw) for raw in own.results or ()])
        if own.results is None and not streamed and own.output_file_id:
            yield from self._file(own.output_file_id)
        return batch, own

    def _look(self, batch_id: str, ready: Callable[[bytes], None] | None = None) -> Flow[tuple[Batch, bool]]:
        """The batch, and whether its results were streamed; without `ready` they are dropped."""
        asked = exchange(get_batch, get_batch.request_kwargs(batch_id, **self._headers()))
        reply, streamed = yield from inline.document(asked, RESULTS, ready)
        return self._read(inline.response(get_batch, reply)), streamed

    def decode(self, record: bytes, batch_id: str) -> Result:
        line, _ = tolerant(record, wire.BatchResultItem)
        if line.custom_id is None:
            raise ContractError(f"a result without its id: {shorten(record)}", raw=record)
        response = line.response or wire.BatchItemResponse()
        body = raw_bytes(response.body)
        complaint = line.error or readable(body, _Failed).error
        if complaint is None and line.response is None:
            complaint = _plain(record)
        outcome, error = openai_lines.judged(response.status_code, complaint, body or record, RETRYABLE)
        answer = body if outcome is Outcome.SUCCEEDED else b""
        return Result(
            line.custom_id, outcome, PROFILE.name, batch_id, record, error, answer, ANSWER, None, response.request_id,
        )  # fmt: skip

    def _file(self, file_id: str) -> Flow[None]:
        """The older way to results, tried once; the vendor's newer versions have none such (§4.1)."""
        request = batch_results.request_kwargs(file_id, **self._headers())
        reply = yield from inline.lines(exchange(batch_results, request))
        if reply.status == 404:
            yield Warn(f"the batch names {file_id} as the file of its results, but there is no such file")
            return
        inline.success(inline.response(batch_results, reply), self._refusal)

    def _details(self, batch_id: str, own: wire.BatchObject, answered: Iterable[int]) -> Flow[None]:
        """Errors told apart from the results: one that names a request is its result, unless there is one (§4.2)."""
        details = [(_named(detail), detail) for detail in map(bytes, own.errors_detail or ())]
        known = {hash(name) for name, _ in details}.intersection(answered)
        for name, detail in details:
            if name is None:
                yield Warn(f"batch {batch_id}: {shorten(detail)}")
            elif hash(name) not in known:
                yield Emit([detail])

    # -- a batch of ours

    def carries(self, batch: Batch, token: str) -> bool:
        return _token(readable(batch.raw, wire.BatchObject)) == token

    @inline.told
    def recognise(self, batch: Batch, mark: Mark) -> Flow[bool | None]:
        """By its token, else by the ids of its results, else by its size; a list may show none of them (§4.2).

        A batch that is listed but not found proves nothing: the list is MeshAPI's own, a get asks the provider.
        """

        def owned(lines: Iterable[bytes]) -> set[bool]:
            return {mark.owns(name) for line in lines if (name := _named(line))}

        (batch, _), told = yield from inline.seen(self._look(batch.id, inline.anyway), owned)
        own = readable(batch.raw, wire.BatchObject)
        if (token := _token(own)) is not None:
            return token == mark.token
        if known := owned(map(bytes, (own.results or []) + (own.errors_detail or []))).union(*told):
            return True in known
        return None if mark.fits(batch) else False

    # -- for whatever else

    def generated(self, credentials: Mapping[str, str], timeout: Any, arguments: Mapping[str, Any]) -> Any:
        return inline.generated(AuthenticatedClient, self.base_url, credentials, timeout, arguments)

    # -- reading

    def _headers(self) -> _Headers:
        options = self.options
        return _Headers(x_mesh_version=options.mesh_version or UNSET, x_request_id=options.request_id or UNSET)

    def _refusal(self, reply: Response[Any]) -> PolybatchError:
        envelope = readable(reply.content, wire.InvalidReply)
        error = envelope.error or wire.MeshErrorBody()
        parts = (error.message, _places(error.details), _places(envelope.detail))
        message = " ".join(part for part in parts if part)
        request_id = envelope.request_id or reply.headers.get(REQUEST_ID)
        return refused(PROFILE, reply, error.code, message, request_id, wait=error.retry_after_seconds)

    def _read(self, reply: Response[Any]) -> Batch:
        reply = inline.success(reply, self._refusal)
        return self._batch(reply.content, reply)

    def _batch(self, raw: bytes, reply: Response[Any] | None = None) -> Batch:
        """A batch from its JSON; a list shows less of it than a get (§4.2)."""
        own, dropped = tolerant(raw, wire.BatchObject, torn=True)
        if not own.id:
            raise unexpected("a batch", raw)
        status = STATUSES.get(own.status or "", BatchStatus.UNKNOWN)
        counts = own.request_counts or wire.BatchRequestCounts()
        return Batch(
            id=own.id,
            vendor=PROFILE.name,
            status=status,
            counts=openai_lines.counted(counts.total, counts.completed, counts.failed, status),
            created_at=when(own.created_at),
            expires_at=when(own.expires_at),
            ended_at=when(own.completed_at),
            raw=raw,
            retry_after=retry.retry_after(reply.headers) if reply else None,
            failure=openai_lines.reason(_complaints(own)) if status is BatchStatus.FAILED else None,
            warnings=drift(PROFILE, dropped, reply, own.status, status),
        )


class _Headers(TypedDict):
    """What every operation takes, by the generated names."""

    x_mesh_version: str | Unset
    x_request_id: str | Unset


class _Named(msgspec.Struct, gc=False):
    """The little of a result that says whose it is."""

    custom_id: str | None = None


class _Failed(msgspec.Struct, gc=False):
    """The little of an answer that says that it is none."""

    error: wire.BatchItemError | None = None


def _named(line: bytes) -> str | None:
    """The request that a result is about."""
    return readable(line, _Named).custom_id


def _token(own: wire.BatchObject) -> str | None:
    """Our token, or another run's."""
    token = (own.metadata or {}).get(OURS)
    return token if isinstance(token, str) else None


def _complaints(own: wire.BatchObject) -> Iterator[wire.BatchItemError]:
    """Errors that name no request, so that they are about the batch (§4.2)."""
    for raw in own.errors_detail or ():
        line = readable(bytes(raw), wire.BatchResultItem)
        if line.custom_id is None and (error := line.error or _plain(bytes(raw))) is not None:
            yield error


def _plain(record: bytes) -> wire.BatchItemError | None:
    """An error that stands beside the request's id, not under a name of its own."""
    error = readable(record, wire.BatchItemError)
    return error if error.code or error.message else None


def _places(details: Any) -> str | None:
    """Where a request does not validate, as the envelope or the web framework puts it (§4.3)."""
    if isinstance(details, str):
        return details
    listed: Sequence[Any] = details if isinstance(details, list) else ()
    places = [inline.glance(each, wire.ValidationError) for each in listed if isinstance(each, Mapping)]
    return "; ".join(f"{'.'.join(map(str, place.loc or ()))}: {place.msg}" for place in places if place.msg)


VENDOR: type[Vendor] = MeshAPI
