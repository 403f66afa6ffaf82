"""Finds the batch operations of a document by their verbs and paths, whatever they are called."""

import re
from collections.abc import Iterator

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.walking import METHODS

Operations = dict[str, tuple[str, str]]
"""Our operationId to path and verb."""
BATCH = re.compile(r"batch", re.IGNORECASE)
PARAMETER = re.compile(r"\{[^}]+\}")
RESULTS = re.compile(r"/(results?|outputs?|messages)$")
FILE = re.compile(r"/files?/\{[^}]+\}/(content|download)s?$")


def batch_operations(document: Document, place: str) -> tuple[Operations, list[str]]:
    """The operations, and the other families of batch paths that were left out. Raises SpecError."""
    paths: dict[str, Document] = document["paths"]
    families = sorted((path for path in paths if _is_family(path, paths[path])), key=lambda path: (len(path), path))
    if not families:
        raise SpecError(
            f"{place} has no batch operations: none of its {len(paths)} paths takes a POST and has 'batch' in it"
            f" ({', '.join(list(paths)[:5])}{' …' if len(paths) > 5 else ''}); give the document that has them,"
            " or leave --from out and write them down by hand"
        )
    with_get = [path for path in families if _below(path, paths, "get")]
    if not with_get:
        raise SpecError(
            f"{place} creates batches with POST {families[0]}, but no GET {families[0]}/{{id}} asks for one;"
            " add it to a copy of the document (with x-evidence: inferred) and give that"
        )
    base = with_get[0]
    one = next(iter(_below(base, paths, "get")))
    found: Operations = {"create_batch": (base, "post"), "get_batch": (one, "get")}
    if "get" in paths[base]:
        found["list_batches"] = (base, "get")
    for path, method in _actions(one, paths):
        found.setdefault("cancel_batch" if path.endswith("cancel") else "delete_batch", (path, method))
    results = [path for path in paths if "get" in paths[path] and path.startswith(f"{one}/") and RESULTS.search(path)]
    results += [path for path in paths if "get" in paths[path] and FILE.search(path)]
    if not results:
        raise SpecError(
            f"{place} has no way to the results of a batch: neither GET {one}/results nor GET /files/{{id}}/content;"
            " add it to a copy of the document (with x-evidence: inferred) and give that"
        )
    found["batch_results"] = (results[0], "get")
    return found, [path for path in with_get if path != base]


def _is_family(path: str, item: Document) -> bool:
    last = path.rsplit("/", 1)[-1]
    return bool("post" in item and BATCH.search(path) and not PARAMETER.search(last) and not path.endswith("cancel"))


def _below(base: str, paths: dict[str, Document], method: str) -> list[str]:
    """Paths of one thing of a family."""
    return [path for path in paths if re.fullmatch(re.escape(base) + r"/\{[^}/]+\}", path) and method in paths[path]]


def _actions(one: str, paths: dict[str, Document]) -> Iterator[tuple[str, str]]:
    for method in METHODS:
        if method != "get" and method in paths.get(f"{one}/cancel", {}):
            yield f"{one}/cancel", method
    if "delete" in paths[one]:
        yield one, "delete"
