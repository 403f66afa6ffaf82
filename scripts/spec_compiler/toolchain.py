"""Checks, before anything heavy is imported, that the generators are installed in exactly the pinned versions."""

import importlib.metadata
import tomllib
from pathlib import Path

from .errors import SpecError

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def pins() -> dict[str, str]:
    """Distribution name to version, from the extra `codegen` of pyproject.toml."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    return dict(line.split("==") for line in project["optional-dependencies"]["codegen"])


def require(wanted: dict[str, str]) -> None:
    """Raises a SpecError that names what is missing or of another version, and the command that mends it."""
    found = {name: _installed(name) for name in wanted}
    wrong = [f"{name} {version} ({found[name]})" for name, version in wanted.items() if found[name] != version]
    if wrong:
        msg = f"needs {', '.join(wrong)}; run: pip install -e '.[codegen]'"
        raise SpecError(msg)


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
