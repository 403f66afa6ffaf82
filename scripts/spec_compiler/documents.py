"""Reads YAML the way YAML 1.2 means it, writes JSON that is equal for equal documents."""

import hashlib
import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .errors import SpecError

if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    # libyaml where the wheel has it: ten times faster, same result.
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Document = dict[str, Any]


class _Loader(_Base):
    """YAML 1.2 core types: a date stays a string, `no` and `on` stay words, `1:30` stays text. The API is PyYAML's."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ARG002, FBT001, FBT002
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            # Status codes are written as numbers; in JSON every key is a string.
            key = str(key_node.value)
            if key in mapping:
                msg = f"line {key_node.start_mark.line + 1}: the key {key!r} stands twice"
                raise SpecError(msg)
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping


_RESOLVERS = {
    "bool": (r"(true|false)$", "tf"),
    "null": (r"(null|~|)$", "n~"),
    "int": (r"[-+]?(0|[1-9][0-9]*)$", "-+0123456789"),
    "float": (r"[-+]?([0-9]*\.[0-9]+|[0-9]+\.)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
}
for _name, (_pattern, _first) in _RESOLVERS.items():
    _letters = [*_first, *([""] if _name == "null" else [])]
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), _letters)


def load_yaml(path: Path) -> Document:
    """The document in `path`; a SpecError names the file and, where known, the line."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        msg = f"{path}: no such file"
        raise SpecError(msg) from None
    except UnicodeDecodeError as error:
        msg = f"{path}: {error}"
        raise SpecError(msg) from error


def parse_yaml(text: str, origin: str) -> Document:
    """The document in a text; a SpecError names the origin and, where known, the line."""
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, SpecError) as error:
        msg = f"{origin}: {error}"
        raise SpecError(msg) from error
    if not isinstance(loaded, dict):
        msg = f"{origin}: expected a mapping at the top"
        raise SpecError(msg)
    return loaded


def dump_json(document: Any) -> str:
    """Sorted, indented, one trailing newline."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def digest(content: str | bytes) -> str:
    """The sha256 of a text or of bytes, in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
