"""Which operations of a document are ours: found by path and method, else by published id or by what they end in."""

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.spec_compiler.documents import Document

from .facts import Operation, all_operations


@dataclass(frozen=True)
class Matched:
    """Our operations by our name, in the published document of ours, in the patched one, and in the new one."""

    old: dict[str, Operation]
    ours: dict[str, Operation]
    new: dict[str, Operation]
    beside: dict[str, Operation]
    """New ones under the paths of ours."""


def match(old: Document, ours: Document, new: Document) -> Matched:
    """Pairs the operations of three documents."""
    patched = {(operation.route, operation.method): operation for operation in all_operations(ours)}
    known: dict[str, Operation] = {}
    for operation in all_operations(old):
        renamed = patched.get((operation.route, operation.method), operation)
        known[str(renamed.raw.get("operationId", operation.label))] = operation
    offered = list(all_operations(new))
    found: dict[str, Operation] = {}
    for name, operation in known.items():
        same = [other for other in offered if (other.route, other.method) == (operation.route, operation.method)]
        if same:
            found[name] = min(same, key=lambda other: _strangeness(operation, other))
    for name, operation in known.items():
        if name not in found:
            moved = next(_moved(operation, [other for other in offered if other not in found.values()], known), None)
            if moved is not None:
                found[name] = moved
    taken = {(operation.route, operation.method) for operation in (*known.values(), *found.values())}
    fresh = [other for other in offered if (other.route, other.method) not in taken and _beside(other, known)]
    names = {(operation.route, operation.method): name for name, operation in _named(ours)}
    beside = {names.get((other.route, other.method), other.label): other for other in fresh}
    return Matched(known, dict(_named(ours)), found, beside)


def likeness(old: Document, new: Document) -> int:
    """How much `new` looks like a document of the same API; nought where nothing does."""
    known, offered = list(all_operations(old)), list(all_operations(new))
    places = {(operation.route, operation.method) for operation in offered}
    same = sum((operation.route, operation.method) in places for operation in known)
    same_path = {operation.route for operation in known} & {operation.route for operation in offered}
    ids = {operation.raw.get("operationId") for operation in known} - {None}
    same_id = ids & {operation.raw.get("operationId") for operation in offered}
    return 2 * same + bool(same_path or same_id or (_servers(old) & _servers(new)))


def _servers(document: Document) -> set[str]:
    servers = document.get("servers")
    listed = servers if isinstance(servers, list) else []
    return {str(server.get("url", "")).rstrip("/") for server in listed if isinstance(server, dict)}


def _named(document: Document) -> Iterator[tuple[str, Operation]]:
    for operation in all_operations(document):
        yield str(operation.raw.get("operationId", operation.label)), operation


def _strangeness(wanted: Operation, other: Operation) -> tuple[bool, bool]:
    """One path may be published with and without a query; the id tells, else the query."""
    return other.raw.get("operationId") != wanted.raw.get("operationId"), "?" not in other.path


def _moved(wanted: Operation, offered: list[Operation], known: dict[str, Operation]) -> Iterator[Operation]:
    """Where an operation may have gone: the same id, the same path with another verb, the same end of the path."""
    published = wanted.raw.get("operationId")
    routes = {(operation.route, operation.method) for operation in known.values()}
    free = [other for other in offered if (other.route, other.method) not in routes]
    yield from (other for other in free if published and other.raw.get("operationId") == published)
    yield from (other for other in free if other.route == wanted.route)
    alike = [other for other in free if other.method == wanted.method and _tail(other) == _tail(wanted)]
    yield from alike if _tail(wanted) else ()


def _tail(operation: Operation) -> list[str]:
    """The path without its version."""
    return operation.route.rstrip("/").split("/")[2:]


def _beside(other: Operation, known: dict[str, Operation]) -> bool:
    """Does it stand under the shortest of our paths?"""
    stems = [operation.route.partition("/{}")[0] for operation in known.values()]
    stem = min(stems, key=len)
    return f"{other.route}/".startswith(f"{stem.rstrip('/')}/") and other.method not in ("head", "options", "trace")
