"""A portable request as the body of a Messages request, Anthropic's own or a gateway's copy of it.

The members of blocks stand here, not in generated code: the vendors' documents leave blocks, tools and the choice of
tools free. Source of their forms: anthropic 2.12.0, types/*_param.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Literal, NotRequired, TypedDict

from msgspec import UNSET, UnsetType

from polybatch import portable
from polybatch.errors import InputError
from polybatch.features import Feature
from polybatch.portable import (
    MAX_TOKENS,
    AssistantMessage,
    Chat,
    ImagePart,
    Message,
    NamedTool,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
    present,
    text_of,
    texts_of,
)

CARRIED = frozenset(Feature) - {
    Feature.LATER_SYSTEM,
    Feature.SEED, Feature.FREQUENCY, Feature.PRESENCE,
    Feature.LOOSE_SCHEMA, Feature.SCHEMA, Feature.EFFORT,
    Feature.METADATA,
}  # fmt: skip
"""What every copy of a Messages request has a place for; members of later versions are the vendor's own."""
CHOICES: Mapping[str | None, Literal["auto", "any", "none"]] = {
    None: "auto",
    "auto": "auto",
    "required": "any",
    "none": "none",
}
NO_ARGUMENTS: Mapping[str, Any] = {"type": "object"}
"""The schema of a tool that takes none: one is required."""
SAMPLING = frozenset({Feature.TEMPERATURE, Feature.TOP_P, Feature.TOP_K})


class TextBlock(TypedDict):
    """Some text."""

    type: Literal["text"]
    text: str


class Source(TypedDict):
    """Where an image is, or the image itself."""

    type: Literal["url", "base64"]
    url: NotRequired[str]
    media_type: NotRequired[str]
    data: NotRequired[str]


class ImageBlock(TypedDict):
    """An image."""

    type: Literal["image"]
    source: Source


class ToolUse(TypedDict):
    """What the model called."""

    type: Literal["tool_use"]
    id: str
    name: str
    input: dict[str, Any]


class ToolResult(TypedDict):
    """What came of a call."""

    type: Literal["tool_result"]
    tool_use_id: str
    content: str | list[TextBlock | ImageBlock]


class Turn(TypedDict):
    """A message."""

    role: str
    content: str | list[Any]


class Tool(TypedDict):
    """What the model may call."""

    name: str
    input_schema: dict[str, Any]
    description: str | UnsetType
    strict: bool | UnsetType


class Choice(TypedDict):
    """Whether it has to call one."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | UnsetType
    disable_parallel_tool_use: bool | UnsetType


class Thinking(TypedDict):
    """How it thinks before it answers."""

    type: Literal["enabled"]
    budget_tokens: int


class Body(TypedDict):
    """What this module writes of a Messages request."""

    model: str | UnsetType
    max_tokens: int
    messages: list[Turn]
    system: str | list[TextBlock] | UnsetType
    temperature: float | UnsetType
    top_p: float | UnsetType
    top_k: int | UnsetType
    stop_sequences: list[str] | UnsetType
    tools: list[dict[str, Any]] | UnsetType
    tool_choice: dict[str, Any] | UnsetType
    thinking: Thinking | UnsetType
    metadata: dict[str, str] | UnsetType


def body(chat: Chat) -> dict[str, Any]:
    """The body; `model` is left out where the request names none. Raises InputError."""
    instructions, messages = chat.opening
    if not messages:
        raise InputError("messages: there are only instructions, and nothing to answer")
    most = chat.max_tokens or MAX_TOKENS
    return present(
        {
            **Body(
                model=chat.model,
                max_tokens=most,
                messages=turns(messages),
                system=_system(instructions) if instructions else UNSET,
                temperature=chat.temperature,
                top_p=chat.top_p,
                top_k=chat.top_k,
                stop_sequences=chat.stops or UNSET,
                tools=[*map(_tool, chat.tools)] if chat.tools else UNSET,
                tool_choice=_choice(chat),
                thinking=_thinking(chat.reasoning_budget, most) if chat.reasoning_budget else UNSET,
                metadata=chat.metadata,
            )
        }
    )


def turns(messages: Sequence[Message]) -> list[Turn]:
    """The conversation; results that follow each other stand in one turn, as calls made at once want it."""
    made: list[Turn] = []
    for results, several in groupby(messages, lambda message: isinstance(message, ToolMessage)):
        if results:
            made.append(Turn(role="user", content=[_result(one) for one in several if isinstance(one, ToolMessage)]))
        else:
            made.extend(map(_turn, several))
    return made


def _turn(message: Message) -> Turn:
    match message:
        case AssistantMessage(content, calls) if calls:
            said = [TextBlock(type="text", text=text)] if (text := text_of(content)) else []
            return Turn(role="assistant", content=[*said, *map(_use, calls)])
        case AssistantMessage(content):
            return Turn(role="assistant", content=_content(content or ""))
        case SystemMessage(content):
            return Turn(role="system", content=_content(content))
        case UserMessage(content):
            return Turn(role="user", content=_content(content))
        case ToolMessage():
            return Turn(role="user", content=[_result(message)])


def _content(content: str | Sequence[TextPart | ImagePart]) -> str | list[TextBlock | ImageBlock]:
    return content if isinstance(content, str) else [_block(part) for part in content]


def _block(part: TextPart | ImagePart) -> TextBlock | ImageBlock:
    if isinstance(part, TextPart):
        return TextBlock(type="text", text=part.text)
    if (found := part.inline) is not None:
        return ImageBlock(type="image", source=Source(type="base64", media_type=found[0], data=found[1]))
    return ImageBlock(type="image", source=Source(type="url", url=part.image_url.url))


def _use(call: ToolCall) -> ToolUse:
    return ToolUse(type="tool_use", id=call.id, name=call.function.name, input=call.input())


def _result(message: ToolMessage) -> ToolResult:
    return ToolResult(type="tool_result", tool_use_id=message.tool_call_id, content=_content(message.content))


def _system(instructions: Sequence[SystemMessage]) -> str | list[TextBlock]:
    if len(instructions) == 1 and isinstance(text := instructions[0].content, str):
        return text
    return [TextBlock(type="text", text=part.text) for one in instructions for part in texts_of(one.content)]


def _tool(tool: portable.Tool) -> dict[str, Any]:
    function = tool.function
    schema = function.parameters or {**NO_ARGUMENTS}
    own = Tool(
        name=function.name, input_schema=schema, description=function.description, strict=function.strict
    )  # fmt: skip
    return present({**own})


def _choice(chat: Chat) -> dict[str, Any] | UnsetType:
    asked, parallel = chat.tool_choice, chat.parallel_tool_calls
    if asked is UNSET and parallel is UNSET:
        return UNSET
    name = asked.function.name if isinstance(asked, NamedTool) else UNSET
    kind = "tool" if isinstance(asked, NamedTool) else CHOICES[asked or None]
    # It has no word for calls at once where there are none.
    alone = UNSET if parallel is UNSET or asked == "none" else not parallel
    return present({**Choice(type=kind, name=name, disable_parallel_tool_use=alone)})


def _thinking(budget: int, most: int) -> Thinking:
    if budget >= most:  # facts/seed-vendors.md §2.2: less than max_tokens
        raise InputError(f"reasoning_budget: {budget:,} tokens, where max_tokens is {most:,}; it has to be less")
    return Thinking(type="enabled", budget_tokens=budget)
