"""Kinds of change that only some documents can show: their words, limits, variants, result lines."""

from __future__ import annotations

from tests.contract.refresh_spots import Json, Spots, schemas
from tests.contract.refresh_table import ADDITIVE, BREAKING, KINDS, POINTER, Kind, kind

__all__ = ["KINDS", "Kind"]


@kind(BREAKING, "bill_to", 'word "self" is gone', vendors=("anthropic",))
def request_word_gone(document: Json, spots: Spots) -> None:
    schemas(document)["BetaBillTo"]["enum"].remove("self")


@kind(ADDITIVE, "bill_to", 'new word "nobody"', vendors=("anthropic",))
def request_word_new(document: Json, spots: Spots) -> None:
    schemas(document)["BetaBillTo"]["enum"].append("nobody")


@kind(ADDITIVE, "temperature", "limit maximum 1 -> 2", vendors=("anthropic",))
def request_limit_raised(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"]["temperature"]["maximum"] = 2


@kind(ADDITIVE, "temperature", "limit minimum 0 -> none", vendors=("anthropic",))
def request_limit_gone(document: Json, spots: Spots) -> None:
    del spots.form(document)["properties"]["temperature"]["minimum"]


@kind(BREAKING, "inference_geo", "is never null now", vendors=("anthropic",))
def request_null_refused(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"]["inference_geo"] = {"type": "string"}


@kind(BREAKING, "header parameter anthropic-beta of", "required now", vendors=("anthropic",))
def header_required(document: Json, spots: Spots) -> None:
    document["components"]["parameters"]["AnthropicBeta"]["required"] = True


@kind(BREAKING, "query parameter after_id of list_batches", "parameter is gone", vendors=("anthropic",))
def parameter_gone(document: Json, spots: Spots) -> None:
    given = document["paths"][spots.create]["get"]["parameters"]
    given[:] = [parameter for parameter in given if parameter.get("name") != "after_id"]


@kind(ADDITIVE, "processing_status", 'new word "paused", read as data', vendors=("anthropic",))
def reply_word_new(document: Json, spots: Spots) -> None:
    schemas(document)["BetaMessageBatchProcessingStatus"]["enum"].append("paused")


@kind(BREAKING, "response 200 of batch_results: (line).custom_id", "field is gone", vendors=("anthropic",))
def line_field_gone(document: Json, spots: Spots) -> None:
    line = schemas(document)["BetaMessageBatchIndividualResponse"]
    del line["properties"]["custom_id"]
    line["required"].remove("custom_id")


@kind(BREAKING, "created_at", "format date-time -> date", vendors=("anthropic", "letta"))
def reply_format_changed(document: Json, spots: Spots) -> None:
    spots.reply(document)["properties"]["created_at"]["format"] = "date"


@kind(BREAKING, "{told}", "no longer required", vendors=("anthropic", "meshapi"))
def reply_field_no_longer_promised(document: Json, spots: Spots) -> None:
    spots.reply(document)["required"].remove(spots.told)


@kind(ADDITIVE, "{told}", "required now", vendors=("letta",))
def reply_field_promised(document: Json, spots: Spots) -> None:
    spots.reply(document)["required"] = [spots.told]


@kind(ADDITIVE, "{text}", "no longer required", vendors=("anthropic", "letta", "onerouter"))
def request_field_no_longer_required(document: Json, spots: Spots) -> None:
    spots.form(document)["required"].remove(spots.text)


@kind(BREAKING, "completion_window", "required now", vendors=("meshapi",))
def request_field_required(document: Json, spots: Spots) -> None:
    spots.form(document)["required"].append("completion_window")


@kind(BREAKING, "completion_window", 'default "24h" -> "1h"', vendors=("meshapi",))
def request_default_changed(document: Json, spots: Spots) -> None:
    spots.form(document)["properties"]["completion_window"]["default"] = "1h"


@kind(ADDITIVE, "status", 'word "pending" is gone', vendors=("letta",))
def reply_word_gone(document: Json, spots: Spots) -> None:
    schemas(document)["JobStatus"]["enum"].remove("pending")


@kind(BREAKING, "query parameter order of list_batches", 'default "desc" -> "asc"', vendors=("letta",))
def parameter_default_changed(document: Json, spots: Spots) -> None:
    given = document["paths"][spots.create]["get"]["parameters"]
    next(parameter for parameter in given if parameter["name"] == "order")["schema"]["default"] = "asc"


@kind(BREAKING, "requests[].messages[]", "variant 'tool_return' is gone", vendors=("letta",))
def request_variant_gone(document: Json, spots: Spots) -> None:
    union = spots.form(document)["properties"]["messages"]["anyOf"][0]["items"]["anyOf"]
    union[:] = [branch for branch in union if not branch["$ref"].endswith("ToolReturnCreate")]


@kind(ADDITIVE, "response 200 of batch_results: messages[].content[]", "new variant 'pointer'", vendors=("letta",))
def reply_variant_new(document: Json, spots: Spots) -> None:
    content = schemas(document)["Message"]["properties"]["content"]["anyOf"]
    next(branch for branch in content if branch.get("type") == "array")["items"]["oneOf"].append(POINTER)
