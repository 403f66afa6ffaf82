"""Drives the `meshapi` SDK, whose models check every reply.

`settings`: `base_url`, `api_key`.
"""

from __future__ import annotations

import functools
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import meshapi
from loop import methods, serve
from signatures import signatures

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 30


@functools.cache
def client(base_url: str, api_key: str) -> meshapi.MeshAPI:
    """A client that does not retry, so that one call is one request."""
    return meshapi.MeshAPI(base_url=base_url, token=api_key, max_retries=0, timeout=SECONDS)


def call(operation: str, arguments: dict[str, Any], settings: Mapping[str, Any]) -> Any:
    """One operation."""
    if operation == "version":
        return {"version": version("meshapi"), "file": meshapi.__file__}
    batches = client(settings["base_url"], settings["api_key"]).batches
    if operation == "operations":
        return methods(batches)
    if operation == "types":
        return signatures((name, getattr(batches, name)) for name in methods(batches))
    if operation == "create":
        return batches.create(meshapi.CreateBatchParams.model_validate(arguments))
    return getattr(batches, operation)(**arguments)


serve(call)
