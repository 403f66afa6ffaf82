"""Documents of vendors that do not exist: batches as OpenAI-like gateways have them, published as carelessly.

DOCUMENT: OpenAPI 3.0, prose and examples everywhere, the key as a header parameter, objects without names, a reply
for `default`, results as untyped bytes, and operations that have nothing to do with batches.

NAMED: OpenAPI 3.1, everything by reference, a path in the server's address, a required header for every operation, a
key in a header of its own, no metadata, a list that is a bare array, results by the batch's id with described lines.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
PROSE = "Our award-winning platform lets you scale your workloads effortlessly. Contact sales to learn more!"
KEY = {"name": "Authorization", "in": "header", "required": True, "description": PROSE, "schema": {"type": "string"}}
VERSION = {"name": "X-Quokka-Version", "in": "header", "schema": {"type": "string", "example": "2026-01"}}
REFUSAL = {
    "description": PROSE,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["message", "request_id"],
                "properties": {
                    "message": {"type": "string", "example": "it's broken"},
                    "code": {"type": "string", "nullable": True},
                    "request_id": {"type": "string"},
                },
            }
        }
    },
}


def path_id(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def json_of(schema: Json, status: str = "200") -> Json:
    content = {"application/json": {"schema": schema, "examples": {"one": {"value": {}}}}}
    return {status: {"description": PROSE, "content": content}, "default": REFUSAL}


JOB: Json = {
    "type": "object",
    "title": "Batch Job Response Object",
    "required": ["id", "state", "region", "created_at", "total_requests"],
    "properties": {
        "id": {"type": "string", "description": PROSE},
        "state": {
            "type": "string",
            "enum": [
                "queued",
                "running",
                "succeeded",
                "failed",
                "cancelled",
                "timeout_exceeded",
                "paused",
                "canceling",
            ],
        },
        "region": {"type": "string", "enum": ["eu", "us"]},
        "description": {"type": "string", "nullable": True},
        "created_at": {"type": "string", "format": "date-time"},
        "completed_at": {"type": "string", "format": "date-time", "nullable": True},
        "total_requests": {"type": "integer", "minimum": 0},
        "succeeded_requests": {"type": "integer"},
        "failed_requests": {"type": "integer"},
        "output_file": {"type": "string", "nullable": True},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}, "nullable": True},
    },
}
ITEM: Json = {
    "type": "object",
    "required": ["custom_id"],
    "properties": {
        "custom_id": {"type": "string", "maxLength": 64, "description": PROSE},
        "body": {"type": "object", "additionalProperties": True},
    },
}
CREATE: Json = {
    "type": "object",
    "required": ["requests"],
    "properties": {
        "requests": {"type": "array", "items": ITEM, "minItems": 1, "maxItems": 10000},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "timeout_hours": {"type": "integer", "default": 24, "minimum": 1},
    },
}
DOCUMENT: Json = {
    "openapi": "3.0.3",
    "info": {"title": "Quokka API", "version": "2.1", "description": PROSE, "contact": {"name": "Quokka sales"}},
    "servers": [{"url": "https://api.quokka.example/", "description": "production"}],
    "tags": [{"name": "Batch Jobs", "description": PROSE}],
    "paths": {
        "/v2/chat": {"post": {"responses": json_of({"type": "object"})}},
        "/v2/batch-jobs": {
            "parameters": [KEY],
            "post": {
                "operationId": "jobs-create",
                "summary": PROSE,
                "tags": ["Batch Jobs"],
                "x-codeSamples": [{"lang": "curl", "source": PROSE}],
                "parameters": [VERSION],
                "requestBody": {"content": {"application/json": {"schema": CREATE}, "text/xml": {}}},
                "responses": json_of(JOB, "201"),
            },
            "get": {
                "tags": ["Batch Jobs"],
                "parameters": [
                    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
                    {"name": "page_size", "in": "query", "schema": {"type": "integer", "maximum": 50, "default": 10}},
                ],
                "responses": json_of(
                    {
                        "type": "object",
                        "required": ["jobs"],
                        "properties": {
                            "jobs": {"type": "array", "items": JOB},
                            "next_cursor": {"type": "string", "nullable": True},
                        },
                    }
                ),
            },
        },
        "/v2/batch-jobs/{job_id}": {
            "get": {"parameters": [KEY, path_id("job_id")], "responses": json_of(JOB)},
            "delete": {"parameters": [KEY, path_id("job_id")], "responses": {"204": {"description": PROSE}}},
        },
        "/v2/batch-jobs/{job_id}/cancel": {
            "put": {"parameters": [KEY, path_id("job_id")], "responses": {"202": {"description": PROSE}}}
        },
        "/v2/files/{file}/content": {
            "get": {
                "parameters": [KEY, path_id("file")],
                "responses": {
                    "200": {
                        "description": PROSE,
                        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
                    },
                    "404": {"description": PROSE},
                },
            }
        },
    },
}


def named(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def struct(required: str = "", **properties: Any) -> Json:
    return {"type": "object", "required": required.split(), "properties": properties}


def known(schema: Json) -> Json:
    problem = {"description": "no", "content": {"application/json": {"schema": named("Problem")}}}
    content = {"application/json": {"schema": schema}}
    return {"200": {"description": "ok", "content": content}, "400": problem, "401": problem, "404": problem}


def or_null(schema: Json) -> Json:
    """As servers in Python write what may be left out."""
    return {"anyOf": [schema, {"type": "null"}]}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
DATED = {"name": "api-version", "in": "header", "required": True, "schema": {"type": "string", "default": "2026-01"}}
LINES = {"description": "lines", "content": {"application/jsonl": {"schema": named("Line")}}}
NAMED: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Quokka", "version": "1"},
    "servers": [{"url": "https://quokka.example/api"}],
    "security": [{"key": []}],
    "paths": {
        "/batches": {
            "parameters": [DATED],
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": named("Create")}}},
                "responses": known(named("Job")),
            },
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": NUMBER},
                    {"name": "after_id", "in": "query", "schema": TEXT},
                    {"name": "since", "in": "query", "schema": or_null({"type": "string", "format": "date-time"})},
                    {"name": "states", "in": "query", "schema": or_null({"type": "array", "items": TEXT})},
                    {"name": "detailed", "in": "query", "schema": {"type": "boolean", "default": False}},
                ],
                "responses": known({"type": "array", "items": named("Job")}),
            },
        },
        "/batches/{id}": {"parameters": [DATED, path_id("id")], "get": {"responses": known(named("Job"))}},
        "/batches/{id}/cancel": {"parameters": [DATED, path_id("id")], "post": {"responses": known(named("Job"))}},
        "/batches/{id}/results": {"parameters": [DATED, path_id("id")], "get": {"responses": {"200": LINES}}},
    },
    "components": {
        "securitySchemes": {
            "admin": {"type": "apiKey", "in": "header", "name": "X-Admin-Key"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Quokka-Key"},
            "basic": {"type": "http", "scheme": "basic"},
        },
        "schemas": {
            "Create": struct(
                "window",
                items=or_null({"type": "array", "items": named("Item"), "maxItems": 500}),
                window={"type": "string", "enum": ["24h", "7d"]},
                priority={"type": ["integer", "null"]},
            ),
            "Item": struct(
                "params kind",
                custom_id=or_null(TEXT),
                kind={"type": "string", "const": "chat"},
                params=named("Params"),
            ),
            "Params": struct(
                "model messages max_tokens",
                model=TEXT,
                max_tokens={"type": "integer", "minimum": 1},
                messages={"type": "array", "items": struct("role", role=TEXT, content=TEXT)},
            ),
            "Job": struct(
                "id status kind",
                id={"type": "string", "format": "uuid"},
                kind={"const": "batch"},
                status=TEXT,
                created_at=NUMBER,
                ended_at=NUMBER,
                counts=struct(total=NUMBER, succeeded=NUMBER, errored=NUMBER),
            ),
            "Problem": struct(
                "error",
                error=struct(
                    "type message",
                    type={"type": "string", "enum": ["bad_request", "unauthorized", "not_found"]},
                    message=TEXT,
                ),
            ),
            "Line": struct(
                "custom_id index",
                index=NUMBER,
                custom_id=TEXT,
                response=struct(status_code=NUMBER, body={"type": "object"}),
            ),
        },
    },
}
"""The second."""
