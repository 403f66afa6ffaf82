"""Where the id of a request stands in its line, and how it is changed there; the rest stays as it was written; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from .check import ID

NAMED, ESCAPED = f'"{ID}"'.encode(), re.compile(rb"\\u00[2-7]")
"""How the id's member is named, and what else a name of that member has in it."""
LEADS = NAMED.join((b"{", b':"')), NAMED.join((b"{", b': "'))
"""With what nearly all lines begin, before the id itself; the writers of JSON differ in a blank."""
COLON, LONGER = len(NAMED) + 1, len(LEADS[1])
"""Where the colon is, and where no quotation mark can be but the one behind the id: an id has a character at least."""
encoder = msgspec.json.Encoder()
members_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def named_once(text: bytes, items: int) -> bool:
    """Whether each of the items in a text has its id once: who reads a member that comes twice may take either."""
    return text.count(NAMED) == items and not (b"\\" in text and ESCAPED.search(text))


def led(lines: Sequence[bytes], ids: Sequence[str]) -> bytes | None:
    """The lead with which all these lines begin, each before its own id, written plainly; `None` where one does not."""
    encoded = [custom_id.encode() for custom_id in ids]
    for lead in LEADS:
        if all(map(bytes.startswith, lines, [b'%b%b"' % (lead, custom_id) for custom_id in encoded])):
            return lead
    return None


def after_id(line: bytes) -> bytes:
    """What comes behind the id of a line that begins with a lead, the quotation mark included."""
    return line[line.index(b'"', LONGER) :]


def id_of(line: bytes) -> str:
    """The id of a line that begins with a lead."""
    return line[line.index(b'"', COLON) + 1 : line.index(b'"', LONGER)].decode()


def identified(line: bytes, custom_id: str | None = None) -> bytes:
    """A line of a request under another id; no member of it comes twice, every other stays as it was written."""
    members = members_of(line)
    if custom_id is not None:
        members[ID] = msgspec.Raw(encoder.encode(custom_id))
    return encoder.encode(members)
