"""The loop of every driver: a call of an SDK per line of standard input, its outcome per line of standard output.

    in   {"operation", "arguments", "settings"}
    out  {"value": …}  or  {"error": {"type", "message", "status", "body", "request_id", "code"}}

A driver runs in a process of its own that can import the standard library and one SDK with what that needs.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UNTOLD = ("with_raw_response", "with_streaming_response", "messages")
"""Members of a resource that are no operations; `messages` is a resource of its own."""


def show(value: Any) -> Any:
    """A value as JSON: of a model the name, the fields that came, and which of them it does not declare."""
    if isinstance(value, BaseModel):
        declared = [name for name in type(value).model_fields if name in value.model_fields_set]
        extra = value.model_extra or {}
        fields = {name: getattr(value, name) for name in declared} | extra
        return {"_type": type(value).__name__, "_unknown": sorted(extra)} | {k: show(v) for k, v in fields.items()}
    if isinstance(value, dict):
        return {name: show(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [show(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def methods(resource: object) -> list[str]:
    """The operations that an SDK's resource offers."""
    return [name for name in dir(resource) if not name.startswith("_") and name not in UNTOLD]


def serve(call: Callable[[str, dict[str, Any], Mapping[str, Any]], Any]) -> None:
    """Answers until standard input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"value": show(call(asked["operation"], asked["arguments"], asked["settings"]))}
        except Exception as error:  # noqa: BLE001 - which exception an SDK raises is what the tests ask
            answer = {"error": described(error)}
        print(json.dumps(answer), flush=True)


def described(error: Exception) -> dict[str, Any]:
    """An exception, with what the SDK read from the reply."""
    told = {name: getattr(error, name, None) for name in ("body", "request_id", "error_code", "details")}
    status = getattr(error, "status_code", None) or getattr(error, "status", None)
    # Where an SDK's model refused a reply, only the cause says which field it was.
    message = f"{error} ({error.__cause__})" if error.__cause__ else str(error)
    return {"type": type(error).__name__, "message": message, "status": status} | told
