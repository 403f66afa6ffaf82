"""Takes the differences that count over into openapi.yaml, each at its place; the rest of the document stays as it is.

What a patch explains stays out, so that the patch goes on biting until somebody drops it.
"""

from typing import Any

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.patching import apply_patches
from scripts.spec_compiler.walking import reachable, references

from .comparing import Change
from .explaining import Refresh
from .facts import BodyNode, DocumentNode, OperationNode, ParameterNode
from .leaves import required_of
from .nodes import Node, Reader
from .reducing import Importer
from .schemas import LINE, FieldNode, FormNode, SchemaNode

_SAID = ("required", "deprecated", "style", "explode")


def take_over(refresh: Refresh) -> None:
    """Edits `refresh.old`. A SpecError names the patches that no longer bite, or what could not be taken over."""
    document = refresh.old
    before = reachable(document, references(document.get("paths", {})))
    importer = Importer(Reader(refresh.new), document)
    for change in refresh.changes:
        if not change.explained:
            _apply(change, refresh, importer)
    _drop(document, before - reachable(document, references(document["paths"])))
    _patches_bite(document, refresh.patches)
    again = Refresh(document, refresh.patches, refresh.new, refresh.aside)
    left = [change for change in again.changes if not change.explained and not change.beside]
    if left:
        raise SpecError("\n".join(f"take over by hand: {change.where}: {change.text}" for change in left))


def _patches_bite(document: Document, patches: Document) -> None:
    """Every patch that does not is named, not only the first."""
    try:
        apply_patches(document, patches)
    except SpecError:
        faults = []
        for number, action in enumerate(patches["actions"], start=1):
            try:
                document = apply_patches(document, {**patches, "actions": [action]})
            except SpecError as error:
                faults.append(str(error).replace("patch 1:", f"patch {number}:", 1))
        raise SpecError("\n".join(faults)) from None


def _drop(document: Document, references: set[str]) -> None:
    """Components that only what is gone referred to."""
    for reference in references:
        kind, name = reference.removeprefix("#/components/").split("/")
        document["components"].get(kind, {}).pop(name.replace("~1", "/").replace("~0", "~"), None)


def _apply(change: Change, refresh: Refresh, importer: Importer) -> None:
    if change.aspect == "operation":
        _operation(change.place[0], refresh)
    elif change.old is not None and change.new is not None:
        if change.step:
            _presence(change.step, change.old, change.new, importer)
        else:
            _fact(change.aspect, change.old, change.new, importer)


def _operation(name: str, refresh: Refresh) -> None:
    """One that is gone, or has moved."""
    old, new = refresh.matched.old[name], refresh.matched.new.get(name)
    paths = refresh.old["paths"]
    del old.item[old.method]
    if new is not None:
        paths.setdefault(new.path.partition("?")[0], {})[new.method] = old.raw
    if not any(isinstance(value, dict) for value in old.item.values()):
        paths.pop(old.path, None)


def _fact(aspect: str, old: Node, new: Node, importer: Importer) -> None:
    match old, new:
        case DocumentNode(), DocumentNode():
            old.raw["servers"] = [{"url": server["url"]} for server in new.raw.get("servers", [])]
        case OperationNode(), OperationNode() if aspect == "security":
            requirements = new.raw.get("security", importer.source.document.get("security")) or []
            old.raw["security"] = importer.security(requirements)
        case BodyNode(), BodyNode() if aspect == "media":
            old.raw["content"] = importer.content(new.raw.get("content") or {}, old.raw.get("content"))
        case FieldNode(), FieldNode():
            step = next(step for step, field in new.form.children.items() if field is new)
            _require(old.form, step.removeprefix("."), required=new.required)
        case FormNode(), FormNode():
            extra = new.raw.get("additionalProperties")
            _set(old.homes[0], "additionalProperties", importer.schema(extra) if isinstance(extra, dict) else extra)
        case SchemaNode(), SchemaNode():
            importer.replace(old.raw, new.raw)
        case ((ParameterNode() | BodyNode() | OperationNode()), _):
            for key in (aspect,) if aspect in _SAID else ("style", "explode"):
                _set(old.raw, key, new.raw.get(key))


def _presence(step: str, old: Node, new: Node, importer: Importer) -> None:
    """A place that is new or gone; `old` and `new` are what it is in."""
    match old, new:
        case OperationNode(), OperationNode():
            _part(step, old, new, importer)
        case BodyNode(), BodyNode() if step.startswith(" header"):
            name = step.removeprefix(" header ")
            held = old.raw.setdefault("headers", {})
            for known in [known for known in held if known.lower() == name]:
                del held[known]
            for known, raw in (new.raw.get("headers") or {}).items():
                if known.lower() == name:
                    held[known] = importer.parameter(importer.source.follow(raw))
        case BodyNode(), BodyNode() if step == LINE:
            _set(old.main, "x-item-schema", importer.schema(new.main.get("x-item-schema", new.main.get("itemSchema"))))
        case FormNode(), FormNode() if step.startswith("."):
            _field(step.removeprefix("."), old, new, importer)
        case SchemaNode(), SchemaNode():
            importer.replace(old.raw, new.raw)


def _part(step: str, old: OperationNode, new: OperationNode, importer: Importer) -> None:
    """A parameter, the body or a reply of an operation."""
    given = new.children.get(step)
    if step == "request":
        _set(old.raw, "requestBody", importer.body(given.raw) if given else None)
    elif step.startswith("response "):
        replies = old.raw["responses"]
        for status in [status for status in replies if status.lower() == step.removeprefix("response ").lower()]:
            del replies[status]
        if given:
            replies[step.removeprefix("response ")] = importer.reply(step.removeprefix("response "), given.raw)
    elif given:
        old.raw.setdefault("parameters", []).append(importer.parameter(given.raw))
    else:
        gone = old.children[step].raw
        for holder in (old.operation.item, old.raw):
            if "parameters" in holder:
                holder["parameters"] = [raw for raw in holder["parameters"] if old.reader.follow(raw) is not gone]


def _field(name: str, old: FormNode, new: FormNode, importer: Importer) -> None:
    field = new.children.get(f".{name}")
    if isinstance(field, FieldNode):
        homes = [home for home in old.homes if "properties" in home] or old.homes
        homes[-1].setdefault("properties", {})[name] = importer.schema(new.raw["properties"][name])
        _require(old, name, required=field.required)
        return
    for home in old.homes:
        home.get("properties", {}).pop(name, None)
    _require(old, name, required=False)


def _require(form: FormNode, name: str, *, required: bool) -> None:
    for home in form.homes:
        kept = [word for word in required_of(home) if word != name]
        if required and name in home.get("properties", {}):
            kept.append(name)
        _set(home, "required", kept or None)


def _set(holder: Document, key: str, value: Any) -> None:
    """Writes a value, or takes the key away where there is none."""
    if value is None:
        holder.pop(key, None)
    else:
        holder[key] = value
