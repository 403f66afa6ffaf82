"""What a vendor may be unable to carry of a portable request: how it is found there, and how it is left out; pure.

Each feature has an entry in `FEATURES`, so that nothing is dropped that nobody has named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from attrs import frozen
from msgspec import UNSET, Struct
from msgspec.structs import replace

from .errors import InputError
from .portable import (
    MEMBERS,
    AssistantMessage,
    Chat,
    ImagePart,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
)


class Feature(StrEnum):
    """What a vendor may be unable to carry, as the README's table names it."""

    MODEL = "model"
    SYSTEM = "system"
    LATER_SYSTEM = "system message after the first turn"
    TURNS = "several turns"
    IMAGE_URL = "image by URL"
    IMAGE_DATA = "image as base64"
    TOOLS = "tools"
    STRICT_TOOLS = "tools that are strict"
    TOOL_CHOICE = "tool_choice"
    PARALLEL = "parallel_tool_calls"
    CALLS = "tool calls and results"
    SCHEMA = "response_format"
    LOOSE_SCHEMA = "response_format that is not strict"
    MAX_TOKENS = "max_tokens"
    TEMPERATURE = "temperature"
    TOP_P = "top_p"
    TOP_K = "top_k"
    SEED = "seed"
    FREQUENCY = "frequency_penalty"
    PRESENCE = "presence_penalty"
    STOP = "stop"
    EFFORT = "reasoning_effort"
    BUDGET = "reasoning_budget"
    USER_ID = "metadata.user_id"
    METADATA = "other metadata"


Find: TypeAlias = Callable[[Chat], Iterator[str]]
Drop: TypeAlias = Callable[[Chat], Chat]


@frozen
class Way:
    """How a feature is found in a request, place by place, and how it is left out."""

    find: Find
    drop: Drop


def _member(name: str) -> Way:
    def find(chat: Chat) -> Iterator[str]:
        if getattr(chat, name) is not UNSET:
            yield name

    return Way(find, lambda chat: replace(chat, **{name: UNSET}))


def _within(kind: type[Struct], wanted: Callable[[Any], bool] = lambda _: True) -> Way:
    """Parts of messages."""

    def hit(part: Any) -> bool:
        return isinstance(part, kind) and wanted(part)

    def find(chat: Chat) -> Iterator[str]:
        for place, message in enumerate(chat.messages):
            for inner, part in enumerate(message.content if isinstance(message.content, list) else ()):
                if hit(part):
                    yield f"messages[{place}].content[{inner}]"

    def left(message: Message) -> Message:
        if not isinstance(message.content, list):
            return message
        return replace(message, content=[part for part in message.content if not hit(part)] or "")

    return Way(find, lambda chat: _said(chat, map(left, chat.messages)))


def _messages(wanted: Callable[[Chat, int], bool], left: Callable[[Message], Message | None]) -> Way:
    """Whole messages, or what stands in them beside their content."""

    def find(chat: Chat) -> Iterator[str]:
        for place in range(len(chat.messages)):
            if wanted(chat, place):
                yield f"messages[{place}]"

    def drop(chat: Chat) -> Chat:
        kept = [left(one) if wanted(chat, place) else one for place, one in enumerate(chat.messages)]
        return _said(chat, (one for one in kept if one is not None))

    return Way(find, drop)


def _said(chat: Chat, messages: Iterable[Message]) -> Chat:
    """The request with these messages, but for those that say nothing any more; a call keeps its result."""
    return replace(
        chat, messages=[one for one in messages if one.content or isinstance(one, ToolMessage) or _calls(one)]
    )


def _calls(message: Message) -> bool:
    return isinstance(message, AssistantMessage) and bool(message.tool_calls)


def _strict_tools() -> Way:
    def find(chat: Chat) -> Iterator[str]:
        for place, tool in enumerate(chat.tools or ()):
            if tool.function.strict is not UNSET:
                yield f"tools[{place}].function.strict"

    def drop(chat: Chat) -> Chat:
        tools = [replace(tool, function=replace(tool.function, strict=UNSET)) for tool in chat.tools or ()]
        return replace(chat, tools=tools or UNSET)

    return Way(find, drop)


def _loose_schema() -> Way:
    def find(chat: Chat) -> Iterator[str]:
        if chat.response_format and chat.response_format.json_schema.strict is False:
            yield "response_format.json_schema.strict"

    def drop(chat: Chat) -> Chat:
        asked = chat.response_format
        if not asked:
            return chat
        return replace(chat, response_format=replace(asked, json_schema=replace(asked.json_schema, strict=UNSET)))

    return Way(find, drop)


def _metadata(wanted: Callable[[str], bool]) -> Way:
    def find(chat: Chat) -> Iterator[str]:
        return (f"metadata.{name}" for name in chat.metadata or () if wanted(name))

    def drop(chat: Chat) -> Chat:
        left = {name: value for name, value in (chat.metadata or {}).items() if not wanted(name)}
        return replace(chat, metadata=left or UNSET)

    return Way(find, drop)


def _is_later_system(chat: Chat, place: int) -> bool:
    later = isinstance(chat.messages[place], SystemMessage)
    return later and any(not isinstance(one, SystemMessage) for one in chat.messages[:place])


def _is_call(chat: Chat, place: int) -> bool:
    one = chat.messages[place]
    return isinstance(one, ToolMessage) or _calls(one)


def _without_call(message: Message) -> Message | None:
    return replace(message, tool_calls=UNSET) if isinstance(message, AssistantMessage) else None


USER_ID = "user_id"
"""The one key of metadata that vendors have an own place for."""
FEATURES: Mapping[Feature, Way] = {
    **{feature: _member(feature) for feature in Feature if feature in MEMBERS},
    Feature.LATER_SYSTEM: _messages(_is_later_system, lambda _: None),
    Feature.TURNS: _messages(lambda chat, place: isinstance(chat.messages[place], AssistantMessage), lambda _: None),
    Feature.IMAGE_URL: _within(ImagePart, lambda part: part.inline is None),
    Feature.IMAGE_DATA: _within(ImagePart, lambda part: part.inline is not None),
    Feature.STRICT_TOOLS: _strict_tools(),
    Feature.CALLS: _messages(_is_call, _without_call),
    Feature.LOOSE_SCHEMA: _loose_schema(),
    Feature.USER_ID: _metadata(lambda name: name == USER_ID),
    Feature.METADATA: _metadata(lambda name: name != USER_ID),
}


def lacking(chat: Chat, carried: frozenset[Feature]) -> Iterator[tuple[Feature, str]]:
    """What of a request cannot be carried, and where in it that stands first."""
    for feature, way in FEATURES.items():
        if feature not in carried and (place := next(way.find(chat), None)) is not None:
            yield feature, place


def without(chat: Chat, features: Iterable[Feature]) -> Chat:
    """The request without these. Raises InputError where nothing is left of it."""
    for feature in features:
        chat = FEATURES[feature].drop(chat)
    if not any(isinstance(message, UserMessage) for message in chat.messages):
        raise InputError("messages: nothing that a user says is left of it")
    return chat
