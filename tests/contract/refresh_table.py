"""Kinds of change a vendor may make, each as an edit of its document with the words and the verdict it must get.

Those below are tried on every vendor, those in refresh_table_own on the vendors whose document has what they need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.contract.refresh_spots import SPOTS, Json, Spots, create

BREAKING, ADDITIVE = "breaking", "additive"


@dataclass(frozen=True)
class Kind:
    """One kind of change."""

    name: str
    verdict: str
    where: str
    """In the place, with {names} of the spots."""
    words: str
    """In what is said of it; `…` stands for what differs from vendor to vendor."""
    edit: Callable[[Json, Spots], None]
    count: int = 1
    """Lines that are said in all."""
    vendors: tuple[str, ...] = tuple(SPOTS)


KINDS: list[Kind] = []


def kind(verdict: str, where: str, words: str, **options: Any) -> Callable[[Callable[[Json, Spots], None]], None]:
    def add(edit: Callable[[Json, Spots], None]) -> None:
        KINDS.append(Kind(edit.__name__, verdict, where, words, edit, **options))

    return add


# -- operations


@kind(BREAKING, "create_batch", "gone: POST {create}")
def operation_gone(document: Json, spots: Spots) -> None:
    del document["paths"][spots.create]["post"]
    document["paths"]["/v1/models"] = {"get": {"responses": {"200": {"description": "Models."}}}}


@kind(BREAKING, "create_batch", "moved from POST {create} to POST /v2{stem}")
def operation_moved_to_another_path(document: Json, spots: Spots) -> None:
    item = document["paths"][spots.create]
    document["paths"][f"/v2{spots.create.removeprefix('/v1')}"] = {"post": item.pop("post")}


@kind(BREAKING, "create_batch", "moved from POST {create} to PUT {create}")
def operation_moved_to_another_verb(document: Json, spots: Spots) -> None:
    item = document["paths"][spots.create]
    item["put"] = item.pop("post")


@kind(ADDITIVE, "GET {create}/{{id}}/costs", "new operation GET {create}/{{id}}/costs")
def operation_new_beside_ours(document: Json, spots: Spots) -> None:
    document["paths"][f"{spots.create}/{{id}}/costs"] = {"get": {"responses": {"200": {"description": "Costs."}}}}


@kind(ADDITIVE, "create_batch", "deprecated now")
def operation_deprecated(document: Json, spots: Spots) -> None:
    create(document, spots)["deprecated"] = True


# -- parameters, servers, security


def _parameter(document: Json, spots: Spots, **said: Any) -> None:
    create(document, spots).setdefault("parameters", []).append({"schema": {"type": "string"}, **said})


@kind(ADDITIVE, "query parameter priority of create_batch", "new parameter, optional")
def parameter_new(document: Json, spots: Spots) -> None:
    _parameter(document, spots, **{"name": "priority", "in": "query"})


@kind(BREAKING, "query parameter account of create_batch", "new parameter, required")
def parameter_new_and_required(document: Json, spots: Spots) -> None:
    _parameter(document, spots, **{"name": "account", "in": "query", "required": True})


@kind(BREAKING, "header parameter x-team of create_batch", "new parameter, required")
def header_new_and_required(document: Json, spots: Spots) -> None:
    _parameter(document, spots, **{"name": "X-Team", "in": "header", "required": True})


@kind(BREAKING, "create_batch", "key: … -> key in header x-team")
def security_changed(document: Json, spots: Spots) -> None:
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["team"] = {"type": "apiKey", "in": "header", "name": "X-Team"}
    create(document, spots)["security"] = [{"team": []}]


@kind(BREAKING, "document", "server http…is gone", count=2)
def server_moved(document: Json, spots: Spots) -> None:
    document["servers"] = [{"url": "https://eu.example.com/"}]


@kind(ADDITIVE, "document", "new server https://eu.example.com")
def server_new(document: Json, spots: Spots) -> None:
    document["servers"].append({"url": "https://eu.example.com", "description": "Europe"})


# -- what is sent


@kind(ADDITIVE, "notes", "new field, optional")
def request_field_new(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"]["notes"] = {"type": "string"}


@kind(BREAKING, "tenant", "new field, required")
def request_field_new_and_required(document: Json, spots: Spots) -> None:
    form = spots.form(document)
    form["properties"]["tenant"] = {"type": "string"}
    form.setdefault("required", []).append("tenant")


@kind(BREAKING, "{spare}", "field is gone")
def request_field_gone(document: Json, spots: Spots) -> None:
    form = spots.form(document)
    del form["properties"][spots.spare]
    form["required"] = [name for name in form["required"] if name != spots.spare]


@kind(BREAKING, "{text}", "type string -> boolean")
def request_type_changed(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"][spots.text] = {"type": "boolean"}


def _around(document: Json, spots: Spots, wrap: Callable[[Json], Json]) -> None:
    """Puts a union around a field; its default stays outside, where it says the same as before."""
    fields = spots.form(document)["properties"]
    default = {"default": fields[spots.text].pop("default")} if "default" in fields[spots.text] else {}
    fields[spots.text] = {**wrap(fields[spots.text]), **default}


@kind(ADDITIVE, "{text}", "type string -> boolean or string")
def request_type_widened(document: Json, spots: Spots) -> None:
    _around(document, spots, lambda field: {"anyOf": [{"type": "boolean"}, field]})


@kind(ADDITIVE, "{text}", "may be null now")
def request_null_allowed(document: Json, spots: Spots) -> None:
    _around(document, spots, lambda field: {"oneOf": [field, {"type": "null"}]})


@kind(BREAKING, "{text}", 'words … -> "large", "small"')
def request_words_closed(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"][spots.text]["enum"] = ["small", "large"]


@kind(BREAKING, "{text}", "limit maxLength … -> 7")
def request_limit_lowered(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"][spots.text]["maxLength"] = 7


@kind(BREAKING, "{text}", "limit minLength … -> 50")
def request_limit_raised_from_below(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"][spots.text]["minLength"] = 50


@kind(BREAKING, "{listed}", "limit maxItems none -> 3")
def request_list_shortened(document: Json, spots: Spots) -> None:
    field = spots.form(document)["properties"][spots.listed]
    next((branch for branch in field.get("anyOf", []) if branch["type"] == "array"), field)["maxItems"] = 3


@kind(BREAKING, "{text}", "pattern … -> ^[a-z]+$")
def request_pattern_changed(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"][spots.text]["pattern"] = "^[a-z]+$"


@kind(BREAKING, "{text}", "format none -> uuid")
def request_format_new(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"][spots.text]["format"] = "uuid"


@kind(BREAKING, "{listed}[]", "type … -> number")
def request_elements_of_another_type(document: Json, spots: Spots) -> None:
    field = spots.form(document)["properties"][spots.listed]
    array = next((branch for branch in field.get("anyOf", []) if branch["type"] == "array"), field)
    array["items"] = {"type": "number"}


@kind(ADDITIVE, "{spare}", "deprecated now")
def request_field_deprecated(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"][spots.spare]["deprecated"] = True


@kind(BREAKING, "request of create_batch", "additional fields: free -> refused")
def request_closed(document: Json, spots: Spots) -> None:
    spots.form(document)["additionalProperties"] = False


@kind(ADDITIVE, "request of create_batch", "new media type application/cbor")
def request_media_type_new(document: Json, spots: Spots) -> None:
    content = create(document, spots)["requestBody"]["content"]
    content["application/cbor"] = {"schema": {"type": "string"}}


@kind(BREAKING, "request of create_batch", "media type application/json is gone", count=2)
def request_media_type_changed(document: Json, spots: Spots) -> None:
    content = create(document, spots)["requestBody"]["content"]
    content["application/cbor"] = content.pop("application/json")


@kind(ADDITIVE, "{listed}", "new variant 'pointer'", count=2)
def request_variant_new(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"][spots.listed] = {
        "anyOf": [spots.form(document)["properties"][spots.listed], POINTER]
    }


POINTER: Json = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string", "enum": ["pointer"]}, "url": {"type": "string"}},
}


# -- what comes back


@kind(ADDITIVE, "cost", "new field, read as data")
def reply_field_new(document: Json, spots: Spots) -> None:
    spots.reply(document)["properties"]["cost"] = {"type": "number"}


@kind(BREAKING, "{told}", "field is gone")
def reply_field_gone(document: Json, spots: Spots) -> None:
    reply = spots.reply(document)
    del reply["properties"][spots.told]
    reply["required"] = [name for name in reply.get("required", []) if name != spots.told]


@kind(BREAKING, "{told}", "may be null now")
def reply_null_possible(document: Json, spots: Spots) -> None:
    field = spots.reply(document)["properties"][spots.told]
    field["type"] = [field["type"], "null"]


@kind(BREAKING, "{told}", "type string -> integer")
def reply_type_changed(document: Json, spots: Spots) -> None:
    spots.reply(document)["properties"][spots.told] = {"type": "integer"}


@kind(BREAKING, "{told}", "type string -> integer or string")
def reply_type_widened(document: Json, spots: Spots) -> None:
    spots.reply(document)["properties"][spots.told]["type"] = ["string", "integer"]


@kind(ADDITIVE, "{told}", 'words … -> "a", "b"')
def reply_words_closed(document: Json, spots: Spots) -> None:
    spots.reply(document)["properties"][spots.told]["enum"] = ["a", "b"]


@kind(ADDITIVE, "response 451 of create_batch", "new status")
def status_new(document: Json, spots: Spots) -> None:
    create(document, spots)["responses"]["451"] = {"description": "Not here."}


@kind(BREAKING, "response 200 of create_batch", "status is gone", count=2)
def status_gone(document: Json, spots: Spots) -> None:
    responses = create(document, spots)["responses"]
    responses["202"] = responses.pop("200")


@kind(ADDITIVE, "response 200 of create_batch", "new media type text/csv")
def reply_media_type_new(document: Json, spots: Spots) -> None:
    create(document, spots)["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}


@kind(ADDITIVE, "header x-cost", "new header")
def reply_header_new(document: Json, spots: Spots) -> None:
    headers = create(document, spots)["responses"]["200"].setdefault("headers", {})
    headers["X-Cost"] = {"schema": {"type": "number"}}
