"""A portable request as the body of a chat completion, whose words the portable form has borrowed."""

from __future__ import annotations

from typing import Any

import msgspec

from polybatch.features import Feature
from polybatch.portable import Chat

CARRIED = frozenset(Feature) - {
    Feature.TOP_K, Feature.BUDGET, Feature.PARALLEL, Feature.STRICT_TOOLS, Feature.USER_ID, Feature.METADATA,
}  # fmt: skip
"""What MeshAPI's SDK has a place for (meshapi 0.1.11, ChatCompletionParams, which forbids any other member)."""


def body(chat: Chat) -> dict[str, Any]:
    """The body; the instructions stand among the messages."""
    instructions, messages = chat.opening
    given = msgspec.structs.replace(
        chat, messages=[*instructions, *messages], system=msgspec.UNSET, agent_id=msgspec.UNSET, extra=msgspec.UNSET
    )
    made: dict[str, Any] = msgspec.to_builtins(given, str_keys=True)
    return made
