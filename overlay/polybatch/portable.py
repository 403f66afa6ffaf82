"""Requests in one shape for every vendor: OpenAI's words for a chat, flat, as `Request.chat` or one line of JSON; pure.

mapping ─► Chat ─► what of it a vendor cannot carry (`features`): refused, or left out ─► the vendor's own body
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeAlias, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from .errors import InputError
from .reading import shorten

Natural: TypeAlias = Annotated[int, Meta(ge=1)]
Text: TypeAlias = Annotated[str, Meta(min_length=1)]
DATA_URL = re.compile(r"data:(image/[\w.+-]+);base64,([A-Za-z0-9+/]+={0,2})")
MAX_TOKENS = 4096
"""What goes out where a vendor wants a number and the request names none; ours."""


class _Strict(Struct, forbid_unknown_fields=True):
    """A part of a request in which every member must be known."""


class TextPart(_Strict, tag="text"):
    """Some text of a message."""

    text: str


class ImageUrl(_Strict):
    """Where an image is."""

    url: Annotated[str, Meta(pattern=r"^(https?://|data:image/)")]
    """`https://…`, or the image itself: `data:image/png;base64,…`."""


class ImagePart(_Strict, tag="image_url"):
    """An image in a message."""

    image_url: ImageUrl

    @property
    def inline(self) -> tuple[str, str] | None:
        """Media type and base64 of an image that is not fetched."""
        found = DATA_URL.fullmatch(self.image_url.url)
        return (found[1], found[2]) if found else None


class CalledFunction(_Strict):
    """What a model called."""

    name: Text
    arguments: str
    """A JSON object, as text."""


class ToolCall(_Strict):
    """A call that a model made in an earlier turn."""

    id: Text
    function: CalledFunction
    type: Literal["function"] = "function"

    def input(self) -> dict[str, Any]:
        """The arguments, decoded. Raises msgspec.DecodeError."""
        return msgspec.json.decode(self.function.arguments or "{}", type=dict[str, Any])


Texts: TypeAlias = str | list[TextPart]
Parts: TypeAlias = str | list[TextPart | ImagePart]


class SystemMessage(_Strict, tag_field="role", tag="system"):
    """An instruction."""

    content: Texts


class UserMessage(_Strict, tag_field="role", tag="user"):
    """What the user says."""

    content: Parts


class AssistantMessage(_Strict, tag_field="role", tag="assistant"):
    """What the model said."""

    content: Texts | None = None
    tool_calls: Annotated[list[ToolCall], Meta(min_length=1)] | UnsetType = UNSET


class ToolMessage(_Strict, tag_field="role", tag="tool"):
    """What came of a call."""

    tool_call_id: Text
    content: Parts


Message: TypeAlias = SystemMessage | UserMessage | AssistantMessage | ToolMessage


class Function(_Strict):
    """What a model may call."""

    name: Text
    description: str | UnsetType = UNSET
    parameters: dict[str, Any] = {}
    """JSON Schema of its arguments."""
    strict: bool | UnsetType = UNSET


class Tool(_Strict):
    """A tool of the caller's."""

    function: Function
    type: Literal["function"] = "function"


class FunctionName(_Strict):
    """A function by its name."""

    name: Text


class NamedTool(_Strict):
    """The one tool that has to be called."""

    function: FunctionName
    type: Literal["function"] = "function"


class NamedSchema(_Strict):
    """What an answer has to look like."""

    schema: dict[str, Any]
    """JSON Schema."""
    name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}$")] = "answer"
    """A label, for vendors that want one."""
    strict: bool | UnsetType = UNSET


class ResponseFormat(_Strict):
    """An answer in JSON."""

    json_schema: NamedSchema
    type: Literal["json_schema"] = "json_schema"


class Chat(_Strict, kw_only=True):
    """A portable request without its id; what is not set is the vendor's to choose."""

    messages: Annotated[list[Message], Meta(min_length=1)]
    model: Text | UnsetType = UNSET
    agent_id: Text | UnsetType = UNSET
    """Who answers, where that is an agent (Letta); other vendors do not need it."""
    system: Text | UnsetType = UNSET
    max_tokens: Natural | UnsetType = UNSET
    temperature: Annotated[float, Meta(ge=0, le=2)] | UnsetType = UNSET
    top_p: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    top_k: Natural | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    frequency_penalty: Annotated[float, Meta(ge=-2, le=2)] | UnsetType = UNSET
    presence_penalty: Annotated[float, Meta(ge=-2, le=2)] | UnsetType = UNSET
    stop: Text | Annotated[list[Text], Meta(min_length=1)] | UnsetType = UNSET
    tools: Annotated[list[Tool], Meta(min_length=1)] | UnsetType = UNSET
    tool_choice: Literal["auto", "none", "required"] | NamedTool | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET
    response_format: ResponseFormat | UnsetType = UNSET
    reasoning_effort: Literal["low", "medium", "high"] | UnsetType = UNSET
    """The words that all vendors share; others go by `extra`."""
    reasoning_budget: Natural | UnsetType = UNSET
    """Tokens."""
    metadata: dict[str, str] | UnsetType = UNSET
    extra: dict[str, dict[str, Any]] | UnsetType = UNSET
    """By vendor: members of its own body, which no other vendor reads."""

    @property
    def stops(self) -> list[str]:
        """The texts that end an answer."""
        return [self.stop] if isinstance(self.stop, str) else self.stop or []

    @property
    def opening(self) -> tuple[list[SystemMessage], list[Message]]:
        """The instructions with which it begins, `system` first, and the messages after them."""
        count = next(
            (place for place, one in enumerate(self.messages) if not isinstance(one, SystemMessage)),
            len(self.messages),
        )
        own = [SystemMessage(content=self.system)] if self.system else []
        head = [one for one in self.messages[:count] if isinstance(one, SystemMessage)]
        return own + head, self.messages[count:]


MEMBERS = frozenset(Chat.__struct_fields__)


def body(custom_id: str, messages: str | Sequence[Any], schema: Any, members: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a portable line, checked. Raises InputError."""
    said = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
    made = {"messages": said, **{name: member for name, member in members.items() if member is not None}}
    try:
        if schema is not None:
            made["response_format"] = response_format(schema)
        read(made)
    except InputError as error:
        raise InputError(f"request {custom_id!r}: {error.message}", hint=error.hint) from error
    return made


IMAGES = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF.{4}WEBP",
}
"""By media type, how the bytes of an image begin."""


def image(content: str | bytes, media_type: str | None = None) -> dict[str, Any]:
    """A part of a message: an image by its address, or its bytes; without `media_type` they say what they are.

    Raises InputError for what is neither.
    """
    if isinstance(content, bytes | bytearray | memoryview):
        kind = media_type or next((kind for kind, head in IMAGES.items() if re.match(head, content, re.DOTALL)), None)
        if kind is None:
            raise InputError(f"image: the bytes are none of {', '.join(IMAGES)}", hint="or say so: media_type=")
        url = f"data:{kind};base64,{b64encode(content).decode()}"
    elif isinstance(content, str) and content.startswith(("http://", "https://", "data:image/")):
        url = content
    else:
        what = f"image: {shorten(repr(content), 60)} is neither bytes nor an address (https://…, data:image/…)"
        raise InputError(what, hint="of a file give the bytes: image(Path(…).read_bytes())")
    return cast("dict[str, Any]", msgspec.to_builtins(ImagePart(ImageUrl(url))))


def said(text: str | None, calls: Sequence[tuple[str | None, str | None, str]]) -> dict[str, Any]:
    """A turn of the model's; `calls`: id, name and arguments of each."""
    made = [ToolCall(key or "", CalledFunction(name or "", arguments)) for key, name, arguments in calls]
    message = AssistantMessage(text, made or UNSET)
    return cast("dict[str, Any]", msgspec.to_builtins(message))


def is_portable(item: Mapping[str, Any], own: frozenset[str]) -> bool:
    """Whether a line is a portable one, and not the vendor's item, whose members are `own`."""
    if "messages" not in item or not own.isdisjoint(item.keys() - MEMBERS):
        return False
    if not own.issuperset(item.keys() & MEMBERS):
        return True
    try:  # a vendor's own form may have the same members (Letta's): what both allow means the same in both
        read({name: item[name] for name in item.keys() - {"custom_id"}})  # what neither knows is the vendor's
    except InputError:
        return False
    return True


def read(members: Mapping[str, Any]) -> Chat:
    """A portable request. Raises InputError, which says where it is none."""
    try:
        chat = msgspec.convert(members, Chat)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        where = place.rstrip("`").lstrip(".")
        unknown = re.search(r"unknown field `(.*)`", message)
        if unknown is not None and not where:
            raise InputError(
                f"{unknown[1]}: no such member", hint=f"known are: {', '.join(sorted(MEMBERS))}"
            ) from error
        told = members.get("messages")
        hint = PARTS if isinstance(told, list | tuple) and any(map(_is_part, told)) else ""
        raise InputError(f"{where or 'a portable request'}: {message}", hint=hint) from error
    for number, said in enumerate(chat.messages):
        _look(said, f"messages[{number}]")
    return chat


PARTS = 'parts go into a turn: [{"role": "user", "content": [...]}]'


def _is_part(given: Any) -> bool:
    return isinstance(given, Mapping) and "type" in given and "role" not in given


def _look(message: Message, where: str) -> None:
    """What no type can say of a message."""
    calling = isinstance(message, AssistantMessage) and message.tool_calls
    if not message.content and not calling and not isinstance(message, ToolMessage):
        raise InputError(f"{where}.content: there is nothing in it")
    for inner, part in enumerate(message.content if isinstance(message.content, list) else ()):
        if isinstance(part, ImagePart) and part.image_url.url.startswith("data:") and part.inline is None:
            raise InputError(
                f"{where}.content[{inner}].image_url.url: a data URL begins with data:image/TYPE;base64, "
                "and goes on with base64"
            )
    for inner, call in enumerate((message.tool_calls or ()) if isinstance(message, AssistantMessage) else ()):
        try:
            call.input()
        except (msgspec.DecodeError, RecursionError) as error:
            what = f"{where}.tool_calls[{inner}].function.arguments"
            raise InputError(f"{what}: expected a JSON object as text: {error}") from error


def merged(body: Mapping[str, Any], extra: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The vendor's body with members of the caller's own. Raises InputError where both say something else."""
    made = dict(body)
    for name, value in extra.items():
        here, place = made.get(name), f"{where}.{name}"
        if isinstance(here, Mapping) and isinstance(value, Mapping):
            made[name] = merged(here, value, place)
        elif name in made and here != value:
            raise InputError(f"{place}: the request says something else already", hint="say it once")
        else:
            made[name] = value
    return made


def line_schema() -> dict[str, Any]:
    """The JSON Schema of a portable line, as `portable.schema.json` has it."""
    (reference,), parts = msgspec.json.schema_components([Chat], ref_template="#/$defs/{name}")
    chat = parts.pop(reference["$ref"].rpartition("/")[2])
    named = {"description": "The caller's key; it comes back on the result.", "minLength": 1, "type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **chat,
        "title": "A portable request: one line of JSON for every vendor",
        "description": "What a vendor cannot carry is refused before anything is sent.",
        "properties": {"custom_id": named, **chat["properties"]},
        "required": ["custom_id", *chat["required"]],
        "$defs": parts,
    }


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members that are set."""
    return {name: value for name, value in members.items() if value is not UNSET}


def response_format(schema: Any) -> dict[str, Any]:
    """What asks for an answer of this schema, or type."""
    from .schema_of import json_schema_of  # noqa: PLC0415 - few requests ask for it

    found = json_schema_of(schema)
    name = re.sub(r"[^a-zA-Z0-9_-]+", "_", str(found.get("title") or NamedSchema.__struct_defaults__[0]))[:64]
    return cast("dict[str, Any]", msgspec.to_builtins(ResponseFormat(NamedSchema(found, name))))


def text_of(content: Texts | None) -> str:
    """A content as one text."""
    return content if isinstance(content, str) else "".join(part.text for part in content or ())


def texts_of(content: Texts) -> list[TextPart]:
    """A content as parts."""
    return [TextPart(content)] if isinstance(content, str) else content
