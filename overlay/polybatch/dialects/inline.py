"""Batches whose requests travel inside the create's body and whose results come back as lines.

Shared by Anthropic, Letta, MeshAPI and OneRouter; knows the fields of none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from http import HTTPMethod
from typing import Any, ParamSpec, TypeAlias, TypeVar

import msgspec
from attrs import evolve

from polybatch.errors import (
    ContractError,
    InputError,
    NotFound,
    NotReady,
    PolybatchError,
    TransportError,
    UnknownOutcome,
    VendorError,
)
from polybatch.flow import Emit, Exchange, Flow, Operation, Read, Reply, Response, call, send
from polybatch.framing import LineFramer
from polybatch.model import Batch, Request
from polybatch.origin import origin
from polybatch.reading import UNREADABLE, unexpected
from polybatch.vendor import ok

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

REJECTED = frozenset({400, 401, 402, 403, 404, 405, 410, 413, 415, 422, 429, 501})
"""Statuses that prove that no batch was made (facts/reliability.md §C.4, and Letta's 405/410, §3.0)."""

UNSAID = frozenset({400, 404, 409, 410})
"""Statuses of a look at a listed batch that say nothing about whose it is; vendors publish none of them
(facts/seed-vendors.md §8: calls in the wrong state, results that are gone)."""


MOST_PAGES = 10_000
"""Pages of a list after which it is taken to have no end; our own bound."""


def frame(envelope: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """What stands before and after the requests in a create's body; the envelope's first member is the empty list."""
    head, tail = msgspec.json.encode(envelope).split(b"[]", 1)
    return head + b"[", b"]" + tail


def body(envelope: Mapping[str, Any], items: Iterable[bytes]) -> Iterator[bytes]:
    """A create's body, piece by piece."""
    head, tail = frame(envelope)
    yield head
    comma = b""
    for item in items:
        yield comma + item
        comma = b","
    yield tail


def create(operation: Operation[T], request: Mapping[str, Any], read: Callable[[Response[T]], Batch]) -> Flow[Batch]:
    """Send a create exactly once and read its answer.

    Raises UnknownOutcome where the batch may exist although no answer names it; whatever else it raises proves that
    no batch was made.
    """
    try:
        reply = yield from call(operation, request, safe=False)
    except TransportError as lost:
        if not lost.sent:
            raise
        raise UnknownOutcome(f"the create was sent and its reply was lost: {lost.message}", hint=LOOK) from lost
    answered = f"the create was answered with HTTP {reply.status_code}"
    if not (ok(reply) or reply.status_code in REJECTED):
        raise UnknownOutcome(f"{answered}, which does not say whether the batch was made", hint=LOOK, raw=reply.content)
    try:
        batch = read(reply)
        if batch.id:
            return batch
        raise unexpected("a batch", reply.content)
    except ContractError as unreadable:
        message = f"{answered}, but the batch cannot be read: {unreadable.message}"
        raise UnknownOutcome(message, hint=LOOK, raw=reply.content) from unreadable


LOOK = "look whether the vendor has the batch before creating it again"


def lines(exchange: Exchange) -> Flow[Reply]:
    """Emit the lines of a streamed body; the reply tells whether there was one."""
    reply = yield from send(exchange, opened=True)
    if not 200 <= reply.status < 300:
        return reply
    framer = LineFramer()
    while block := (yield Read()):
        if found := framer.push(block):
            yield Emit(found)
    if found := framer.finish():
        yield Emit(found)
    return reply


def download(url: str) -> Flow[None]:
    """Emit the lines of a file at an address that the vendor gave. Raises NotFound, VendorError."""
    request: dict[str, Any] = {"method": HTTPMethod.GET, "url": url}
    reply = yield from lines(Exchange(download.__name__, request, foreign=True))
    if not 200 <= reply.status < 300:
        kind = NotFound if reply.status in {404, 410} else VendorError
        raise kind(f"{origin(url).host} does not hand out the results", status=reply.status, raw=reply.content)


Page: TypeAlias = tuple[Sequence[Batch], str | None, bytes]
"""Batches, the cursor of the next page (`None` at the end), and the bytes of the reply."""


def pages(turn: Callable[[str | None], Flow[Page]]) -> Flow[None]:
    """Emit page after page; a turn takes a cursor."""
    cursor: str | None = None
    seen: set[str | None] = {None, ""}
    for _ in range(MOST_PAGES):
        batches, cursor, raw = yield from turn(cursor)
        yield Emit(batches)
        if cursor is None:
            return
        if cursor in seen:
            raise ContractError("the list says that there is more, but does not go on", raw=raw)
        seen.add(cursor)
    raise ContractError(f"the list has more than {MOST_PAGES:,} pages")


def ended(asked: Flow[Batch]) -> Flow[Batch]:
    """The batch asked for, if it has ended. Raises NotReady."""
    batch = yield from asked
    if not batch.status.terminal:
        raise NotReady(f"batch {batch.id} is {batch.status}", hint="wait for its end", raw=batch.raw)
    return batch


def told(recognise: Callable[P, Flow[bool | None]]) -> Callable[P, Flow[bool | None]]:
    """The same verdict on a listed batch, but `None` where what should tell is gone, not there yet or unreadable."""

    @wraps(recognise)
    def safely(*args: P.args, **kwargs: P.kwargs) -> Flow[bool | None]:
        try:
            return (yield from recognise(*args, **kwargs))
        except (NotReady, ContractError):
            return None
        except VendorError as refusal:
            if refusal.status in UNSAID:
                return None
            raise

    return safely


def success(reply: Response[T], refusal: Callable[[Response[T]], PolybatchError]) -> Response[T]:
    """The reply, if it is a success. Raises what it amounts to otherwise."""
    if not ok(reply):
        raise refusal(reply)
    return reply


def entries(content: bytes, what: str) -> list[bytes]:
    """The entries of a bare array. Raises ContractError."""
    try:
        return [bytes(raw) for raw in msgspec.json.decode(content, type=list[msgspec.Raw])]
    except UNREADABLE as error:
        raise unexpected(what, content) from error


def viewed(item: Mapping[str, Any], kind: type[S]) -> tuple[S, dict[str, Any]]:
    """A vendor's item as its generated struct, and what the struct has no member for.

    Raises InputError where a member has the wrong JSON type.
    """
    try:
        view = msgspec.convert(item, kind)
    except msgspec.ValidationError as error:
        raise InputError(str(error)) from error
    return view, {name: value for name, value in item.items() if name not in kind.__struct_encode_fields__}


def glance(body: Mapping[str, Any], kind: type[S]) -> S:
    """The few members of a body that decide where it goes; one of the wrong type reads as absent."""
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError:
        return kind()


def with_members(request: Request, members: msgspec.Struct) -> Request:
    """The request with members of a generated struct in its body, unless it names them itself."""
    return evolve(request, body={**msgspec.to_builtins(members), **request.body})


def response(operation: Operation[T], reply: Reply) -> Response[T]:
    """A reply as its generated operation reads it."""
    return operation.parse_response(status_code=reply.status, content=reply.content, headers=reply.headers)


def request(custom_id: str | None, body: Any, rest: Mapping[str, Any]) -> Request:
    """A request from the parts of a vendor's item. Raises InputError for one without an id or a body."""
    if custom_id is None:
        raise InputError("custom_id is missing", hint="every request needs a custom_id of its own")
    if not custom_id:
        raise InputError("custom_id is empty", hint="every request needs a custom_id of its own")
    if not isinstance(body, Mapping):
        raise InputError(
            f"request {custom_id!r} has no body"
            if body is None
            else f"request {custom_id!r}: its body is no JSON object"
        )
    return Request(custom_id, body, item=rest)


def generated(
    kind: Callable[..., C], base_url: str, credentials: Mapping[str, str], timeout: Any, arguments: Mapping[str, Any]
) -> C:
    """A vendor's generated client that carries the key as our own calls do."""
    settings = {"timeout": timeout, "follow_redirects": False, "httpx_args": dict(arguments)}
    (header, value), *_ = credentials.items() or [("Authorization", "")]
    prefix, _, token = value.rpartition(" ")
    return kind(base_url=base_url, token=token, prefix=prefix, auth_header_name=header, **settings)
