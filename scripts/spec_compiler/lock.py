"""specs/manifest.lock: exactly which inputs and tools the committed generated code was made from."""

import json
from pathlib import Path

from .documents import Document, dump_json
from .errors import SpecError


def read_lock(path: Path) -> Document:
    """The lock file, or an empty one."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        msg = f"{path}: {error}; delete it and run scripts/regenerate"
        raise SpecError(msg) from None
    return content if isinstance(content, dict) else {}


def lock_text(entries: dict[str, Document], old: Document, known: list[str], tools: dict[str, str]) -> str:
    """The new content: these entries, and the old ones of the vendors that were not compiled this time."""
    kept = {name: entry for name, entry in old.get("vendors", {}).items() if name in known}
    content = {
        "about": "Machine-written by scripts/regenerate: do not edit.",
        "generators": tools,
        "vendors": {**kept, **entries},
    }
    return dump_json(content)
