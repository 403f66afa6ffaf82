"""A vendor's strict OpenAPI document as data: where it lives, how it wants a key, what it says about an item.

Read from the generated package as a resource; knows nothing of HTTP and of any one vendor.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pkgutil import get_data
from typing import Any, cast

import msgspec
from attrs import frozen

from .limits import Limits

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
"""The keys of a path item that hold operations (OpenAPI 3.1, Path Item Object)."""


@frozen
class Scheme:
    """One way to present a key (OpenAPI Security Scheme Object)."""

    label: str
    """`bearer`, or the header's name in small letters; how options name it."""
    header: str
    prefix: str = ""

    def headers(self, key: str) -> dict[str, str]:
        """The header that carries the key."""
        return {self.header: f"{self.prefix}{key}"}


@frozen(slots=False)
class Document:
    """The strict document of one generated package."""

    vendor: str

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """The whole document, decoded."""
        text = get_data(
            "polybatch_generated", f"{self.vendor}/openapi.json"
        )  # importlib.resources takes 5 ms to import
        return cast("Mapping[str, Any]", msgspec.json.decode(text or b""))

    @cached_property
    def server(self) -> str:
        """The vendor's own base URL."""
        return str(self.data["servers"][0]["url"]).rstrip("/")

    @cached_property
    def operations(self) -> Mapping[str, Mapping[str, Any]]:
        """Operation objects by operationId."""
        found = {}
        for item in self.data["paths"].values():
            for method, operation in item.items():
                if method in METHODS:
                    found[operation["operationId"]] = operation
        return found

    @cached_property
    def schemes(self) -> Mapping[str, Scheme]:
        """Ways to present a key, by label."""
        schemes = self.data.get("components", {}).get("securitySchemes", {}).values()
        return {scheme.label: scheme for scheme in map(_scheme, schemes)}

    def follow(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The node itself, or what its `$ref` points at."""
        while (ref := node.get("$ref")) is not None:
            target: Any = self.data
            for part in str(ref).removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    @cached_property
    def largest_page(self) -> int | None:
        """How many batches the list shows at a time: the bound of the only number that it takes, if it has one."""
        parameters = map(self.follow, self.operations["list_batches"].get("parameters", ()))
        schemas = [self.follow(parameter["schema"]) for parameter in parameters]
        return min((schema["maximum"] for schema in schemas if schema.get("type") == "integer"), default=None)

    @cached_property
    def create_body(self) -> Mapping[str, Any]:
        """The schema of the create's JSON body."""
        body = self.follow(self.operations["create_batch"]["requestBody"])
        return self.follow(next(iter(body["content"].values()))["schema"])

    def limits(self, **unpublished: Any) -> Limits:
        """What the document imposes on a batch, together with what it has no word for."""
        create = self.operations["create_batch"]
        hours = create.get("x-max-hours")
        found = {
            "max_items": self.items.get("maxItems"),
            "max_bytes": self.follow(create["requestBody"]).get("x-max-bytes"),
            "open_batches": create.get("x-open-batches"),
            "window": None if hours is None else timedelta(hours=hours),
        }
        return Limits(**{**{name: value for name, value in found.items() if value is not None}, **unpublished})

    @cached_property
    def items(self) -> Mapping[str, Any]:
        """The schema of the create's list of requests."""
        arrays = [name for name in self.create_body["required"] if self._is_array(name)]
        if len(arrays) != 1:
            raise LookupError(f"{self.vendor}: the create body has {len(arrays)} required arrays, not one")
        return self.follow(self.create_body["properties"][arrays[0]])

    def _is_array(self, name: str) -> bool:
        return self.follow(self.create_body["properties"][name]).get("type") == "array"


def _scheme(raw: Mapping[str, Any]) -> Scheme:
    if raw["type"] == "http":
        # RFC 6750: the word before the token is part of the standard, not of the vendor.
        return Scheme(label=str(raw["scheme"]).lower(), header="Authorization", prefix="Bearer ")
    return Scheme(label=str(raw["name"]).lower(), header=str(raw["name"]), prefix=str(raw.get("x-prefix", "")))
