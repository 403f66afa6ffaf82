# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

"""The small types that every module of this client shares."""

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Final, Generic, Literal, TypeVar
from urllib.parse import quote

from attrs import define, field

T = TypeVar("T")


class Unset:
    """The type of a value that was not given."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()


@define(frozen=True)
class RawBody:
    """A request body that is encoded already: bytes, or chunks to be streamed.

    With `content_length` a stream is announced by its size instead of being sent chunked.
    """

    content: bytes | Iterable[bytes] | AsyncIterable[bytes] = field(repr=False)
    content_length: int | None = None


@define(frozen=True)
class Response(Generic[T]):
    """A reply, whether or not it could be decoded.

    `parsed` is None where the document declares nothing to parse, or where decoding failed: then `decode_error` says why.
    """

    status_code: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    parsed: T | None = None
    decode_error: Exception | None = None


def path_segment(value: object) -> str:
    """A value as one segment of a path: nothing in it can end the segment or climb out of it."""
    text = quote(str(value), safe="")
    if not text:
        raise ValueError("a path parameter is empty: the request would go to another operation")
    return text.replace(".", "%2E") if text in (".", "..") else text


__all__ = ["UNSET", "RawBody", "Response", "Unset", "path_segment"]
