"""Drives the `anthropic` SDK; its own validation of replies is on.

`settings`: `base_url`, `api_key`, `resource` (`messages` or `beta.messages`).
"""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

import anthropic
from loop import methods, serve
from signatures import signatures

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 30


@functools.cache
def client(base_url: str, api_key: str) -> anthropic.Anthropic:
    """A client that does not retry, so that one call is one request."""
    return anthropic.Anthropic(
        base_url=base_url, api_key=api_key, max_retries=0, timeout=SECONDS, _strict_response_validation=True
    )


def call(operation: str, arguments: dict[str, Any], settings: Mapping[str, Any]) -> Any:
    """One operation."""
    if operation == "version":
        return {"version": anthropic.__version__, "file": anthropic.__file__}
    one = client(settings["base_url"], settings["api_key"])
    batches = (one.beta if settings["resource"] == "beta.messages" else one).messages.batches
    if operation == "operations":
        return methods(batches)
    if operation == "types":
        return signatures((name, getattr(batches, name)) for name in methods(batches))
    if operation == "list_all":
        return list(batches.list(**arguments))
    if operation == "results":
        with contextlib.closing(batches.results(**arguments)) as stream:
            lines = list(stream)
        # The SDK builds lines without checking them, whatever the flag says; its own models are asked here.
        return [type(line).model_validate(line.to_dict(warnings=False)) for line in lines]
    return getattr(batches, operation)(**arguments)


serve(call)
