"""Drives the `letta-client` SDK; its own validation of replies is on.

`settings`: `base_url`, `api_key`, and `project` where one is wanted.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import letta_client
from loop import methods, serve
from signatures import signatures

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 30


@functools.cache
def client(base_url: str, api_key: str | None, project: str | None) -> letta_client.Letta:
    """A client that does not retry, so that one call is one request."""
    return letta_client.Letta(
        base_url=base_url,
        api_key=api_key,
        project=project,
        max_retries=0,
        timeout=SECONDS,
        _strict_response_validation=True,
    )


def call(operation: str, arguments: dict[str, Any], settings: Mapping[str, Any]) -> Any:
    """One operation."""
    if operation == "version":
        return {"version": letta_client.__version__, "file": letta_client.__file__}
    batches = client(settings["base_url"], settings["api_key"], settings.get("project")).batches
    if operation == "operations":
        return [*methods(batches), *(f"messages.{name}" for name in methods(batches.messages))]
    if operation == "types":
        own = [(name, getattr(batches, name)) for name in methods(batches)]
        return signatures([*own, ("messages.list", batches.messages.list)])
    if operation == "list_all":
        return list(batches.list(**arguments))
    if operation == "messages.list":
        return batches.messages.list(**arguments)
    return getattr(batches, operation)(**arguments)


serve(call)
