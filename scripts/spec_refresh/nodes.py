"""A place of a document with what is said of it: the one shape in which documents are compared."""

from functools import cached_property
from typing import Any

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.walking import PREFIX, Schema, resolve

Facts = dict[str, Any]


class Node:
    """Facts of this place, the places below it, and the forms an object may take here."""

    name: str = ""
    """The schema of the document that is meant, where it has a name."""
    raw: Document
    """Where the document says it; taking a change over edits this."""

    @cached_property
    def facts(self) -> Facts:
        """By aspect; what is absent is not said."""
        return {}

    @cached_property
    def children(self) -> dict[str, "Node"]:
        """By step: `.field`, `[]`, or nothing where the place itself goes on."""
        return {}

    @cached_property
    def variants(self) -> dict[str, "Node"]:
        """The forms an object may take, by the word that tells them apart."""
        return {}


class Reader:
    """A document whose references are followed softly: one that leads nowhere says nothing."""

    def __init__(self, document: Document) -> None:
        self.document = document
        components = document.get("components")
        named = components.get("schemas") if isinstance(components, dict) else None
        self.names = {id(schema): name for name, schema in named.items()} if isinstance(named, dict) else {}
        self.nodes: dict[int, Node] = {}
        """By identity of what they were made of, which they keep alive."""
        self.forms: dict[int, Node] = {}

    def follow(self, holder: Any) -> Document:
        """What a reference refers to; anything else is itself, and what is no object is an empty one."""
        if not isinstance(holder, dict):
            return {}
        try:
            found = resolve(self.document, holder)
        except (SpecError, AttributeError):
            # The latter where it leads to a schema that is true or false.
            return {}
        return found if isinstance(found, dict) else {}

    def name(self, schema: Schema) -> str:
        """The name under which the document has the schema, if it has one."""
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith(PREFIX):
            return reference.removeprefix(PREFIX)
        return str(self.names.get(id(schema), ""))
