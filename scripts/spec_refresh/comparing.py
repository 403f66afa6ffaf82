"""Walks two documents side by side, with our patched one beside them, and names each difference once.

`old` is openapi.yaml, `new` what the vendor publishes now, `ours` openapi.yaml with the patches. A difference that
`ours` has too is explained. Where the patches say more than was published, the new document is compared with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .judging import TAKEN, Direction, differences, presence, variant
from .nodes import Node
from .schemas import EXTRA, LINE, OURS

Place = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One difference."""

    place: Place
    """The operation and the steps below it."""
    schema: str
    text: str
    breaking: bool
    explained: str = ""
    """Why it does not count; empty where it does."""
    aspect: str = field(default="", compare=False)
    """What is said otherwise now."""
    step: str = field(default="", compare=False)
    """The step to a place that is new or gone."""
    old: Node | None = field(default=None, compare=False, repr=False)
    new: Node | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> tuple[Place, str]:
        """By this it is found again in another comparison."""
        return self.place, self.text

    @property
    def beside(self) -> bool:
        """Is it an operation that we do not have?"""
        return self.aspect == "beside"

    @property
    def where(self) -> str:
        """As a person would say it."""
        return spoken(self.place)


def spoken(place: Place) -> str:
    """`response 200 of get_batch: request_counts.processing`."""
    operation, *steps = place or ("document",)
    if not steps:
        return operation
    path = "".join(steps[1:]).replace(".[]", "[]").removeprefix(".").strip()
    return f"{steps[0]} of {operation}" + (f": {path}" if path else "")


class Comparison:
    """One walk. Every triple of places is looked at once."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._seen: set[tuple[int, int, int, Direction]] = set()

    def walk(
        self, old: Node, ours: Node | None, new: Node, place: Place = (), direction: Direction = "request"
    ) -> None:
        """Compares what is said of a place, then what is below it."""
        key = (id(old), id(ours), id(new), direction)
        if key in self._seen:
            return
        self._seen.add(key)
        self._facts(old, ours, new, place, direction)
        if "type" in old.facts:
            before, after = old.facts["type"], new.facts["type"]
            if not before and after and ours is not None and ours.facts.get("type"):
                # Published as anything, known better: the patches are what we rely on.
                old = ours
            elif not before & after and before != after:
                return
        self._children(old, ours, new, place, direction)
        self._variants(old, ours, new, place, direction)

    def _facts(self, old: Node, ours: Node | None, new: Node, place: Place, direction: Direction) -> None:
        before, after = old.facts, new.facts
        apart = "type" in before and before["type"] != after["type"] and not before["type"] & after["type"]
        for aspect in sorted(before.keys() | after.keys()):
            was, now = before.get(aspect), after.get(aspect)
            # A default of a reply is filled in before it is sent: whatever it is, nothing changes for a reader.
            silent = (aspect in OURS and aspect not in after) or (aspect == "default" and direction == "response")
            # Of another type, nothing else that is said can be compared.
            if was == now or silent or (apart and aspect not in ("type", "nullable", "required")):
                continue
            patched = TAKEN if ours is None else ours.facts.get(aspect)
            for verdict in differences(aspect, direction, was, patched, now):
                reason = _reason(ours) if verdict.explained else ""
                self.changes.append(
                    Change(place, old.name or new.name, verdict.text, verdict.breaking, reason, aspect, "", old, new)
                )

    def _children(self, old: Node, ours: Node | None, new: Node, place: Place, direction: Direction) -> None:
        known = {} if ours is None else ours.children
        steps = [*old.children, *(step for step in new.children if step not in old.children)]
        for step in steps:
            one, other, patched = old.children.get(step), new.children.get(step), known.get(step)
            way: Direction = "response" if step.startswith("response") else direction
            here = (*place, step) if step else place
            if one is not None and other is not None:
                self.walk(one, patched, other, here, way)
            elif step == EXTRA:
                # Whether additional fields are typed is a fact of the place itself.
                continue
            elif other is not None and patched is not None:
                self.changes.append(Change(here, other.name, *presence(step, way, other, appeared=True), "published"))
                self.walk(patched, patched, other, here, way)
            elif other is not None:
                said = presence(step, way, other, appeared=True)
                reason = "" if ours is not None else "taken"
                self.changes.append(Change(here, other.name, *said, reason, "", step, old, new))
            elif one is not None and step != LINE:
                said = presence(step, way, one, appeared=False)
                reason = _reason(ours) if patched is None else ""
                self.changes.append(Change(here, one.name, *said, reason, "", step, old, new))

    def _variants(self, old: Node, ours: Node | None, new: Node, place: Place, direction: Direction) -> None:
        known = (
            {} if ours is None else {one: other for one, other in paired(old.variants, ours.variants) if one and other}
        )
        single = len(old.variants) == len(new.variants) == 1
        for one, other in paired(old.variants, new.variants):
            label = one or other or ""
            patched = ours.variants.get(known.get(one or "", "")) if ours is not None else None
            if one and other:
                # With a single form the fields stand at the place itself.
                here = place if single else (*place, f"<{label}>")
                self.walk(old.variants[one], patched, new.variants[other], here, direction)
                continue
            explained = patched is None if one else ours is None or other in ours.variants
            node = old.variants[one] if one else new.variants[label]
            said = variant(label, direction, appeared=not one)
            reason = _reason(ours) if explained else ""
            self.changes.append(Change(place, node.name, *said, reason, "type", "", old, new))


def _reason(ours: Node | None) -> str:
    return "mended" if ours is not None else "taken"


def paired(old: dict[str, Node], new: dict[str, Node]) -> Iterator[tuple[str | None, str | None]]:
    """The forms of one object that belong together: by their word, else by the fields they share."""
    if len(old) == len(new) == 1:
        yield next(iter(old)), next(iter(new))
        return
    left, right = [label for label in old if label not in new], [label for label in new if label not in old]
    yield from ((label, label) for label in old if label in new)
    for label in left:
        likely = [(_alike(old[label], new[other]), other) for other in right if not _told_apart(old[label], new[other])]
        share, other = max(likely, default=(0.0, ""))
        if share >= 0.5:
            right.remove(other)
            yield label, other
        else:
            yield label, None
    yield from ((None, label) for label in right)


def _told_apart(one: Node, other: Node) -> bool:
    words = getattr(one, "word", ""), getattr(other, "word", "")
    return all(words) and words[0] != words[1]


def _alike(one: Node, other: Node) -> float:
    """The share of fields that both have."""
    both = one.children.keys() | other.children.keys()
    return len(one.children.keys() & other.children.keys()) / len(both) if both else 1.0


def grouped(changes: list[Change]) -> list[tuple[Change, int]]:
    """Each difference once, with the number of further places where the same schema shows it."""
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        tail = change.place[-1:] if change.schema else change.place[1:]
        found.setdefault((change.schema, *tail, change.text, change.explained), []).append(change)
    return [(replace(group[0]), len(group) - 1) for group in found.values()]
