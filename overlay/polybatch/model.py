"""The words: values that every part of polybatch shares, without behaviour of their own.

Knows nothing of vendors, HTTP or files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypedDict, cast

import msgspec
from attrs import field, frozen

from .reading import loads


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


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What a model said; each part `None` where the vendor does not say."""

    text: str | None = None
    """Joined."""
    usage: Usage | None = None
    finish: Finish | None = None


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
