"""What a scaffold understands of a vendor's document: which member is which. Whatever stays unknown is asked for."""

import keyword
import re
from dataclasses import dataclass, field
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.simplifying import is_null
from scripts.spec_compiler.walking import Schema, name_of, resolve

from .choosing import Operations

STATUSES = {
    "validating": "VALIDATING", "created": "VALIDATING", "pending": "VALIDATING", "queued": "VALIDATING",
    "submitted": "VALIDATING", "not_started": "VALIDATING", "in_progress": "IN_PROGRESS", "running": "IN_PROGRESS",
    "processing": "IN_PROGRESS", "finalizing": "FINALIZING", "completed": "COMPLETED", "succeeded": "COMPLETED",
    "success": "COMPLETED", "failed": "FAILED", "failure": "FAILED", "error": "FAILED", "expired": "EXPIRED",
    "timeout_exceeded": "EXPIRED", "cancelling": "CANCELLING", "canceling": "CANCELLING",
    "cancellation_requested": "CANCELLING", "cancelled": "CANCELLED", "canceled": "CANCELLED",
}  # fmt: skip
"""Words whose meaning needs no asking, in small letters."""
ENDS = ("COMPLETED", "FAILED", "EXPIRED", "CANCELLED")
ROLES: dict[str, tuple[str, ...]] = {
    "id": ("id", "batch_id", "job_id"),
    "status": ("status", "state", "processing_status"),
    "created": ("created_at", "created", "create_time"),
    "expires": ("expires_at", "expire_time"),
    "ended": ("completed_at", "ended_at", "finished_at", "end_time"),
    "metadata": ("metadata",),
    "output": ("output_file_id", "output_file", "results_file_id", "result_file_id"),
    "errors": ("error_file_id", "error_file"),
    "counts": ("request_counts", "counts"),
}
COUNTS: dict[str, tuple[str, ...]] = {
    "total": ("total", "total_requests"),
    "completed": ("completed", "succeeded", "succeeded_requests"),
    "failed": ("failed", "errored", "failed_requests"),
}
CURSORS = ("after", "after_id", "starting_after", "cursor", "page_token")
SIZES = ("limit", "page_size")
DEEP = 9
"""Levels after which a sample holds nothing."""
NEXT = ("next_cursor", "next_page_token", "last_id")


@dataclass
class Option:
    """A parameter or member of the create's body that the caller may set."""

    name: str
    where: str
    """`header`, `query` or `body`."""
    wire: str
    """As the vendor writes it."""
    type: str
    sample: Any
    required: bool = False
    operations: set[str] = field(default_factory=set)


@dataclass
class Shape:
    """A vendor's document, member by member."""

    name: str
    title: str
    inferred: bool
    operations: Operations
    document: Document
    create_body: str = ""
    requests: str = ""
    item: str = ""
    body: str = ""
    item_body: str = ""
    batch: str = ""
    members: dict[str, str] = field(default_factory=dict)
    """Role to member of a batch."""
    counting: str = ""
    """The schema of the counts; empty where they stand in the batch itself."""
    counts: dict[str, str] = field(default_factory=dict)
    status_schema: str = ""
    words: dict[str, str] = field(default_factory=dict)
    """The vendor's word for a status to ours."""
    listing: str | None = None
    """The schema of a page; empty where it is a bare array."""
    data: str = ""
    more: str | None = None
    following: str | None = None
    cursor: str | None = None
    size: str | None = None
    largest: int | None = None
    """The largest page."""
    by_file: bool = False
    line: str = ""
    error: str = ""
    inner_error: str = ""
    """The schema of the error inside a refusal, where there is one."""
    complaint: dict[str, str] = field(default_factory=dict)
    """`message` and `code` of a refusal."""
    options: list[Option] = field(default_factory=list)

    def has(self, operation: str) -> bool:
        """Whether the vendor has an operation."""
        return operation in self.operations

    def refusal(self) -> tuple[Document, Document]:
        """The smallest refusal, and the part of it in which message and code stand."""
        reply: Document = sample(self.document, self.schema(self.error))
        if not self.inner_error:
            return reply, reply
        return reply, reply.setdefault("error", sample(self.document, self.schema(self.inner_error)))

    def answers_batch(self, operation: str) -> bool:
        """Whether an operation's success is a batch."""
        path, method = self.operations[operation]
        for status, reply in self.document["paths"][path][method]["responses"].items():
            media = resolve(self.document, reply).get("content", {}).get("application/json", {})
            if status.startswith("2"):
                return name_of(media.get("schema")) == self.batch
        return False

    @property
    def free_body(self) -> bool:
        """Whether nothing is said of a request but that it names its model."""
        return set(self.schema(self.item_body)["properties"]) == {"model"}

    @property
    def token(self) -> bool:
        """Whether a token of ours comes back in the metadata of a batch."""
        return "metadata" in self.members and any(option.name == "metadata" for option in self.options)

    def schema(self, name: str) -> Schema:
        """A named schema."""
        found: Schema = self.document["components"]["schemas"][name]
        return found

    def member(self, schema: str, name: str) -> Schema:
        """A member of a named schema, its reference followed, null left out."""
        return plain(self.document, self.schema(schema)["properties"][name])


def plain(document: Document, schema: Schema) -> Schema:
    """A schema behind references and beside null."""
    schema = resolve(document, schema)
    options = [branch for branch in [*schema.get("anyOf", []), *schema.get("oneOf", [])] if not is_null(branch)]
    return plain(document, options[0]) if len(options) == 1 and "properties" not in schema else schema


def types(document: Document, schema: Schema) -> set[str]:
    """JSON types that a schema allows."""
    schema = resolve(document, schema)
    kind = schema.get("type", [])
    found = {kind} if isinstance(kind, str) else set(kind)
    for branch in [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]:
        found |= types(document, branch)
    return found or ({"object"} if "properties" in schema else set())


def first(names: tuple[str, ...], known: dict[str, Any]) -> str | None:
    """The first of some names that there is."""
    return next((name for name in names if name in known), None)


def identifier(name: str, where: str) -> str:
    """A member's name in the generated structs. Raises SpecError where it could not be one."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise SpecError(f"{where}: the member {name!r} is no Python name; take it out of a copy and give that")
    return name


def argument(name: str) -> str:
    """A parameter's name in the generated operations."""
    return str(PythonIdentifier(name, "field_"))


def sample(document: Document, schema: Schema, *, depth: int = 0) -> Any:
    """The smallest value that a schema describes."""
    schema = resolve(document, schema)
    if "const" in schema or "default" in schema or schema.get("enum"):
        return schema.get("const", schema.get("default", schema.get("enum", [None])[0]))
    branches = [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]
    if branches:
        return sample(document, branches[0], depth=depth)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return _of_kind(kind[0] if isinstance(kind, list) else kind, document, schema, depth)


def _of_kind(kind: str, document: Document, schema: Schema, depth: int) -> Any:
    if kind == "object":
        required = schema.get("required", []) if depth < DEEP else []
        return {name: sample(document, schema["properties"][name], depth=depth + 1) for name in required}
    if kind == "array":
        return [sample(document, schema.get("items", {}), depth=depth + 1)] * schema.get("minItems", 0)
    if kind == "string":
        times = {"date-time": "2026-01-01T00:00:00Z", "date": "2026-01-01", "uri": "https://example.org"}
        text = times.get(schema.get("format", ""), "text")
        return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 99)]
    return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1.0), "boolean": False}.get(kind)


def folded(word: str) -> str:
    """A word in the form of STATUSES."""
    return re.sub(r"[\s-]+", "_", word).lower()
