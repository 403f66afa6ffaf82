"""The words: values that every part of polybatch shares, without behaviour of their own.

Knows nothing of vendors, HTTP or files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, TypedDict, TypeVar, Unpack, cast, overload

import msgspec
from attrs import field, frozen

from . import portable
from .reading import loads

T = TypeVar("T")


class BatchStatus(StrEnum):
    """OpenAI's eight words for the life of a batch, and `unknown` for a word nobody has seen yet."""

    VALIDATING = "validating"
    IN_PROGRESS = "in_progress"
    FINALIZING = "finalizing"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def terminal(self) -> bool:
        """Whether the vendor is done with the batch; `unknown` is not terminal."""
        return self in {self.COMPLETED, self.FAILED, self.EXPIRED, self.CANCELLED}


class Outcome(StrEnum):
    """What became of one request; `missing` means that the vendor never answered for it."""

    SUCCEEDED = "succeeded"
    ERRORED = "errored"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    MISSING = "missing"


class Finish(StrEnum):
    """Why a model stopped, in one vocabulary for all vendors."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    REFUSAL = "refusal"
    PAUSED = "paused"
    ERROR = "error"
    UNKNOWN = "unknown"


@frozen
class Request:
    """One call to a model."""

    custom_id: str
    """The caller's key; it comes back on the result."""
    body: Mapping[str, Any]
    """The vendor's own parameters, typed by `polybatch_generated.<vendor>.params`."""
    item: Mapping[str, Any] = field(factory=dict)
    """What belongs to the item beside its body (MeshAPI: `method`, `url`)."""
    portable: bool = False
    """Whether the body is in the shape that is the same for every vendor, as `Request.chat` makes it."""

    @classmethod
    def chat(
        cls,
        custom_id: str,
        messages: str | Sequence[Mapping[str, Any]],
        *,
        schema: Any = None,
        **members: Unpack[ChatMembers],
    ) -> Request:
        """A portable request: one shape, which is translated for whichever vendor it is sent to.

        `messages`: the conversation in OpenAI's words, or one text of the user's. `schema`: what the answer has to look
        like: a JSON Schema, or a msgspec, attrs, dataclass, TypedDict or pydantic type. All other members are those of
        a portable line (`portable.Chat`); one that is `None` is left out. Raises InputError for what is none.
        """
        return cls(custom_id, portable.body(custom_id, messages, schema, members), portable=True)


class ChatMembers(TypedDict, total=False):
    """What a portable request may have beside its messages; see `portable.Chat`."""

    model: str | None
    agent_id: str | None
    system: str | None
    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    top_k: int | None
    seed: int | None
    frequency_penalty: float | None
    presence_penalty: float | None
    stop: str | list[str] | None
    tools: list[dict[str, Any]] | None
    tool_choice: str | dict[str, Any] | None
    parallel_tool_calls: bool | None
    response_format: dict[str, Any] | None
    reasoning_effort: Literal["low", "medium", "high"] | None
    reasoning_budget: int | None
    metadata: dict[str, str] | None
    extra: dict[str, dict[str, Any]] | None


@frozen
class Counts:
    """How many requests of a batch are where; `None` where the vendor does not say."""

    total: int | None = None
    processing: int | None = None
    succeeded: int | None = None
    errored: int | None = None
    cancelled: int | None = None
    expired: int | None = None


@frozen
class Batch:
    """One job at a vendor, as it was when last asked for."""

    id: str
    vendor: str
    status: BatchStatus
    counts: Counts = Counts()
    created_at: datetime | None = None
    """Aware UTC, as are all times."""
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    raw: bytes = field(default=b"", repr=False)
    """The vendor's own JSON for this batch; where it is over a MiB, with null in the place of its results."""
    retry_after: float | None = None
    """Seconds the vendor asks to wait before the next look."""
    usage: Usage | None = None
    """Tokens of all its requests together, where the vendor adds them up."""
    fees: str | None = None
    """What the vendor says it costs, in its own words."""
    failure: str | None = None
    """The vendor's word for why the whole batch failed."""
    warnings: tuple[str, ...] = ()
    """Where the answer left the vendor's document (schema drift)."""


@frozen
class Callback:
    """What a vendor's completion callback says: a reason to look at the batch, never a proof."""

    batch_id: str
    vendor: str
    status: BatchStatus
    ended_at: datetime | None = None
    raw: bytes = field(default=b"", repr=False)
    """The body as it was posted."""


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one request; `None` where the vendor does not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


class ErrorInfo(TypedDict):
    """Why a request did not succeed."""

    code: str | None
    message: str | None
    status: int | None
    retryable: bool


def no_result(status: BatchStatus) -> ErrorInfo:
    """The error of a request that the vendor never answered, although its batch has ended."""
    message = f"the vendor gave no result for this request; its batch ended as {status}"
    code = "no_result" if status is BatchStatus.COMPLETED else f"batch_{status}"
    return ErrorInfo(code=code, message=message, status=None, retryable=True)


class ToolCall(msgspec.Struct, frozen=True, gc=False):
    """A tool that the model wants to have called."""

    id: str | None
    name: str | None
    arguments: str
    """JSON as text; half of it where the answer was cut."""

    @property
    def input(self) -> Any:
        """The arguments, decoded. Raises OutputError where they are no JSON."""
        from .structured import decoded  # noqa: PLC0415 - it builds on this module

        return decoded(self.arguments or "{}", f"what the tool {self.name!r} is called with")


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What a model said; each part `None` where the vendor does not say."""

    text: str | None = None
    """Joined."""
    usage: Usage | None = None
    finish: Finish | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    model: str | None = None
    """The one that answered, by the vendor's name for it."""
    refusal: str | None = None
    """The words of a refusal, where there are any beside the text."""
    reasoning: str | None = None
    """What the model thought, where it is shown; joined."""
    id: str | None = None
    """The vendor's id of the answer."""


NO_ANSWER = Answer()


def _nothing(_body: bytes) -> Answer:
    return NO_ANSWER


class Result(msgspec.Struct, frozen=True, dict=True):
    """The answer to one request; the body is decoded only when it is touched."""

    custom_id: str
    outcome: Outcome
    vendor: str
    batch_id: str
    raw: bytes = b""
    """The vendor's bytes for this item; empty for a missing one."""
    error: ErrorInfo | None = None
    body_raw: bytes = b""
    """The part of `raw` that holds the model's answer, undecoded."""
    read: Callable[[bytes], Answer] = _nothing
    """The vendor's way from `body_raw` to what the model said."""
    alias: str | None = None
    """A second id by which the vendor knows the request, where it has one (Letta's agent)."""
    request_id: str | None = None
    """What to name when asking the vendor about this request, where its result says so; else there is `answer.id`."""

    @cached_property
    def body(self) -> Any:
        """The model's answer as the vendor sent it, decoded; `None` where there is none."""
        return loads(self.body_raw) if self.body_raw else None

    @property
    def answer(self) -> Answer:
        """What all vendors' answers have, decoded together, once; an empty one where there is no answer."""
        kept = self.__dict__  # a cached property takes a lock before Python 3.12, as long as all the rest
        if (found := kept.get("answer")) is None:
            found = kept["answer"] = self.read(self.body_raw) if self.body_raw else NO_ANSWER
        return cast("Answer", found)

    def __repr__(self) -> str:
        return (
            f"Result({self.custom_id!r}, {self.outcome.value}, {self.vendor!r}, {self.batch_id!r}, error={self.error})"
        )

    @property
    def text(self) -> str | None:
        """The answer's text, joined; `None` where there is no answer."""
        return self.answer.text

    @property
    def usage(self) -> Usage | None:
        """The tokens this request used; `None` where the vendor does not say."""
        return self.answer.usage

    @property
    def finish(self) -> Finish | None:
        """Why the model stopped; a refused or cut answer is still `succeeded` and shows here."""
        return self.answer.finish

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools the model wants to have called; Letta's agents have called theirs already."""
        return self.answer.tool_calls

    @property
    def message(self) -> dict[str, Any]:
        """What the model said and called, as the message of a portable request that goes on with the conversation."""
        return portable.said(self.text, [(call.id, call.name, call.arguments) for call in self.tool_calls])

    @property
    def model(self) -> str | None:
        """The model that answered; `None` where the vendor does not say."""
        return self.answer.model

    @property
    def refusal(self) -> str | None:
        """The words of a refusal, where the vendor gives any; `finish` says whether it is one."""
        return self.answer.refusal

    @overload
    def parse(self, kind: type[T]) -> T: ...

    @overload
    def parse(self, kind: Any = None) -> Any: ...

    def parse(self, kind: Any = None) -> Any:
        """The answer's text as the JSON it was asked to be.

        `kind`: a JSON Schema that it must fit, or what to make of it: a msgspec, attrs, dataclass or TypedDict type, a
        pydantic model; without one any JSON. Raises OutputError, which says what is wrong; InputError for no such kind.
        """
        from .structured import parsed  # noqa: PLC0415 - it builds on this module

        return parsed(self, kind)
