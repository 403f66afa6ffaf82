"""Brings a part of a vendor's document into openapi.yaml: facts only, with the schemas it needs."""

from http import HTTPStatus
from typing import Any

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.walking import PREFIX, Schema, name_of, references, rewrite

from .leaves import PROSE
from .nodes import Reader
from .schemas import OURS

_KEPT = (*OURS, "x-item-schema", "x-prefix", "x-evidence")
_OWN = ("title", "description", "summary", "x-evidence", *OURS)
"""What openapi.yaml says in our words, and keeps where the place is still there."""
_PHRASES = {str(status.value): status.phrase for status in HTTPStatus}
_PARAMETER = ("name", "in", "required", "deprecated", "style", "explode")


class Importer:
    """Copies from one document into another."""

    def __init__(self, source: Reader, target: Document) -> None:
        self.source = source
        self.target = target

    def schema(self, raw: Any, own: Schema | None = None) -> Schema:
        """A schema without prose; what it refers to comes along; `own` is what stood there before."""
        reduced = rewrite(raw, _plain) if isinstance(raw, dict) else {}
        for reference in references(reduced):
            self._bring(reference)
        return graft(reduced, own) if own else reduced

    def replace(self, old: Schema, new: Schema) -> None:
        """Puts a schema in the place of another, also where it stands under a name that the document knows already."""
        content = self.schema(new, old)
        old.clear()
        old.update(content)
        for name in _surface(self.source, new):
            known = self.target.get("components", {}).get("schemas", {}).get(name, old)
            # What has fields is compared field by field.
            if known is not old and "properties" not in known:
                content = self.schema(self.source.follow({"$ref": PREFIX + name}), known)
                known.clear()
                known.update(content)

    def _bring(self, reference: str) -> None:
        if not reference.startswith(PREFIX):
            return
        schemas: Document = self.target.setdefault("components", {}).setdefault("schemas", {})
        name = reference.removeprefix(PREFIX)
        if name not in schemas:
            schemas[name] = {}
            schemas[name].update(self.schema(self.source.follow({"$ref": reference})))

    def parameter(self, raw: Document) -> Document:
        """A parameter or a header."""
        found = {key: raw[key] for key in _PARAMETER if key in raw}
        return {**found, "schema": self.schema(raw.get("schema"))}

    def body(self, raw: Document) -> Document:
        """A request body."""
        found: Document = {"required": True} if raw.get("required") is True else {}
        return {**found, "content": self.content(raw.get("content") or {})}

    def reply(self, status: str, raw: Document) -> Document:
        """A response; OpenAPI wants a description, so it gets the words that go with its number."""
        found: Document = {"description": f"{_PHRASES.get(status, 'Another reply')}."}
        headers = {name: self.source.follow(header) for name, header in (raw.get("headers") or {}).items()}
        if headers:
            found["headers"] = {name: self.parameter(header) for name, header in headers.items()}
        if raw.get("content"):
            found["content"] = self.content(raw["content"])
        return found

    def content(self, raw: Document, own: Document | None = None) -> Document:
        """By media type; those that stood there before stay as they are."""
        return {
            media: self._media(entry) if media not in (own or {}) else (own or {})[media]
            for media, entry in raw.items()
        }

    def _media(self, entry: Document) -> Document:
        keys = [key for key in ("schema", "x-item-schema") if key in entry]
        return {key: self.schema(entry[key]) for key in keys}

    def security(self, requirements: list[Document]) -> list[Document]:
        """Requirements, with the schemes they name."""
        given = (self.source.document.get("components") or {}).get("securitySchemes") or {}
        for name in (name for alternative in requirements for name in alternative):
            scheme = self.source.follow(given.get(name))
            plain = {key: value for key, value in scheme.items() if key not in PROSE and not key.startswith("x-")}
            self.target.setdefault("components", {}).setdefault("securitySchemes", {}).setdefault(name, plain)
        return [{name: list(scopes) for name, scopes in alternative.items()} for alternative in requirements]


def _surface(reader: Reader, schema: Any) -> set[str]:
    """The components that say of what type a value is, and not what is in it."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        raw = waiting.pop()
        name = name_of(raw)
        if name and name not in found:
            found.add(name)
            waiting.append(reader.follow({"$ref": raw["$ref"]}))
        waiting.extend(part for key in ("allOf", "anyOf", "oneOf") for part in (raw or {}).get(key, []))
    return found


def _plain(schema: Schema) -> Schema:
    """One schema without prose, as OpenAPI 3.1 writes it."""
    found = {key: value for key, value in schema.items() if key not in PROSE and (key[:2] != "x-" or key in _KEPT)}
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(found.get(word), bool):
            exclusive = found.pop(word)
            found.update({word: found.pop(bound)} if exclusive and bound in found else {})
    if found.pop("nullable", False) is True:
        if isinstance(found.get("type"), str) and "enum" not in found:
            return {**found, "type": [found["type"], "null"]}
        outer = {"default": found.pop("default")} if "default" in found else {}
        return {"anyOf": [found, {"type": "null"}], **outer}
    return found


def graft(new: Schema, own: Schema) -> Schema:
    """`new` with our own words from `own`, here and wherever both have a member of the same name."""
    found = {**{key: own[key] for key in _OWN if key in own}, **new}
    for key in ("properties", "patternProperties"):
        if isinstance(new.get(key), dict) and isinstance(own.get(key), dict):
            found[key] = {name: graft(value, own[key].get(name, {})) for name, value in new[key].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(new.get(key), dict) and isinstance(own.get(key), dict):
            found[key] = graft(new[key], own[key])
    for key in ("anyOf", "oneOf", "allOf"):
        if key in new and len(new[key]) == len(own.get(key, [])):
            found[key] = [graft(value, old) for value, old in zip(new[key], own[key], strict=True)]
    return found
