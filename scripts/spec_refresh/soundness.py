"""Is every part of a document of the kind that OpenAPI says? What comes from elsewhere is not believed to be."""

from collections.abc import Iterator
from typing import Any

_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("components", "schema", "requestBody", "discriminator", "x-item-schema"), (dict,)),
    **dict.fromkeys(("get", "put", "post", "delete", "patch"), (dict,)),
    **dict.fromkeys(("parameters", "servers", "security", "allOf", "anyOf", "oneOf"), (list,)),
    **dict.fromkeys(("items", "additionalProperties", "not", "if", "then", "else"), (dict, bool)),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), (int, float)),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), (int, float, bool)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), (int,)),
    **dict.fromkeys(("$ref", "pattern", "format", "operationId", "url", "in", "name"), (str,)),
    **dict.fromkeys(("nullable", "deprecated", "explode", "uniqueItems"), (bool,)),
    "enum": (list,),
    "required": (list, bool),
    "type": (str, list),
}
_MAPS = ("properties", "patternProperties", "schemas", "responses", "content", "headers", "paths", "securitySchemes")
"""Whose keys are names, so that a field may be called `items`."""
_INNER: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("parameters", "servers", "security", "allOf", "anyOf", "oneOf"), (dict,)),
    **dict.fromkeys(("type", "required"), (str,)),
}
"""What the lists hold."""
_UNREAD = ("example", "examples", "default", "const", "enum", "mapping", "callbacks", "links")


def faults(node: Any, place: str = "") -> Iterator[str]:
    """One line for each part that is of another kind; what nobody reads is not looked at."""
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from faults(inner, f"{place}[{index}]")
        return
    for key, value in node.items() if isinstance(node, dict) else ():
        here = f"{place}.{key}".removeprefix(".")
        # Under `components` the parameters have names; elsewhere they are a list.
        if key in _MAPS or (place == "components" and key in ("parameters", "requestBodies")):
            yield from _in_map(value, here)
        elif not _is(value, _KINDS.get(key, (object,))):
            yield f"{here} is of the wrong kind"
        elif isinstance(value, list) and not all(_is(inner, _INNER.get(key, (object,))) for inner in value):
            yield f"{here} holds what is of the wrong kind"
        elif key not in _UNREAD and not (key.startswith("x-") and key not in _KINDS):
            yield from faults(value, here)


def _in_map(node: Any, place: str) -> Iterator[str]:
    if not isinstance(node, dict):
        yield f"{place} is of the wrong kind"
        return
    for name, inner in node.items():
        if isinstance(inner, dict | bool) or name.startswith("x-"):
            yield from faults(inner, f"{place}.{name}")
        else:
            yield f"{place}.{name} is of the wrong kind"


def _is(value: Any, kinds: tuple[type, ...]) -> bool:
    """True is an int in Python; in JSON it is not."""
    return isinstance(value, kinds) and not (isinstance(value, bool) and not {bool, object} & set(kinds))


def without_nothing(node: Any) -> Any:
    """The document without keywords that YAML leaves empty (`type: null`), which say nothing."""
    if isinstance(node, list):
        return [without_nothing(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value if key in _UNREAD else without_nothing(value)
        for key, value in node.items()
        if value is not None or key not in _KINDS
    }
