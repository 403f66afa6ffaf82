"""An SDK's own types as JSON Schema: what each operation of a resource takes and what it returns.

Read from the signatures of its methods; pydantic, which every SDK brings along, writes the schemas.
"""

from __future__ import annotations

import inspect
import types
import typing
from typing import TYPE_CHECKING, Any

import typing_extensions
from pydantic import BaseModel, TypeAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OF_THE_CALL = {"extra_headers", "extra_query", "extra_body", "timeout"}
"""Parameters of every method that are no part of the vendor's interface."""
SENTINELS = {"Omit", "NotGiven"}
"""Classes that stand for an argument which was not given."""


def signatures(methods: Iterable[tuple[str, Callable[..., Any]]]) -> dict[str, Any]:
    """`{"operations": {name: {"input", "output"}}, "$defs": …}`."""
    adapters: dict[tuple[str, str], TypeAdapter[Any]] = {}
    required: dict[str, list[str]] = {}
    for name, method in methods:
        hints = typing_extensions.get_type_hints(method, include_extras=True)
        adapters[name, "return"] = TypeAdapter(_lines(hints["return"]))
        required[name] = []
        for argument in inspect.signature(method).parameters.values():
            if argument.name in OF_THE_CALL:
                continue
            adapters[name, argument.name] = TypeAdapter(_given(hints[argument.name]))
            if argument.default is inspect.Parameter.empty:
                required[name].append(argument.name)
    schemas, shared = TypeAdapter.json_schemas([(key, "validation", adapter) for key, adapter in adapters.items()])
    operations: dict[str, Any] = {}
    for name, needed in required.items():
        properties = {key[1]: schemas[key, "validation"] for key in adapters if key[0] == name}
        output = properties.pop("return")
        operations[name] = {
            "input": {"type": "object", "properties": properties, "required": needed},
            "output": output,
        }
    return {"operations": operations, "$defs": shared["$defs"]}


def _lines(annotation: Any) -> Any:
    """The type of one line where a stream of lines comes back."""
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    parameters = typing.get_args(annotation)
    return annotation if is_model or not parameters else parameters[0]


def _given(annotation: Any) -> Any:
    """The type without the sentinel of an argument that was not given."""
    if typing.get_origin(annotation) not in {typing.Union, types.UnionType}:
        return annotation
    kept = [one for one in typing.get_args(annotation) if getattr(one, "__name__", "") not in SENTINELS]
    return typing.Union[tuple(kept)]  # noqa: UP007 - built out of a tuple
