"""What a vendor file provides: a `Profile` of facts, and a handful of short flows.

Nothing here knows a particular vendor, HTTP or the disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec
from attrs import field, frozen

from . import retry
from .document import Document, Scheme
from .errors import (
    AuthError,
    InputError,
    NotFound,
    PolybatchError,
    RateLimited,
    Unsupported,
    VendorError,
)
from .features import Feature
from .flow import Flow, Response
from .limits import Limits
from .model import Batch, BatchStatus, ErrorInfo, Request, Result
from .origin import bare
from .portable import Chat
from .reading import NOT_THE_VENDOR, shorten

O_co = TypeVar("O_co", bound="Options", covariant=True)
O = TypeVar("O", bound="Options")  # noqa: E741 - O for options


class FindBy(StrEnum):
    """How a create whose reply was lost is found again."""

    KEY = "idempotency key"
    METADATA = "metadata"
    LIST = "list"
    NOTHING = "nothing"


class Options(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What a vendor's create takes besides requests and a key."""


@frozen(kw_only=True)
class Profile:
    """All facts about a vendor that its document has no place for."""

    name: str
    title: str
    key_variable: str
    """The environment variable that holds the key."""
    limits: Limits
    find: FindBy
    errors: Mapping[tuple[int, str | None], type[PolybatchError]] = field(factory=dict)
    """By HTTP status and the vendor's word for it; `None` stands for any word."""
    hints: Mapping[str, str] = field(factory=dict)
    """What to do, by the vendor's word for an error."""
    traces: frozenset[str] = frozenset()
    """Words for errors of a create that left something behind, so that it must not be sent again unasked."""
    one_model: bool = False
    """Whether all requests of a batch must name the same model."""
    progress: bool = True
    """Whether the counts move before the batch has ended."""
    absence: bool = False
    """Whether a batch that the list does not show does not exist, once its create can no longer be under way."""
    newest_first: bool = False
    """Whether the list begins with the newest batch, so that a search may end at what is too old."""
    watch: bool = False
    """Whether the list shows a running batch as it is at that moment, so that it answers for many at once."""
    verbatim: bool = False
    """Whether a request travels in the very form in which a line of input has it, `custom_id` and all."""
    distinct: bool = False
    """Whether batches are told apart by how many requests they hold, so that no two of a run should hold as many."""
    capacity: frozenset[str] = frozenset()
    """Words for a batch that failed because there was too much at once: the same again, later, is no error."""
    again: str = ""
    """What sending a request a second time does beside being paid twice, one sentence; may be empty."""


@frozen
class Payload:
    """A create's body: its length is known, and it can be sent as often as needed."""

    length: int
    chunks: Callable[[], Iterator[bytes]] = field(repr=False)

    def __iter__(self) -> Iterator[bytes]:
        return self.chunks()


TRAVELLING = re.compile(r"[0-9a-z]{8}-[0-9]{6}-[0-9]+-[0-9]{6}")
"""The ids that runs give to requests: run, shard, generation, place."""


@frozen
class Mark:
    """By what a batch of ours is told from everybody else's."""

    token: str
    """Stands in the create's body, where the vendor gives it back."""
    prefix: str
    """With this the ids of its requests begin."""
    items: int
    """How many requests it holds."""
    aliases: frozenset[str] = frozenset()
    """What the vendor knows its requests by besides (Letta's agents)."""

    def fits(self, batch: Batch) -> bool:
        """Whether a batch may hold as many requests; 0 is what gateways say before they have counted."""
        return batch.counts.total in {None, 0, self.items}

    def owns(self, custom_id: str) -> bool:
        """Whether a request with this id is in our batch."""
        return custom_id.startswith(self.prefix)

    def rejects(self, custom_id: str) -> bool:
        """Whether a request with this id is in another batch of some run."""
        return TRAVELLING.fullmatch(custom_id) is not None and not self.owns(custom_id)


class Vendor(Protocol):
    """One vendor. Every flow raises what `errors` names; `Unsupported` where the vendor has no such operation."""

    profile: ClassVar[Profile]
    document: ClassVar[Document]
    options_type: ClassVar[type[Options]]

    @property
    def options(self) -> Options:
        """What the caller set."""

    def __init__(self, options: Mapping[str, Any], base_url: str) -> None: ...

    def scheme(self) -> Scheme:
        """How the key is presented."""

    def version(self) -> str | None:
        """The dated version of the vendor's contract that items must obey."""

    def item(self, request: Request) -> Mapping[str, Any]:
        """The vendor's own form of a request."""

    def request(self, item: Mapping[str, Any]) -> Request:
        """The request in the vendor's own form; raises InputError where it has no id."""

    def carried(self) -> frozenset[Feature]:
        """What of a portable request there is a place for, in this version of the vendor's contract."""

    def chat(self, chat: Chat) -> Mapping[str, Any]:
        """The vendor's own body of a portable request that has nothing else; raises InputError for a value."""

    def model(self, request: Request) -> str | None:
        """The model a request names."""

    def with_model(self, request: Request, model: str) -> Request:
        """The request with a model, where it names none."""

    def alone(self, request: Request) -> str | None:
        """What no two requests of one batch may share (Letta's agent)."""

    def envelope(self, token: str | None = None) -> Mapping[str, Any]:
        """The create's body without its requests; with a token that comes back, where the vendor gives one back."""

    def create(self, payload: Payload) -> Flow[Batch]:
        """Create one batch."""

    def get(self, batch_id: str) -> Flow[Batch]:
        """Ask for one batch."""

    def list(self, limit: int) -> Flow[None]:
        """Emit batches, page by page."""

    def cancel(self, batch_id: str) -> Flow[Batch]:
        """Ask the vendor to stop a batch."""

    def delete(self, batch_id: str) -> Flow[None]:
        """Delete an ended batch."""

    def generated(self, credentials: Mapping[str, str], timeout: Any, arguments: Mapping[str, Any]) -> Any:
        """The generated client, with a key; `arguments` go to httpx."""

    def records(self, batch_id: str) -> Flow[int | None]:
        """Emit the raw result of each request; return how many the vendor counted, where it says."""

    def decode(self, record: bytes, batch_id: str) -> Result:
        """Read one raw result."""

    def carries(self, batch: Batch, token: str) -> bool:
        """Whether a batch, as it was when last asked for, shows our token; some lists never do."""

    def recognise(self, batch: Batch, mark: Mark) -> Flow[bool | None]:
        """Whether a listed batch is the one with this mark: `None` while nobody can tell.

        True and False are proofs. Raises what may pass (a lost reply, a limit) or concerns the key; a batch or results
        that are gone, not there yet or unreadable prove nothing.
        """


def read_options(kind: type[O], given: Mapping[str, Any], vendor: str) -> O:
    """Check names and types of a vendor's options. Raises InputError, which lists the known ones."""
    known = kind.__struct_fields__
    for name in given:
        if name not in known:
            options = ", ".join(known) or "none"
            raise InputError(f"{vendor} has no option {name!r}", hint=f"its options are: {options}")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise InputError(f"{vendor} option: {error}") from error


def refused(
    profile: Profile,
    reply: Response[Any],
    code: str | None,
    message: str | None,
    request_id: str | None = None,
    *,
    meaning: int | None = None,
    wait: float | None = None,
) -> PolybatchError:
    """The exception for an answer that is no success, or amounts to the status `meaning`; `wait`: as its body asks."""
    status = reply.status_code if meaning is None else meaning
    kind = (
        profile.errors.get((status, code)) or profile.errors.get((status, None)) or BY_STATUS.get(status, VendorError)
    )
    said = message or _unreadable(reply)
    hint = profile.hints.get(code or "") or ("" if message or status >= 500 else NOT_THE_VENDOR)
    if not issubclass(kind, VendorError):
        place = f"[HTTP {status} {code}]" if code else f"[HTTP {status}]"
        return kind(f"{profile.title}: {said} {place}", hint=hint, raw=reply.content)
    if kind is AuthError and hint in {"", NOT_THE_VENDOR}:
        hint = f"is {profile.key_variable} the right key?"
    elif not message and status < 500:
        hint = hint or "is the base URL the vendor's?"
    asked = retry.retry_after(reply.headers)
    error = kind(
        said, status=status, code=code, request_id=request_id, retry_after=wait if asked is None else asked,
        raw=reply.content, hint=hint,
    )  # fmt: skip
    error.status = reply.status_code
    return error


BY_STATUS: Mapping[int, type[VendorError]] = {401: AuthError, 403: AuthError, 404: NotFound, 429: RateLimited}


def not_offered(profile: Profile, what: str) -> Unsupported:
    """The exception for an operation that the vendor does not have."""
    return Unsupported(f"{profile.title} has no way to {what}")


def drift(
    profile: Profile, dropped: Sequence[str], reply: Response[Any] | None, word: str | None, status: BatchStatus
) -> tuple[str, ...]:
    """Where a batch left the vendor's document, in words."""
    found = [f"{profile.title} sent a batch that does not fit its document: {what}" for what in dropped]
    if not found and reply is not None and reply.decode_error is not None:
        error = reply.decode_error
        found.append(f"{profile.title} sent a batch that does not fit its document: {type(error).__name__}: {error}")
    if status is BatchStatus.UNKNOWN:
        found.append(f"{profile.title} uses a batch status that polybatch does not know: {word!r}")
    return tuple(found)


def unknown_variant(word: str | None) -> ErrorInfo:
    """The error of a result whose kind nobody knows; its raw bytes are kept."""
    message = f"the vendor sent a kind of result that polybatch does not know: {word!r}"
    return ErrorInfo(code="unknown_variant", message=message, status=None, retryable=False)


def summed(parts: Sequence[int | None]) -> int | None:
    """The sum of counts, if all are known."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _unreadable(reply: Response[Any]) -> str:
    if 300 <= reply.status_code < 400:
        return f"the answer redirects to {bare(reply.headers.get('location', ''))}, which is not followed"
    if not reply.content:
        return "the answer is empty"
    kind = reply.headers.get("content-type", "")
    if "html" in kind or reply.content.lstrip()[:1] == b"<":
        return "the answer is a web page, not the vendor's JSON"
    return shorten(reply.content)


def ok(reply: Response[Any]) -> bool:
    """Whether the status says success."""
    return 200 <= reply.status_code < 300


def join_text(parts: Sequence[str | None]) -> str | None:
    """The parts of an answer's text, joined; `None` where there is none."""
    found = [part for part in parts if part is not None]
    return "".join(found) if found else None


@frozen(kw_only=True)
class Capabilities:
    """What a vendor can do, for a program to ask before it tries."""

    list: bool
    cancel: bool
    delete: bool
    callback: bool
    limits: Limits
    find: FindBy
    evidence: Mapping[str, str]
    """By operation: `published`, `sdk`, `server-source` or `inferred`."""
    options: tuple[str, ...]


def capabilities(vendor: type[Vendor]) -> Capabilities:
    """Read a vendor's capabilities from its document and its profile."""
    operations = vendor.document.operations
    return Capabilities(
        list="list_batches" in operations,
        cancel="cancel_batch" in operations,
        delete="delete_batch" in operations,
        callback="callbacks" in operations["create_batch"],
        limits=vendor.profile.limits,
        find=vendor.profile.find,
        evidence={name: str(operation.get("x-evidence", "published")) for name, operation in operations.items()},
        options=vendor.options_type.__struct_fields__,
    )
