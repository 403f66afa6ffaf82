"""Places of each vendor's document at which the kinds of change in refresh_table are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Spots:
    """Places of one vendor's document."""

    create: str
    """Path of the operation that creates a batch."""
    form: Callable[[Json], Json]
    """An object of its request, with fields."""
    text: str
    """A required field of it that is a string."""
    spare: str
    """An optional field of it, or a required one where there is no other."""
    whole: str
    """A field of it that is an integer."""
    listed: str
    """A field of it that is a list."""
    reply: Callable[[Json], Json]
    """An object of a reply."""
    told: str
    """A field of it that is a string."""


def schemas(document: Json) -> Json:
    found: Json = document["components"]["schemas"]
    return found


def create(document: Json, spots: Spots) -> Json:
    found: Json = document["paths"][spots.create]["post"]
    return found


def _onerouter_body(document: Json) -> Json:
    found: Json = document["paths"]["/v1/batches"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return found


def _onerouter_params(document: Json) -> Json:
    found: Json = _onerouter_body(document)["properties"]["requests"]["items"]["properties"]["params"]
    return found


def _onerouter_reply(document: Json) -> Json:
    found: Json = document["paths"]["/v1/batches"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    return found


SPOTS = {
    "anthropic": Spots(
        create="/v1/messages/batches",
        form=lambda document: schemas(document)["BetaCreateMessageParams"],
        text="model",
        spare="user_profile_id",
        whole="top_k",
        listed="stop_sequences",
        reply=lambda document: schemas(document)["BetaMessageBatch"],
        told="id",
    ),
    "letta": Spots(
        create="/v1/messages/batches",
        form=lambda document: schemas(document)["LettaBatchRequest"],
        text="agent_id",
        spare="return_logprobs",
        whole="max_steps",
        listed="client_tools",
        reply=lambda document: schemas(document)["BatchJob"],
        told="created_at",
    ),
    "meshapi": Spots(
        create="/v1/batches",
        form=lambda document: schemas(document)["CreateBatchRequest"],
        text="completion_window",
        spare="completion_window",
        whole="completion_window",
        listed="requests",
        reply=lambda document: schemas(document)["ValidationError"],
        told="msg",
    ),
    "onerouter": Spots(
        create="/v1/batches",
        form=_onerouter_params,
        text="model",
        spare="system",
        whole="top_k",
        listed="stop_sequences",
        reply=_onerouter_reply,
        told="object",
    ),
}
