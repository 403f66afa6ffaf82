"""Finds the OpenAPI document in what a source gives: JSON, YAML, a fenced block of a page, or a file that names it.

openapi-url, file    a document; a server alone stands for its /openapi.json
markdown-block       a page; of its fenced blocks the one that has our paths
page                 a page a person reads: whether it is still there and still about our paths
stats                a `.stats.yml`, as SDK repositories have it, whose openapi_spec_url leads to the document
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from scripts.spec_compiler.documents import Document, parse_yaml
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.manifest import Vendor

from .facts import all_operations
from .fetching import Bounds, Fetched, SourceError, fetch
from .matching import likeness
from .soundness import faults, without_nothing

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*([A-Za-z]*)[^`]*$")
_LANGUAGES = ("yaml", "yml", "json", "openapi", "")
_STATS = "openapi_spec_url"


@dataclass(frozen=True)
class Source:
    """What was found; no document where a page only tells that it is still there."""

    document: Document | None
    note: str = ""


def read_source(vendor: Vendor, known: Document, given: str | None, bounds: Bounds) -> Source:
    """The document of a vendor as it is published now; `given` is what --from names."""
    name = _address(given) if given else vendor.source
    fetched = fetch(name, bounds, cleartext=given is not None)
    if vendor.kind == "page" and given is None:
        return _page(name, fetched, known)
    text = _text(name, fetched)
    if vendor.kind == "stats" or name.endswith(".stats.yml"):
        name = _named(name, text)
        fetched = fetch(name, bounds, cleartext=given is not None)
        text = _text(name, fetched)
    document = _document(name, text, known)
    if not likeness(known, document):
        paths = ", ".join(operation.path for operation in all_operations(document)) or "none"
        msg = f"{name} is another document: none of our paths, ids or servers is in it (paths: {paths:.200})"
        raise SourceError(msg)
    return Source(document, fetched.note)


def _address(given: str) -> str:
    """A server stands for the document it serves."""
    if re.fullmatch(r"https?://[^/?#]+/?", given):
        return str(httpx.URL(given).join("/openapi.json"))
    return given


def _page(name: str, fetched: Fetched, known: Document) -> Source:
    text = fetched.content.decode("utf-8", errors="replace")
    wanted = sorted({operation.path.partition("?")[0] for operation in all_operations(known)}, key=len)
    if not any(path in text for path in wanted[:1]):
        msg = f"{name} is there, but no longer names {wanted[0]}: not the page the document was written from"
        raise SourceError(msg)
    return Source(None, f"{fetched.note}; page only".removeprefix("; "))


def _text(name: str, fetched: Fetched) -> str:
    try:
        text = fetched.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{name} is not text: {error}"
        raise SourceError(msg) from error
    if "text/html" in fetched.media or re.match(r"\s*<(!doctype|html)", text, re.IGNORECASE):
        msg = f"{name} is a web page, not a document"
        raise SourceError(msg)
    if not text.strip():
        msg = f"{name} is empty"
        raise SourceError(msg)
    return text


def _named(name: str, text: str) -> str:
    try:
        found = parse_yaml(text, name).get(_STATS)
    except SpecError as error:
        raise SourceError(_line(str(error))) from error
    if not isinstance(found, str) or not found.startswith("https://"):
        # On loopback, tests and mirrors speak plain http.
        if isinstance(found, str) and re.match(r"http://(127\.0\.0\.1|\[::1\]|localhost)[:/]", found):
            return found
        msg = f"{name} names no document: the key {_STATS} is gone, or no https address"
        raise SourceError(msg)
    return found


def _document(name: str, text: str, known: Document) -> Document:
    """The document itself, or the block of a page that is it."""
    if re.match(r"\s*(\{|openapi\s*:|swagger\s*:)", text) or not any(map(_FENCE.match, text.splitlines())):
        return _parsed(name, text)
    found: list[Document] = []
    broken: list[str] = []
    for line, language, block in blocks(name, text):
        if language in _LANGUAGES and "openapi" in block:
            try:
                found.append(_parsed(f"{name}, block in line {line}", block))
            except SourceError as error:
                broken.append(str(error))
    if not found:
        raise SourceError(broken[0] if broken else f"{name} has no fenced block with an OpenAPI document")
    return max(found, key=lambda document: likeness(known, document))


def blocks(name: str, text: str) -> Iterator[tuple[int, str, str]]:
    """(line, language, content) of every fenced block."""
    fence, start, language, lines = "", 0, "", list[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        if fence:
            if re.fullmatch(rf" {{0,3}}{fence[0]}{{{len(fence)},}}\s*", line):
                yield start, language, "\n".join(lines)
                fence = ""
            else:
                lines.append(line)
        elif opened := _FENCE.match(line):
            fence, start, language, lines = opened[1], number, opened[2].lower(), []
    if fence:
        msg = f"{name} is cut short: the block that begins in line {start} has no end"
        raise SourceError(msg)


def _parsed(name: str, text: str) -> Document:
    try:
        loaded = json.loads(text) if text.lstrip().startswith("{") else parse_yaml(text, name)
    except (ValueError, RecursionError) as error:
        # A flow mapping of YAML begins like JSON, so it gets a second chance; the first fault is the clearer one.
        try:
            loaded = parse_yaml(text, name)
        except (SpecError, RecursionError):
            msg = f"{name} is cut short or no JSON: {_line(str(error))}"
            raise SourceError(msg) from error
    except SpecError as error:
        raise SourceError(_line(str(error))) from error
    loaded = without_nothing(loaded)
    if not isinstance(loaded, dict) or not str(loaded.get("openapi", "")).startswith("3."):
        msg = f"{name} is no OpenAPI 3 document"
        raise SourceError(msg)
    if not isinstance(loaded.get("paths"), dict) or not loaded["paths"]:
        msg = f"{name} is an OpenAPI document without paths"
        raise SourceError(msg)
    fault = next(faults(loaded), None)
    if fault:
        msg = f"{name} is no sound OpenAPI document: {fault}"
        raise SourceError(msg)
    return loaded


def _line(text: str) -> str:
    return " ".join(text.split())
