"""From a document, or from the common shape where there is none, to the text of every file."""

import datetime as dt
import json

from scripts.spec_compiler.documents import Document, parse_yaml

from .cases import cases_text
from .choosing import batch_operations
from .patches import Patching, common_names, name_objects
from .reading import read_document
from .reducing import reduced
from .shaping import shape_of
from .writing import TEMPLATES, manifest_text, python_texts, yaml_text


def built(name: str, source: str | None, today: dt.date) -> dict[str, str]:
    """The text of each file by its kind. Raises SpecError where the document does not do."""
    title = name.replace("_", " ").title()
    common = (TEMPLATES / "common.yaml").read_text(encoding="utf-8").format(title=title, host=name.replace("_", "-"))
    if source is None:
        document, text, left = parse_yaml(common, "the common shape"), common, list[str]()
        operations, _ = batch_operations(document, "the common shape")
    else:
        published = read_document(source)
        operations, left = batch_operations(published, source)
        document, operations = reduced(published, operations)
        text = yaml_text(_head(title, published, document, left), _served(document, name))
    patching = Patching(document, operations, "inferred" if source is None else "published")
    common_names(patching)
    name_objects(patching)
    shape = shape_of(patching, name, title, inferred=source is None)
    vendor, behaviour = python_texts(shape)
    kind = "page" if source is None else "openapi-url" if source.startswith("http") else "file"
    place = f"https://{name.replace('_', '-')}.example/docs/batches" if source is None else source
    return {
        "openapi": text,
        "patches": yaml_text(_PATCHES, _overlay(title, patching)),
        "cases": cases_text(shape),
        "vendor": vendor,
        "behaviour": behaviour,
        "manifest": manifest_text(shape, place, kind, today.isoformat()),
    }


_PATCHES = (
    "# Corrections to openapi.yaml; the first ones were derived from it by scripts/new_vendor. How a patch is written:"
    " ../README.md.\n# Where x-source says that a patch is inferred, its fact is to be looked up.\n"
)


def _head(title: str, published: Document, document: Document, left: list[str]) -> str:
    version = str(published["openapi"])
    lines = [f"# {title}'s published document: its facts, without its prose, cut to the batch operations."]
    if version.startswith("3.0"):
        lines.append(f"# Published as OpenAPI {version}; nullable and exclusive bounds are written as 3.1 has them.")
    lines += [f"# ASK: POST {path} creates batches too; is it rightly left out?" for path in left]
    if not document["servers"]:
        lines.append("# ASK: what is the base URL? The document names none, or one with parts to fill in.")
    if document["paths"].keys() - published["paths"].keys():
        lines.append("# The path in the published server's address stands in the path keys here.")
    lines.append("# Corrections do not belong here but in patches.yaml. Where it comes from: ../manifest.toml.")
    return "\n".join(lines) + "\n"


def _served(document: Document, name: str) -> Document:
    if not document["servers"]:
        document["servers"] = [{"url": f"https://api.{name.replace('_', '-')}.example"}]
    return document


def _overlay(title: str, patching: Patching) -> Document:
    info = {"title": f"Corrections to {title}'s batch document", "version": "1.0.0"}
    return json.loads(json.dumps({"overlay": "1.1.0", "info": info, "actions": patching.actions}))  # type: ignore[no-any-return]
