"""Batches whose requests travel inside the create's body and whose results come back as lines, or in one document.

Shared by Anthropic, Letta, MeshAPI and OneRouter; knows the fields of none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from http import HTTPMethod
from typing import Any, ParamSpec, TypeAlias, TypeVar

import msgspec
from attrs import evolve

from polybatch import retry
from polybatch.arrays import ArrayReader
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
from polybatch.flow import Emit, Exchange, Flow, Operation, Pause, Read, Reply, Response, call, mapped, send
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


WHOLE = 1024 * 1024
"""Bytes of a document that is kept as it came; of a longer one its results are not (as in `run.drift`)."""
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


def document(asked: Exchange, name: str, ready: Callable[[bytes], None] | None = None) -> Flow[tuple[Reply, bool]]:
    """Ask for a document with an array `name` of results; a long one is not held in memory.

    One of up to `WHOLE` bytes is returned as it came. Of a longer one the results are emitted as they come, and the
    rest is returned, with null in their place, and whether there was an array at all. `ready` gets what stands before
    the first of them, to raise what calls for it; without it results are dropped. As long as nothing has been emitted,
    a document that breaks off is asked for again.
    """
    asked, attempt = evolve(asked, head=WHOLE + 1), 0
    while True:
        attempt, emitted = attempt + 1, False
        reply = yield from send(asked)
        if not asked.begun(reply):
            return reply, False
        array, block = ArrayReader(name), reply.content
        try:
            while True:
                found = array.push(block) if block else array.finish()
                if found and ready is not None:
                    if not emitted:
                        ready(array.before + b"}")
                    emitted = True
                    yield Emit(found)
                if not block:
                    return evolve(reply, content=array.rest), bool(array.before)
                block = yield Read()
        except TransportError:
            pause = None if emitted else retry.delay(attempt)
            if pause is None:
                raise
            yield Pause(pause)


def seen(flow: Flow[T], look: Callable[[Sequence[bytes]], C]) -> Flow[tuple[T, list[C]]]:
    """What came of a flow, and what was seen in what it would have emitted."""
    found: list[C] = []

    def note(records: Sequence[bytes]) -> Sequence[bytes]:
        found.append(look(records))
        return ()

    return (yield from mapped(flow, note)), found


def anyway(_: bytes) -> None:
    """Whatever stands before the results."""


def member(example: msgspec.Struct) -> str:
    """The vendor's name for the one member that an example has."""
    members: dict[str, Any] = msgspec.to_builtins(example)
    return next(name for name, value in members.items() if value is not None)


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
    return over((yield from asked))


def over(batch: Batch) -> Batch:
    """The batch, if it has ended. Raises NotReady."""
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
