"""The whole comparison of a vendor: what changed for us, and which patch says it already.

The number of a patch is found by comparing with the document after fewer and fewer patches: the one without which a
difference is no longer explained is the one that explains it.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.patching import apply_patches

from .comparing import Change, Comparison, Place
from .facts import DocumentNode, Operation
from .matching import Matched, match
from .nodes import Reader


class Refresh:
    """One vendor's openapi.yaml and patches.yaml against a document."""

    def __init__(self, old: Document, patches: Document, new: Document, aside: Sequence[str] = ()) -> None:
        self.old = old
        self.patches = patches
        self.new = new
        self.aside = aside
        self._whole = apply_patches(old, patches)
        self.matched: Matched = match(old, self._whole, new)
        self._readers: tuple[Reader, Reader] = (Reader(old), Reader(new))
        self._settled_after: dict[int, set[tuple[Place, str]]] = {}

    @cached_property
    def changes(self) -> list[Change]:
        """Every difference; what explains it stands beside it, with the number of the patch."""
        found = [*self._elsewhere(), *self._compared(len(self.actions))]
        return [replace(change, explained=self._explained(change)) if change.explained else change for change in found]

    @property
    def actions(self) -> list[Document]:
        """The patches."""
        return list(self.patches.get("actions", []))

    def _elsewhere(self) -> list[Change]:
        """Operations that are gone, or have moved."""
        found = []
        for name, operation in self.matched.old.items():
            other = self.matched.new.get(name)
            if other is None:
                found.append(Change((name,), "", f"gone: {operation.label}", breaking=True, aspect="operation"))
            elif (other.route, other.method) != (operation.route, operation.method):
                text = f"moved from {operation.label} to {other.label}"
                found.append(Change((name,), "", text, breaking=True, aspect="operation"))
        return found

    def _compared(self, count: int) -> list[Change]:
        """The walk, with the document after the first `count` patches beside it."""
        some = {**self.patches, "actions": self.actions[:count]}
        ours = Reader(self._whole if count == len(self.actions) else apply_patches(self.old, some))
        places = match(self.old, ours.document, self.new)
        patched = {
            name: operation
            for name, old in self.matched.old.items()
            for operation in places.ours.values()
            if (operation.route, operation.method) == (old.route, old.method)
        }
        first, second = self._readers
        pairs = {name: operation for name, operation in self.matched.old.items() if name in self.matched.new}
        common = {name: self.matched.new[name] for name in pairs}
        walk = Comparison()
        walk.walk(DocumentNode(first, pairs), DocumentNode(ours, patched), DocumentNode(second, common))
        for name, operation in self.matched.beside.items():
            known = _at(places.ours, operation)
            reason = "published" if known is not None else "aside" if operation.label in self.aside else ""
            text = f"new operation {operation.label}"
            walk.changes.append(Change((name,), "", text, breaking=False, explained=reason, aspect="beside"))
            if known is not None:
                ours_there = DocumentNode(ours, {name: known})
                there = DocumentNode(second, {name: operation})
                walk.walk(ours_there.children[name], ours_there.children[name], there.children[name], (name,))
        return walk.changes

    def _explained(self, change: Change) -> str:
        if change.explained == "aside":
            return "the manifest passes it over"
        below, above = 0, len(self.actions)
        while above - below > 1:
            middle = (below + above) // 2
            below, above = (below, middle) if change.key in self._settled(middle) else (middle, above)
        if change.explained == "taken":
            return f"patch {above} takes the place away"
        if change.explained == "published":
            return f"patch {above} brought it; it is published now"
        return f"mended by the vendor: patch {above} can go"

    def _settled(self, count: int) -> set[tuple[Place, str]]:
        """What the first `count` patches explain."""
        if count not in self._settled_after:
            self._settled_after[count] = {change.key for change in self._compared(count) if change.explained}
        return self._settled_after[count]


def _at(operations: dict[str, Operation], wanted: Operation) -> Operation | None:
    """The operation of the same path and method."""
    same = (other for other in operations.values() if (other.route, other.method) == (wanted.route, wanted.method))
    return next(same, None)
