"""Writes a changed document into the text of the old one: only the blocks that differ are written anew.

A block is an operation, a component, or another member at the top. Comments and the layout of all others stay.
"""

import json
from typing import Any

import yaml

from scripts.spec_compiler.documents import Document, parse_yaml
from scripts.spec_compiler.errors import SpecError

_DEPTH = {"paths": 2, "components": 2}
"""How many levels of keys below this one are blocks of their own."""
_SHORT = 100
"""Characters of JSON that go on one line."""
Edit = tuple[int, int, list[str]]
"""First line, the line after the last, and what stands there instead."""


class _Dumper(yaml.SafeDumper):
    """Lists indented, no anchors, and on one line what fits on it."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:  # noqa: ARG002, FBT001
        return super().represent_mapping(tag, mapping, len(json.dumps(mapping)) <= _SHORT)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:  # noqa: ARG002, FBT001
        return super().represent_sequence(tag, sequence, len(json.dumps(sequence)) <= _SHORT)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def rewritten(text: str, new: Document) -> str:
    """`text` with the content `new`."""
    old = parse_yaml(text, "openapi.yaml")
    lines = text.splitlines()
    edits: list[Edit] = []
    _edit(yaml.compose(text, Loader=yaml.SafeLoader), old, new, None, lines, edits)
    # Last first, so that an edit does not move the places of those before it.
    for start, end, block in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        lines[start:end] = block
    result = "\n".join(lines) + "\n"
    if parse_yaml(result, "openapi.yaml") != new:
        msg = "openapi.yaml could not be written in its layout: take the difference over by hand"
        raise SpecError(msg)
    return result


def _edit(
    node: yaml.Node | None, old: Document, new: Document, levels: int | None, lines: list[str], edits: list[Edit]
) -> None:
    """Adds an edit for each block that differs; `levels` of keys below these are blocks too."""
    if not isinstance(node, yaml.MappingNode):
        return
    places = [(key.value, key.start_mark, value) for key, value in node.value]
    for number, (key, mark, value) in enumerate(places):
        following = places[number + 1][1].line if number + 1 < len(places) else value.end_mark.line
        end = _end(lines, mark.line, max(following, value.start_mark.line + 1))
        if key not in new:
            edits.append((mark.line, end, []))
        elif new[key] != old[key]:
            below = _DEPTH.get(key, 0) if levels is None else levels - 1
            if below and isinstance(value, yaml.MappingNode) and new[key] and not value.flow_style:
                _edit(value, old[key], new[key], below, lines, edits)
            else:
                edits.append((mark.line, end, _block({key: new[key]}, mark.column)))
    fresh = {key: value for key, value in new.items() if key not in old}
    if fresh:
        key, mark, value = places[-1]
        end = _end(lines, mark.line, max(value.end_mark.line, value.start_mark.line + 1))
        edits.append((end, end, _block(fresh, mark.column)))


def _end(lines: list[str], start: int, end: int) -> int:
    """The line after the block; blank lines and comments before the next one belong to that one."""
    end = min(end, len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _block(content: Document, column: int) -> list[str]:
    lines: list[str] = []
    for key, value in content.items():
        name = yaml.dump(key, Dumper=_Dumper, width=1000).removesuffix("...\n").strip()
        text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000).removesuffix("...\n")
        below = text.splitlines()
        short = len(below) == 1
        lines.append(f"{name}: {below[0]}" if short else f"{name}:")
        lines.extend([] if short else [f"  {line}" for line in below])
    return [" " * column + line for line in lines]
