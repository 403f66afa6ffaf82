"""Letta batches: a request is a run of one agent, and its results are the messages that the agent stored.

Sources: facts/seed-vendors.md §3 (published pages and document, SDKs, server 0.16.8); no live endpoint was reached.

* Letta has no custom_id. Ours travels as `otid` of the first user message and is read back from there; where that
  message has an `otid` of the caller's, the result carries that one, and without any it carries the agent's id.
* An agent that failed leaves nothing but its input: in a completed batch it is missing, and nobody says why.
* The list of messages cannot be paged (§3.3): it is asked for once, streamed, and grouped by agent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, TypedDict, TypeGuard

import msgspec

from polybatch import portable, retry
from polybatch.dialects import inline
from polybatch.document import Document, Scheme
from polybatch.errors import ContractError, InputError, PolybatchError, Unsupported
from polybatch.features import Feature
from polybatch.flow import Emit, Flow, Response, call, exchange, mapped
from polybatch.grouping import grouped
from polybatch.model import Answer, Batch, BatchStatus, Callback, Outcome, Request, Result, ToolCall, no_result
from polybatch.portable import Chat
from polybatch.reading import mended, readable, shorten, tolerant, unexpected, when
from polybatch.vendor import FindBy, Mark, Options, Payload, Profile, Vendor, drift, not_offered, read_options, refused
from polybatch_generated.letta import params, wire
from polybatch_generated.letta.client import AuthenticatedClient
from polybatch_generated.letta.client.api.batches import (
    batch_results,
    cancel_batch,
    create_batch,
    get_batch,
    list_batches,
)
from polybatch_generated.letta.client.models import SortOrder, StopReasonType
from polybatch_generated.letta.client.types import UNSET, RawBody, Unset

DOCUMENT = Document("letta")

PROVIDER: Mapping[str, str] = {
    "llm_bad_request": "the provider behind Letta refused it: do all agents use Anthropic models?",
    "llm_authentication": "the provider's key on the Letta server was refused, not yours",
    "llm_insufficient_credits": "look at the credits of the account",
    "llm_rate_limit": "the messages are in the agents' memory already, and another create adds them once more",
    "llm_error": "the provider behind Letta failed",
    "llm_timeout": "the provider behind Letta did not answer",
}
"""What to do where the provider failed (§3.5); it is asked when the input is in the agents' memory already (§3.3)."""
PROFILE = Profile(
    name=DOCUMENT.vendor,
    title="Letta",
    key_variable="LETTA_API_KEY",
    limits=DOCUMENT.limits(window=timedelta(hours=24)),  # §1: the window of the provider's batch underneath
    find=FindBy.LIST,  # §3.3: the list finds a lost create, but shows running jobs only and so never proves absence
    watch=True,  # §3.3: it shows what runs, from the same table as a get
    again="the agents then have the messages twice in their memory",  # §3.3
    progress=False,  # §3.2: no counts at all
    traces=frozenset(PROVIDER),
    hints=PROVIDER,
)

STATUSES: Mapping[str, BatchStatus] = {
    "created": BatchStatus.VALIDATING, "pending": BatchStatus.VALIDATING,
    "running": BatchStatus.IN_PROGRESS, "completed": BatchStatus.COMPLETED, "failed": BatchStatus.FAILED,
    "cancelled": BatchStatus.CANCELLED, "expired": BatchStatus.EXPIRED,
}  # fmt: skip
ANSWERS: Mapping[str, bool] = {
    "assistant": True, "tool": True,
    "user": False, "system": False, "function": False, "approval": False, "summary": False,
}  # fmt: skip
"""Whether a message of that role shows that its agent has run (§3.3)."""
CARRIED = frozenset({
    Feature.SYSTEM, Feature.LATER_SYSTEM, Feature.TURNS, Feature.IMAGE_URL, Feature.IMAGE_DATA,
})  # fmt: skip
"""What an agent can be told (§3.2); its model, tools and limits are its own, and the batch runner reads no others."""
ROLES: Mapping[type[portable.Message], Literal["user", "system", "assistant"]] = {
    portable.UserMessage: "user",
    portable.SystemMessage: "system",
    portable.AssistantMessage: "assistant",
}
NO_BATCHES = frozenset({404, 405, 410, 501})
"""Answers to a create that mean that the server has no batches, or no longer (§3.0)."""
ONLY_INPUT = frozenset({"summarized_reasoning"})
"""Parts of `input` that a message cannot have (§3.2)."""
SPEAK = "send_message"
"""The tool by which an agent answers (§3.2)."""
MESSAGES = inline.member(wire.LettaBatchMessages(messages=[]))
GLANCE = 100
"""Messages that mostly tell whose a job is; the document's own default."""
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
EVERYTHING = 2**31 - 1
"""The limit of a list that is not to end early: the document names no maximum."""


class LettaOptions(Options, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What Letta's operations take besides requests and a key."""

    auth: Literal["bearer", "x-bare-password"] = "bearer"
    """The second is read by self-hosted servers in password mode (§3.1)."""
    callback_url: Annotated[str, msgspec.Meta(min_length=1, max_length=2083)] | None = None
    project: str | None = None
    project_id: str | None = None
    user_id: Annotated[str, msgspec.Meta(pattern=rf"^user-{UUID4}\Z")] | None = None


class Letta:
    """Letta as a `Vendor`."""

    profile: ClassVar[Profile] = PROFILE
    document: ClassVar[Document] = DOCUMENT
    options_type: ClassVar[type[Options]] = LettaOptions

    def __init__(self, options: Mapping[str, Any], base_url: str) -> None:
        self.options = read_options(LettaOptions, options, PROFILE.title)
        self.base_url = base_url

    def scheme(self) -> Scheme:
        return self.document.schemes[self.options.auth]

    def version(self) -> str | None:
        return None

    # -- requests

    def item(self, request: Request) -> Mapping[str, Any]:
        body = {**request.body, **request.item}
        view = inline.glance(body, wire.LettaBatchRequest)
        messages = view.messages
        if _sayable(view.input) and messages is None:
            messages = [params.MessageCreate(role="user", content=view.input)]
        elif view.input is not None:
            return body
        if view.agent_id is None or not isinstance(messages, list | tuple):
            return body
        own = params.LettaBatchRequest(agent_id=view.agent_id, messages=_marked(messages, request.custom_id))
        return {**own, **inline.viewed(body, wire.LettaBatchRequest)[1]}

    def request(self, item: Mapping[str, Any]) -> Request:
        own, body = inline.viewed(item, _Named)
        return inline.request(own.custom_id, body, {})

    def carried(self) -> frozenset[Feature]:
        return CARRIED

    def chat(self, chat: Chat) -> Mapping[str, Any]:
        if not chat.agent_id:
            hint = "name it in each request; in a table a column agent_id does"
            raise InputError("agent_id: Letta needs it, to know who answers", hint=hint)
        instructions, messages = chat.opening
        told: list[params.MessageCreateUnion] = [*map(_spoken, [*instructions, *messages])]
        return {**params.LettaBatchRequest(agent_id=chat.agent_id, messages=told)}

    def model(self, request: Request) -> str | None:
        return None

    def with_model(self, request: Request, model: str) -> Request:
        # The document has override_model, but the batch runner ignores it (§3.2): it would be a promise not kept.
        raise InputError(f"{PROFILE.title}: the model is the agent's own and cannot be given", hint="leave it out")

    def alone(self, request: Request) -> str | None:
        return inline.glance(request.body, wire.LettaBatchRequest).agent_id

    # -- one batch

    def envelope(self, token: str | None = None) -> Mapping[str, Any]:
        url = self.options.callback_url
        return {**(params.CreateBatch(requests=[], callback_url=url) if url else params.CreateBatch(requests=[]))}

    def create(self, payload: Payload) -> Flow[Batch]:
        request = create_batch.request_kwargs(body=RawBody(payload, payload.length), **self._headers())
        return (yield from inline.create(create_batch, request, self._created))

    def get(self, batch_id: str) -> Flow[Batch]:
        return self._read((yield from call(get_batch, get_batch.request_kwargs(batch_id, **self._headers()))))

    def list(self, limit: int) -> Flow[None]:
        """Running jobs only. Ascending, because `after` means newer whatever the order (§3.3)."""
        seen: set[str] = set()

        def turn(after: str | None) -> Flow[inline.Page]:
            request = list_batches.request_kwargs(
                limit=limit, after=after or UNSET, order=SortOrder.ASC, **self._headers()
            )
            reply = inline.success((yield from call(list_batches, request)), self._refusal)
            jobs = [self._batch(raw) for raw in inline.entries(reply.content, "a list of jobs")]
            fresh = [job for job in jobs if job.id not in seen]
            seen.update(job.id for job in fresh)
            return fresh, fresh[-1].id if fresh and len(jobs) >= limit else None, reply.content

        return inline.pages(turn)

    def cancel(self, batch_id: str) -> Flow[Batch]:
        reply = yield from call(cancel_batch, cancel_batch.request_kwargs(batch_id, **self._headers()))
        if reply.status_code == 501:  # §3.3: the server notices too late that it cannot stop the provider's batch
            hint = "the job is marked cancelled all the same; what runs at the provider goes on and is charged"
            raise Unsupported(f"{PROFILE.title}: {self._refusal(reply)}", hint=hint, raw=reply.content)
        inline.success(reply, self._refusal)
        return (yield from self.get(batch_id))

    def delete(self, batch_id: str) -> Flow[None]:
        raise not_offered(PROFILE, "delete a batch")

    # -- results

    def records(self, batch_id: str) -> Flow[int | None]:
        batch = yield from inline.ended(self.get(batch_id))
        completed = batch.status is BatchStatus.COMPLETED

        def records(agents: Sequence[list[bytes]]) -> list[bytes]:
            # Only of a completed batch is it certain that nothing more will come: the agent has vanished (§3.3).
            return [record for record in map(_record, agents) if completed or _answers(_messages(record))]

        # All input of a batch is older than all answers, so an agent's messages stand far apart: they wait for each
        # other, on the disk where they are many. Asking for one agent at a time would be a request for each result.
        yield from mapped(grouped(self._stored(batch_id, EVERYTHING, SortOrder.DESC), _owner), records)
        return None

    def decode(self, record: bytes, batch_id: str) -> Result:
        messages = _messages(record)
        agent = next((message.agent_id for message in messages if message.agent_id), None)
        if agent is None:
            raise ContractError(f"messages that name no agent: {shorten(record)}", raw=record)
        name = next((one.otid for one in messages if one.role == "user" and one.otid), None) or agent
        error = None if _answers(messages) else no_result(BatchStatus.COMPLETED)
        outcome, answer = (Outcome.MISSING, b"") if error else (Outcome.SUCCEEDED, mended(record))
        return Result(name, outcome, PROFILE.name, batch_id, record, error, answer, _answer, alias=agent)

    def _stored(self, batch_id: str, limit: int, order: SortOrder) -> Flow[None]:
        """Emit messages; a success is never read as models, which would take ten times as long."""
        request = batch_results.request_kwargs(batch_id, limit=limit, order=order, **self._headers())
        reply, streamed = yield from inline.document(exchange(batch_results, request), MESSAGES, inline.anyway)
        if not 200 <= reply.status < 300:
            raise self._refusal(inline.response(batch_results, reply))
        page, _ = tolerant(reply.content, wire.LettaBatchMessages, torn=True)
        if page.messages is None and not streamed:
            raise unexpected("a list of messages", reply.content)
        yield Emit([bytes(raw) for raw in page.messages or ()])

    @staticmethod
    def callback(body: bytes) -> Callback:
        """What a completion callback says (§3.4); it is unsigned, so it is no more than a reason to look."""
        own, _ = tolerant(body, wire.LettaBatchCallback)
        if not own.job_id:
            raise unexpected(f"a callback of {PROFILE.title}", body)
        status = STATUSES.get(own.status or "", BatchStatus.UNKNOWN)
        return Callback(own.job_id, PROFILE.name, status, when(own.completed_at), body)

    # -- a batch of ours

    def carries(self, batch: Batch, token: str) -> bool:
        return False  # §3.2: a create takes no metadata

    @inline.told
    def recognise(self, batch: Batch, mark: Mark) -> Flow[bool | None]:
        """By the input, which is stored when a job is created (§3.3): a little of it, unless only the agents fit."""
        for limit in (GLANCE, EVERYTHING):
            stored = self._stored(batch.id, limit, SortOrder.ASC)
            _, told = yield from inline.seen(stored, lambda messages: (_verdict(messages, mark), len(messages)))
            verdicts = {verdict for verdict, _ in told}
            if verdicts != {None} or sum(count for _, count in told) < limit:
                break
        return True if True in verdicts else False if False in verdicts else None

    # -- for whatever else

    def generated(self, credentials: Mapping[str, str], timeout: Any, arguments: Mapping[str, Any]) -> Any:
        return inline.generated(AuthenticatedClient, self.base_url, credentials, timeout, arguments)

    # -- reading

    def _headers(self) -> _Headers:
        project, project_id = self.options.project or UNSET, self.options.project_id or UNSET
        return _Headers(x_project=project, x_project_id=project_id, user_id=self.options.user_id or UNSET)

    def _refusal(self, reply: Response[Any]) -> PolybatchError:
        error = readable(reply.content, wire.LlmErrorResponse).error or wire.LlmError()
        detail = readable(reply.content, wire.HTTPValidationError).detail
        if detail is not None and not isinstance(detail, str):  # §3.5: a string or a list
            detail = msgspec.json.encode(detail).decode()
        return refused(PROFILE, reply, error.type, error.message or detail)

    def _created(self, reply: Response[Any]) -> Batch:
        if reply.status_code in NO_BATCHES:
            hint = "batches are a legacy of Letta: self-hosted servers up to 0.16.8 have them"  # §3.0
            message = f"{PROFILE.title}: this server offers no batches: {self._refusal(reply)}"
            raise Unsupported(message, hint=hint, raw=reply.content)
        return self._read(reply)

    def _read(self, reply: Response[Any]) -> Batch:
        return self._batch(inline.success(reply, self._refusal).content, reply)

    def _batch(self, raw: bytes, reply: Response[Any] | None = None) -> Batch:
        own, dropped = tolerant(raw, wire.BatchJob)
        if not own.id:
            raise unexpected("a job", raw)
        status = STATUSES.get(own.status or "created", BatchStatus.UNKNOWN)  # §3.2: optional, with that default
        warnings = drift(PROFILE, dropped, reply, own.status, status)
        if own.stop_reason not in {None, *StopReasonType}:
            warnings += (f"{PROFILE.title} uses a stop reason that polybatch does not know: {own.stop_reason!r}",)
        asked = retry.retry_after(reply.headers) if reply else None
        return Batch(
            own.id, PROFILE.name, status, created_at=when(own.created_at), ended_at=when(own.completed_at),
            raw=raw, retry_after=asked, warnings=warnings,
            failure=own.stop_reason if status is BatchStatus.FAILED else None,
        )  # fmt: skip


def _spoken(message: portable.Message) -> params.MessageCreate:
    """A message of a portable request, one of those that an agent is told."""
    content = message.content
    said = content if isinstance(content, str) else [*map(_block, content or ())]
    return params.MessageCreate(role=ROLES[type(message)], content=said)


def _block(part: portable.TextPart | portable.ImagePart) -> params.LettaMessageContentUnion:
    if isinstance(part, portable.TextPart):
        return params.TextContent(type="text", text=part.text)
    source: params.ImageSourceUnion = params.UrlImage(type="url", url=part.image_url.url)
    if (found := part.inline) is not None:
        source = params.Base64Image(type="base64", media_type=found[0], data=found[1])
    return params.ImageContent(type="image", source=source)


class _Headers(TypedDict):
    """What every operation takes, by the generated names."""

    x_project: str | Unset
    x_project_id: str | Unset
    user_id: str | Unset


class _Named(msgspec.Struct):
    """What a line of input has besides the vendor's own item."""

    custom_id: str | None = None


class _Owned(msgspec.Struct, gc=False):
    """Whose a message is."""

    agent_id: str | None = None


class _Page(msgspec.Struct):
    """The messages of one agent."""

    messages: list[wire.Message] | None = None


class _Spoken(msgspec.Struct):
    """The arguments of the tool by which an agent answers."""

    message: str | None = None


def _sayable(given: Any) -> TypeGuard[str | list[Any]]:
    """Whether an `input` has an equivalent message."""
    if isinstance(given, list | tuple):
        return not any(inline.glance(part, wire.LettaContentUnion).type in ONLY_INPUT for part in given)
    return isinstance(given, str)


def _marked(messages: Sequence[Any], mark: str) -> list[Any]:
    """The messages, the first of the user's with our mark unless it has one."""
    marked = list(messages)
    for place, message in enumerate(messages):
        view = inline.glance(message, wire.MessageCreate)
        if view.role == "user":
            if view.otid is None and view.content is not None:
                marked[place] = {**message, **params.MessageCreate(role="user", content=view.content, otid=mark)}
            break
    return marked


def _owner(message: bytes) -> bytes:
    """The agent, where a message names one."""
    return (readable(message, _Owned).agent_id or "").encode()


def _record(messages: Sequence[bytes]) -> bytes:
    return msgspec.json.encode(wire.LettaBatchMessages(messages=list(map(msgspec.Raw, messages))))


def _messages(record: bytes) -> Sequence[wire.Message]:
    """The messages of one agent, oldest first; they come newest first."""
    return (tolerant(record, _Page)[0].messages or [])[::-1]


def _answers(messages: Sequence[wire.Message]) -> list[wire.Message]:
    """What an agent did; bare text of an assistant after which the user speaks in the same step was input."""
    spoken = {message.batch_item_id: place for place, message in enumerate(messages) if message.role == "user"}
    return [
        message
        for place, message in enumerate(messages)
        if ANSWERS.get(message.role or "", False)
        and (message.role != "assistant" or message.tool_calls or place > spoken.get(message.batch_item_id, -1))
    ]


def _verdict(stored: Sequence[bytes], mark: Mark) -> bool | None:
    """Whose a job is: an `otid` of a run's proves it, and so does an agent that is none of ours.

    Our agents alone do not: the job is another's, or ours with only the callers' own `otid`s.
    """
    messages = [readable(one, wire.Message) for one in stored]
    named = {message.otid for message in messages if message.role == "user" and message.otid}
    agents = {message.agent_id for message in messages if message.agent_id}
    if any(map(mark.owns, named)):
        return True
    return None if agents <= mark.aliases and not any(map(mark.rejects, named)) else False


def _answer(body: bytes) -> Answer:
    """What the agent sent to the user, a line for each message, else what it wrote without sending it; its other calls.

    Messages do not say what their agent used or why it stopped (§3.2).
    """
    said = [message for message in _answers(_messages(body)) if message.role == "assistant"]
    calls = [
        ToolCall(call.id, call.function.name, call.function.arguments or "")
        for message in said for call in message.tool_calls or () if call.function is not None
    ]  # fmt: skip
    sent = [readable(call.arguments.encode(), _Spoken).message for call in calls if call.name == SPEAK]
    parts = [message.content or () for message in said]
    written = ["".join([part.text or "" for part in each]) for each in parts]
    thoughts = [part.reasoning for each in parts for part in each if part.reasoning]
    found = [text for text in sent if text is not None] or [text for text in written if text]
    return Answer(
        text="\n".join(found) if found else None,
        tool_calls=tuple([call for call in calls if call.name != SPEAK]),
        model=next((message.model for message in said if message.model), None),
        reasoning="\n".join(thoughts) if thoughts else None,
        id=said[-1].id if said else None,
    )


VENDOR: type[Vendor] = Letta
