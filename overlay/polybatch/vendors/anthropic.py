"""Anthropic Message Batches: inline requests, results as JSON lines, no word about progress before the end.

Sources: facts/seed-vendors.md §2 (the vendor's pages, documents and SDKs of 2026); no live endpoint was reached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal, TypedDict, cast

from polybatch import retry
from polybatch.dialects import inline, messages, to_messages
from polybatch.document import Document, Scheme
from polybatch.errors import ContractError, PolybatchError
from polybatch.features import Feature
from polybatch.flow import Flow, Response, Warn, call, exchange, until
from polybatch.model import Answer, Batch, BatchStatus, Counts, ErrorInfo, Finish, Outcome, Request, Result
from polybatch.origin import same_origin
from polybatch.portable import Chat
from polybatch.reading import raw_bytes, readable, shorten, tolerant, unexpected, when
from polybatch.schema_of import closed
from polybatch.vendor import (
    FindBy,
    Mark,
    Options,
    Payload,
    Profile,
    Vendor,
    drift,
    read_options,
    refused,
    summed,
    unknown_variant,
)
from polybatch_generated.anthropic import params, wire
from polybatch_generated.anthropic.client import AuthenticatedClient
from polybatch_generated.anthropic.client.api.batches import (
    batch_results,
    cancel_batch,
    create_batch,
    delete_batch,
    get_batch,
    list_batches,
)
from polybatch_generated.anthropic.client.types import UNSET, RawBody, Unset

DOCUMENT = Document("anthropic")
PROFILE = Profile(
    name=DOCUMENT.vendor,
    title="Anthropic",
    key_variable="ANTHROPIC_API_KEY",
    limits=DOCUMENT.limits(retention=timedelta(days=29)),  # §2.4, from creation
    verbatim=True,
    find=FindBy.LIST,  # §2.4: no idempotency key and no metadata on a batch
    absence=True,  # §2.4: the list shows every batch of the workspace, ended ones too
    newest_first=True,  # §2.2
    watch=True,  # §2.2: the list has the very objects that a get has
    distinct=True,  # §2.4: the size is all that the list tells of a running batch
    progress=False,  # §2.2: the outcome counts stay 0 until the whole batch has ended
    hints={
        "billing_error": "look at the billing of the account",
        "request_too_large": "make batches smaller: --max-items-per-batch",
    },
)

STATUSES: Mapping[str, BatchStatus] = {
    "in_progress": BatchStatus.IN_PROGRESS,
    "canceling": BatchStatus.CANCELLING,
    "ended": BatchStatus.COMPLETED,  # cancelled where a cancel was initiated
}
OUTCOMES: Mapping[str, Outcome] = messages.OUTCOMES
GLANCE = 100
"""Results that are looked at to see whose a batch is."""
FINISHES: Mapping[str, Finish] = messages.FINISHES
RETRYABLE: Mapping[str, bool] = messages.RETRYABLE


SAMPLED = "2023-06-01"
"""The only version that takes temperature, top_p and top_k (§2.0)."""


class AnthropicOptions(Options, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What Anthropic's operations take besides requests and a key."""

    version: str = "2026-10-21"
    """The newest contract, as the current SDK sends it (§2.0); 2023-06-01 still takes temperature, top_p and top_k."""
    auth: Literal["x-api-key", "bearer"] = "x-api-key"
    """The header that carries the key; both are served (§2.1)."""
    betas: tuple[str, ...] = ()
    beta: bool = False
    """`?beta=true` on every call; the server does not need it (§2.0)."""
    user_profile_id: str | None = None
    workspace_id: str | None = None


class Anthropic:
    """Anthropic as a `Vendor`."""

    profile: ClassVar[Profile] = PROFILE
    document: ClassVar[Document] = DOCUMENT
    options_type: ClassVar[type[Options]] = AnthropicOptions

    def __init__(self, options: Mapping[str, Any], base_url: str) -> None:
        self.options = read_options(AnthropicOptions, options, PROFILE.title)
        self.base_url = base_url

    def scheme(self) -> Scheme:
        return self.document.schemes[self.options.auth]

    def version(self) -> str | None:
        return self.options.version

    # -- requests

    def item(self, request: Request) -> Mapping[str, Any]:
        body = cast("params.BetaCreateMessageParams", request.body)
        own = params.BetaMessageBatchIndividualRequestParams(custom_id=request.custom_id, params=body)
        return {**request.item, **own}

    def request(self, item: Mapping[str, Any]) -> Request:
        view, rest = inline.viewed(item, wire.BetaMessageBatchIndividualRequestParams)
        return inline.request(view.custom_id, view.params, rest)

    def carried(self) -> frozenset[Feature]:
        # §2.2: a message may have the role system, and output_config has a place for both
        mine = to_messages.CARRIED | {Feature.LATER_SYSTEM, Feature.SCHEMA, Feature.EFFORT}
        return mine if self.options.version == SAMPLED else mine - to_messages.SAMPLING

    def chat(self, chat: Chat) -> Mapping[str, Any]:
        made, asked = to_messages.body(chat), params.BetaOutputConfigParam()
        if chat.response_format:
            schema = closed(chat.response_format.json_schema.schema)  # one that is not is refused
            form = params.BetaJSONOutputFormatParam(type="json_schema", schema=schema)
            asked = params.BetaOutputConfigParam(format=form)
        if chat.reasoning_effort:
            asked = {**asked, **params.BetaOutputConfigParam(effort=chat.reasoning_effort)}
            if not chat.reasoning_budget:
                made |= _Extended(thinking=params.BetaThinkingConfigParam(type="adaptive"))
        return {**made, **_Extended(output_config=asked)} if asked else made

    def model(self, request: Request) -> str | None:
        return inline.glance(request.body, wire.BetaCreateMessageParams).model

    def with_model(self, request: Request, model: str) -> Request:
        return inline.with_members(request, wire.BetaCreateMessageParams(model=model))

    def alone(self, request: Request) -> str | None:
        return None

    # -- one batch

    def envelope(self, token: str | None = None) -> Mapping[str, Any]:
        return {**params.BetaCreateMessageBatchParams(requests=[])}

    def create(self, payload: Payload) -> Flow[Batch]:
        request = create_batch.request_kwargs(
            body=RawBody(payload, payload.length),
            anthropic_user_profile_id=self.options.user_profile_id or UNSET,
            **self._headers(),
        )
        return (yield from inline.create(create_batch, request, self._read))

    def get(self, batch_id: str) -> Flow[Batch]:
        request = get_batch.request_kwargs(batch_id, **self._headers())
        return self._read((yield from call(get_batch, request)))

    def list(self, limit: int) -> Flow[None]:
        def turn(after: str | None) -> Flow[inline.Page]:
            request = list_batches.request_kwargs(limit=limit, after_id=after or UNSET, **self._headers())
            reply = inline.success((yield from call(list_batches, request)), self._refusal)
            page, _ = tolerant(reply.content, wire.BetaListResponseMessageBatch)
            if page.data is None:
                raise unexpected("a list of batches", reply.content)
            batches = [self._batch(bytes(raw)) for raw in page.data]
            return batches, (page.last_id or "") if page.has_more else None, reply.content

        return inline.pages(turn)

    def cancel(self, batch_id: str) -> Flow[Batch]:
        request = cancel_batch.request_kwargs(batch_id, **self._headers())
        return self._read((yield from call(cancel_batch, request)))

    def delete(self, batch_id: str) -> Flow[None]:
        request = delete_batch.request_kwargs(batch_id, **self._headers())
        reply = inline.success((yield from call(delete_batch, request)), self._refusal)
        if not tolerant(reply.content, wire.BetaDeletedMessageBatch)[0].id:
            raise unexpected("a deleted batch", reply.content)

    # -- results

    def records(self, batch_id: str) -> Flow[int | None]:
        batch = yield from inline.ended(self.get(batch_id))
        own, _ = tolerant(batch.raw, wire.BetaMessageBatch)
        if own.results_url and not same_origin(own.results_url, self.base_url):
            yield Warn(f"the results_url {own.results_url} is not followed: it is not under {self.base_url}")
        request = batch_results.request_kwargs(batch_id, **self._headers())
        reply = yield from inline.lines(exchange(batch_results, request))
        inline.success(inline.response(batch_results, reply), self._refusal)
        return batch.counts.total

    def decode(self, record: bytes, batch_id: str) -> Result:
        line, _ = tolerant(record, wire.BetaMessageBatchIndividualResponse)
        result = line.result
        if line.custom_id is None or result is None:
            raise ContractError(f"a result line without its id or result: {shorten(record)}", raw=record)
        outcome, error, request_id = OUTCOMES.get(result.type or ""), None, None
        if outcome is None:
            error = unknown_variant(result.type)
        elif outcome is Outcome.ERRORED:
            error, request_id = _item_error(raw_bytes(result.error))
        return Result(
            line.custom_id, outcome or Outcome.ERRORED, PROFILE.name, batch_id, record, error,
            raw_bytes(result.message), _answer, None, request_id,
        )  # fmt: skip

    # -- a batch of ours (§2.4): only its size can tell before the end, and the ids of its results after it

    def carries(self, batch: Batch, token: str) -> bool:
        return False

    @inline.told
    def recognise(self, batch: Batch, mark: Mark) -> Flow[bool | None]:
        if not mark.fits(batch):
            return False
        ours: list[bool] = []

        def enough(records: Sequence[bytes]) -> bool:
            lines = (readable(record, wire.BetaMessageBatchIndividualResponse) for record in records[:GLANCE])
            ours.extend(mark.owns(line.custom_id) for line in lines if line.custom_id is not None)
            return any(ours) or len(ours) >= GLANCE

        # The file may be large, so most of it stays where it is; one line could be a stray, or no result at all.
        if batch.status.terminal:
            yield from until(self.records(batch.id), enough)
        return any(ours) if ours else None

    # -- for whatever else

    def generated(self, credentials: Mapping[str, str], timeout: Any, arguments: Mapping[str, Any]) -> Any:
        return inline.generated(AuthenticatedClient, self.base_url, credentials, timeout, arguments)

    # -- reading

    def _headers(self) -> _Headers:
        options = self.options
        return _Headers(
            anthropic_version=options.version,
            anthropic_beta=",".join(options.betas) or UNSET,
            anthropic_workspace_id=options.workspace_id or UNSET,
            beta=options.beta or UNSET,
        )

    def _refusal(self, reply: Response[Any]) -> PolybatchError:
        envelope = readable(reply.content, wire.BetaErrorResponse)
        error = envelope.error or wire.BetaError()
        return refused(PROFILE, reply, error.type, error.message, envelope.request_id)

    def _read(self, reply: Response[Any]) -> Batch:
        reply = inline.success(reply, self._refusal)
        return self._batch(reply.content, reply)

    def _batch(self, raw: bytes, reply: Response[Any] | None = None) -> Batch:
        """A batch from its JSON: what the document promises if it keeps to it, else what can be read."""
        own, dropped = tolerant(raw, wire.BetaMessageBatch)
        if not own.id:
            raise unexpected("a batch", raw)
        status = STATUSES.get(own.processing_status or "", BatchStatus.UNKNOWN)
        if status is BatchStatus.COMPLETED and own.cancel_initiated_at is not None:
            status = BatchStatus.CANCELLED
        counts = own.request_counts or wire.BetaRequestCounts()
        parts = (counts.processing, counts.succeeded, counts.errored, counts.canceled, counts.expired)
        return Batch(
            id=own.id,
            vendor=PROFILE.name,
            status=status,
            counts=Counts(summed(parts), *parts),
            created_at=when(own.created_at),
            expires_at=when(own.expires_at),
            ended_at=when(own.ended_at),
            raw=raw,
            retry_after=retry.retry_after(reply.headers) if reply else None,
            warnings=drift(PROFILE, dropped, reply, own.processing_status, status),
        )


class _Extended(TypedDict, total=False):
    """What Anthropic's own Messages requests have besides."""

    thinking: params.BetaThinkingConfigParam
    output_config: params.BetaOutputConfigParam


class _Headers(TypedDict):
    """What every operation takes, by the generated names."""

    anthropic_version: str
    anthropic_beta: str | Unset
    anthropic_workspace_id: str | Unset
    beta: bool | Unset


def _item_error(raw: bytes) -> tuple[ErrorInfo, str | None]:
    """The error and the request's id: an errored item carries the whole envelope, one level further in (§2.2)."""
    envelope = readable(raw, wire.BetaErrorResponse)
    error = envelope.error or wire.BetaError()
    again = RETRYABLE.get(error.type or "", False)
    return ErrorInfo(code=error.type, message=error.message, status=None, retryable=again), envelope.request_id


def _answer(body: bytes) -> Answer:
    message = readable(body, wire.BetaMessage)
    details = message.usage.output_tokens_details if message.usage else None
    return messages.answer(message, message.usage, reasoning=details.thinking_tokens if details else None)


VENDOR: type[Vendor] = Anthropic
