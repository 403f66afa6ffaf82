"""Fetches the document that a new vendor begins with: OpenAPI 3 as JSON or YAML, from a file or from the web."""

import json
import urllib.error
import urllib.request
from pathlib import Path

from scripts.spec_compiler.documents import Document, parse_yaml
from scripts.spec_compiler.errors import SpecError

SECONDS = 30
MOST_BYTES = 50_000_000
"""The largest of the seed vendors' documents has 1.7 MB."""


def read_document(place: str) -> Document:
    """The document at a path or an http(s) address. Raises SpecError, one line that says what is wrong with it."""
    document = _parsed(place, _bytes(place))
    version = str(document.get("openapi", ""))
    if not version.startswith(("3.0", "3.1")):
        said = f"says openapi {version!r}" if version else "is not an OpenAPI 3 document"
        raise SpecError(f"{place} {said}; convert it to OpenAPI 3.1 first, or leave --from out")
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        raise SpecError(f"{place} has no paths; is it the whole document?")
    return document


def _bytes(place: str) -> bytes:
    if not place.startswith(("http://", "https://")):
        try:
            return Path(place).read_bytes()
        except OSError as error:
            raise SpecError(f"{place} cannot be read: {error.strerror}") from None
    try:
        with urllib.request.urlopen(place, timeout=SECONDS) as reply:  # noqa: S310 - http and https only, see above
            content: bytes = reply.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else error
        raise SpecError(f"{place} cannot be fetched: {reason}; save it as a file and name that") from None
    if len(content) > MOST_BYTES:
        raise SpecError(f"{place} has more than {MOST_BYTES:,} bytes")
    return content


def _parsed(place: str, content: bytes) -> Document:
    try:
        found = json.loads(content)
    except ValueError:
        try:
            found = parse_yaml(content.decode(), "")
        except (SpecError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).removeprefix(": ").split())
            raise SpecError(f"{place} is neither JSON nor YAML with a mapping at the top: {reason[:160]}") from None
    if not isinstance(found, dict):
        raise SpecError(f"{place} is not an OpenAPI document: it holds no JSON object")
    return found
