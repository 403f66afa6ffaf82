"""Rows become portable requests: `--prompt 'Classify: {text}'` and what goes with it; pure.

row ─► id: --id-column, else its custom_id, else row-N
    ─► with --prompt: one message, with cells in the place of the names in braces
    ─► without: those of its columns that a portable request has
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

import msgspec
from attrs import define, field, frozen
from msgspec import UNSET, UnsetType

from polybatch.check import ID
from polybatch.errors import InputError
from polybatch.portable import MEMBERS, Chat, ResponseFormat, UserMessage, response_format
from polybatch.reading import UNREADABLE

from .cells import filled, plain, text
from .rows import ROW, Kind, Place, Rows

BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
DOUBLED = "a brace that stands for itself is written twice: {{ or }}"
MOST = 30
"""Names of columns in an error."""
WHOLE = frozenset({Kind.JSONL, Kind.ITERABLE})
"""Where a row is a request as it stands, unless there is a prompt; of a table only some columns are."""
encode = msgspec.json.Encoder().encode


def _pieces(option: str, said: str | None) -> tuple[tuple[str, str | None], ...]:
    """A text in pieces: what stands before a name in braces, and that name. Raises InputError."""
    if said is None:
        return ()
    try:
        said.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"--{option} is no UTF-8: {error.reason}") from error
    pieces: list[tuple[str, str | None]] = []
    before, end = "", 0
    for found in BRACES.finditer(said):
        before, end = before + said[end : found.start()], found.end()
        if found[0] in {"{{", "}}"}:
            before += found[0][0]
        elif found[1] is None:
            raise InputError(f"--{option}: a single {found[0]} at character {found.start() + 1}", hint=DOUBLED)
        else:
            pieces.append((before, found[1]))
            before = ""
    return (*pieces, (before + said[end:], None))


@frozen
class Template:
    """What the user wants to be made of each row."""

    prompt: str | None = None
    system: str | None = None
    id_column: str | None = None
    max_tokens: int | None = None
    schema: Mapping[str, Any] | None = None
    """What the answers have to look like, as a JSON Schema."""
    said: Mapping[str, tuple[tuple[str, str | None], ...]] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.prompt == "":
            raise InputError("--prompt is empty", hint="for example --prompt 'Classify: {text}'")
        said = {"prompt": _pieces("prompt", self.prompt), "system": _pieces("system", self.system)}
        object.__setattr__(self, "said", said)

    def given(self) -> dict[str, Any]:
        """The options that were given."""
        every = {
            "prompt": self.prompt, "system": self.system, "id_column": self.id_column, "max_tokens": self.max_tokens,
            "schema": self.schema,
        }  # fmt: skip
        return {name: value for name, value in every.items() if value is not None}

    @property
    def names(self) -> list[tuple[str, str]]:
        """The columns that are named, each with the option that does."""
        found = [(option, name) for option, pieces in self.said.items() for _, name in pieces if name is not None]
        return found + ([("id-column", self.id_column)] if self.id_column is not None else [])


@define
class Maker:
    """Makes lines of the rows of one table. Raises InputError for a name that is no column of it."""

    template: Template
    rows: Rows
    columns: Sequence[str] = field(init=False)
    """Those that are read."""
    _form: ResponseFormat | UnsetType = field(init=False)
    _members: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        given, rows = self.template, self.rows
        for option, name in given.names:
            if name not in rows.columns:
                raise _no_column(option, name, rows)
        self._form = msgspec.convert(response_format(given.schema), ResponseFormat) if given.schema else UNSET
        self._members = frozenset({_AGENT} if given.prompt else MEMBERS) & {*rows.columns}
        if not rows.columns and rows.kind not in WHOLE:
            raise InputError(f"{rows.name or 'the table'} has no columns")
        if not given.prompt and rows.kind not in WHOLE and _MESSAGES not in self._members:
            hint = f"say what to ask of each row, for example --prompt 'Classify: {{{_likely(rows.columns)}}}'"
            what = f"{rows.name or 'the table'} has neither a column messages nor is there a --prompt"
            raise InputError(f"{what}; {_listed(rows.columns)}", hint=hint)
        asking = {option for option, _ in given.names} & {*given.said}
        if given.prompt and rows.columns and not asking and _AGENT not in self._members:
            what = f"--prompt names no column, so that every row would ask the same; write {{{_likely(rows.columns)}}}"
            raise InputError(what, hint=_listed(rows.columns))
        wanted = {*self._members, ID, *(name for _, name in given.names)}
        self.columns = [name for name in rows.columns if name in wanted]

    @property
    def where(self) -> Place:
        """Where a row stands."""
        return Place(self.rows.name, ROW)

    def line(self, number: int, row: Mapping[str, Any]) -> bytes:
        """A row as a portable line, without its end. Raises InputError."""
        given, where = self.template, self.where(number)
        custom_id = self._id(number, row, where)
        system = self._text("system", row, where) or UNSET
        try:
            if given.prompt:
                chat = Chat(
                    messages=[UserMessage(content=self._asked(row, where))],
                    agent_id=_cell(row, _AGENT, where) if self._members else UNSET,
                    system=system, max_tokens=given.max_tokens or UNSET, response_format=self._form,
                )  # fmt: skip
                return b'{"%b":%b,%b' % (ID.encode(), encode(custom_id), encode(chat)[1:])
            own = self._whole(row, where) if self.rows.kind in WHOLE else self._taken(row, where)
            more = Chat(messages=[], system=system, max_tokens=given.max_tokens or UNSET, response_format=self._form)
            fill = msgspec.to_builtins(more)
            del fill[_MESSAGES]
            if fill and _MESSAGES not in own:
                option = next(name for name in given.given() if name != "id_column").replace("_", "-")
                raise InputError(f"{where} has no messages that --{option} could be added to")
            return encode({ID: custom_id, **fill, **own})
        except UnicodeEncodeError as error:
            raise InputError(f"{where}: half a surrogate pair, which JSON cannot carry") from error

    def _id(self, number: int, row: Mapping[str, Any], where: str) -> str:
        name = self.template.id_column or (ID if ID in row else None)
        if name is None:
            return f"row-{number}"
        if not (found := _cell(row, name, where)):
            raise InputError(f"{where}: its id, in the column {name!r}, is empty", hint="each row needs one of its own")
        return found

    def _text(self, option: str, row: Mapping[str, Any], where: str) -> str:
        pieces = self.template.said[option]
        return "".join([before if name is None else before + _cell(row, name, where) for before, name in pieces])

    def _asked(self, row: Mapping[str, Any], where: str) -> str:
        if asked := self._text("prompt", row, where):
            return asked
        named = {repr(name): None for option, name in self.template.names if option == "prompt"}
        empty = f"the column{'s' * (len(named) > 1)} {', '.join(named)} {'is' if len(named) == 1 else 'are'} empty"
        raise InputError(f"{where}: {empty}, and so is the prompt", hint="fill it, or leave the row out")

    def _whole(self, row: Mapping[str, Any], where: str) -> dict[str, Any]:
        """A row that is a request already."""
        left_out = {ID, self.template.id_column} - MEMBERS
        return {name: _read(plain, row[name], where, name) for name in row if name not in left_out}

    def _taken(self, row: Mapping[str, Any], where: str) -> dict[str, Any]:
        """What a row of a table has of a request; an empty cell is nothing."""
        cells = {name: row[name] for name in self.columns if name in self._members and row[name] not in (None, "")}
        return {name: _read(_readers()[name], cell, where, name) for name, cell in cells.items()}


_MESSAGES, _AGENT = "messages", "agent_id"


def _cell(row: Mapping[str, Any], name: str, where: str) -> str:
    try:
        value = row[name]
    except KeyError:
        raise InputError(f"{where} has no {name!r}", hint="each row needs it; null is an empty text") from None
    return str(_read(text, value, where, name))


def _read(reader: Callable[[Any], Any], value: Any, where: str, name: str) -> Any:
    try:
        return reader(value)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}, column {name!r}: {error}") from error


@cache
def _readers() -> Mapping[str, Callable[[Any], Any]]:
    """By member of a portable request: how a cell of a table is read."""
    found: dict[str, Callable[[Any], Any]] = {}
    for name, schema in msgspec.json.schema(Chat)["$defs"][Chat.__name__]["properties"].items():
        kinds = [part.get("type", "string" if "enum" in part else "") for part in schema.get("anyOf", [schema])]
        found[name] = text if set(kinds) == {"string"} else _either if "string" in kinds else _json
    return found


def _either(cell: Any) -> Any:
    """A text, or JSON that is no text."""
    return cell if isinstance(cell, str) and not cell.lstrip().startswith(("[", "{")) else _json(cell)


def _json(cell: Any) -> Any:
    """JSON, as a text or as it is."""
    if not isinstance(cell, str):
        return filled(plain(cell))
    try:
        return msgspec.json.decode(cell)
    except UNREADABLE as error:
        raise ValueError(f"not JSON: {error}") from error


def _no_column(option: str, name: str, rows: Rows) -> InputError:
    shown = name if option == "id-column" else f"{{{name}}}"
    if (head := re.split(r"[.\[:!]", name)[0]) != name and head in rows.columns:
        what = "nothing but the name of a column stands in braces: no attribute, index or format"
        return InputError(f"--{option}: {shown}: {what}", hint=f"write {{{head}}}")
    near = get_close_matches(name, rows.columns, 1)
    meant = f"; did you mean {near[0]}?" if near else "" if option == "id-column" else f"; {DOUBLED}"
    what = f"--{option}: {shown} is no column of {rows.name or 'the rows'}"
    return InputError(what, hint=_listed(rows.columns) + meant)


def _likely(columns: Sequence[str]) -> str:
    """The column that a prompt may be about."""
    return next((name for name in columns if not name.lower().endswith("id")), columns[0])


def _listed(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - MOST} more" if len(columns) > MOST else ""
    return f"the columns are: {', '.join(columns[:MOST]) or 'none'}{more}"
