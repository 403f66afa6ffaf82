"""The one tree of exceptions; a failed *request* is a value (`Result.outcome`), never one of these.

PolybatchError                 .transient .hint .raw
├─ InputError                  what the caller gave is wrong; nothing was sent
├─ Unsupported                 the vendor has no such operation
├─ NotReady                    the batch has no results yet
├─ TransportError              no reply; the call changed nothing, or is safe to repeat
│  └─ UnknownOutcome           a create's reply was lost: the batch may exist
├─ ContractError               an answer outside the vendor's document
├─ OutputError                 .custom_id .problem; a model's answer that is not what was asked for
├─ VendorError                 .status .code .message .request_id .retry_after
│  ├─ AuthError  NotFound  RateLimited  TooManyBatches
└─ RunError                    the run stopped and can be resumed
   ├─ RunHeld                  a create's fate is unknown, somebody must decide
   └─ RunLocked                another live process owns the run
"""

from __future__ import annotations

from functools import partial
from typing import Any


class PolybatchError(Exception):
    """Base of everything polybatch raises."""

    transient: bool = False
    """Whether the same call may succeed later without anything being changed."""

    def __init__(self, message: str, *, hint: str = "", raw: bytes = b"") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """What to do about it, one sentence; may be empty."""
        self.raw = raw
        """The vendor's bytes as received, where an answer led to this."""

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class InputError(PolybatchError):
    """The caller's input, option or environment is wrong; nothing was sent."""


class Unsupported(PolybatchError):
    """The vendor does not offer this operation."""


class NotReady(PolybatchError):
    """The batch is still being processed and has no results yet, or `wait` ran out of time."""

    transient = True


class TransportError(PolybatchError):
    """No reply could be read."""

    transient = True

    def __init__(self, message: str, *, hint: str = "", sent: bool = True) -> None:
        super().__init__(message, hint=hint)
        self.sent = sent
        """False when it is certain that the vendor never received the request."""


class UnknownOutcome(TransportError):
    """A create was sent and its fate is unknown; creating again could pay twice."""

    transient = False

    def __init__(self, message: str, *, hint: str = "", raw: bytes = b"") -> None:
        super().__init__(message, hint=hint, sent=True)
        self.raw = raw


class ContractError(PolybatchError):
    """The vendor answered something that its document does not allow and that cannot be read."""


class OutputError(PolybatchError):
    """What a model said is not the JSON it was asked for, or does not fit it; the request itself succeeded or not."""

    def __init__(self, problem: str, *, custom_id: str = "", hint: str = "", raw: bytes = b"") -> None:
        super().__init__(f"request {custom_id!r}: {problem}" if custom_id else problem, hint=hint, raw=raw)
        self.problem = problem
        """What is wrong, without whose answer it is."""
        self.custom_id = custom_id


class VendorError(PolybatchError):
    """The vendor refused the call."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        raw: bytes = b"",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        """HTTP status, 200 where a vendor hides an error in a success."""
        self.code = code
        """The vendor's own word for the error."""
        self.request_id = request_id
        self.retry_after = retry_after
        """Seconds the vendor asks to wait."""
        self.raw = raw
        self.transient = status in {408, 425, 429} or status >= 500

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is pickled: an exception's own way knows no keyword that is required."""
        return partial(type(self), status=self.status), self.args, vars(self)

    def __str__(self) -> str:
        parts = [f"HTTP {self.status}" + (f" {self.code}" if self.code else ""), self.message]
        text = ": ".join(part for part in parts if part)
        if self.request_id:
            text += f" [request {self.request_id}]"
        return f"{text} ({self.hint})" if self.hint else text


class AuthError(VendorError):
    """The key is missing, wrong, or may not do this."""


class NotFound(VendorError):
    """No such batch for this key."""


class RateLimited(VendorError):
    """Too many calls or too many queued requests; wait and try again."""


class TooManyBatches(VendorError):
    """The vendor admits no further open batch until one ends."""


class RunError(PolybatchError):
    """A run could not go on; it can be resumed."""


class RunHeld(RunError):
    """A create whose fate is unknown holds the run; an operator must decide."""


class RunLocked(RunError):
    """Another live process owns the run directory."""
