"""Builds the whole of generated/, or some vendors of it, in a temporary directory; then swaps it in or compares it."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .compiling import write_vendor
from .errors import SpecError
from .finishing import COMMAND, PACKAGE, mark_packages, stamp, tidy
from .lock import lock_text, read_lock
from .manifest import read_manifest
from .trees import differences, replace

_NOTE = f"# Machine-written by {COMMAND}: do not edit.\n"
_TOP = {"__init__.py": f'{_NOTE}\n"""Typed clients of the vendors, one package each."""\n', "py.typed": _NOTE}


@dataclass(frozen=True)
class _Build:
    """Fresh trees with the committed ones they belong to, and the new content of the lock file."""

    pairs: list[tuple[Path, Path]]
    lock: str


def write(root: Path, names: Sequence[str], tools: dict[str, str]) -> None:
    """Brings generated/ and manifest.lock in step with specs/."""
    # Beside the target, so that moving a tree into place is a rename.
    with tempfile.TemporaryDirectory(prefix=".regenerate-", dir=root) as folder:
        build = _build(root, names, tools, Path(folder) / "new")
        for number, (fresh, committed) in enumerate(build.pairs):
            replace(fresh, committed, Path(folder) / f"old-{number}")
        _lock_path(root).write_text(build.lock, encoding="utf-8", newline="\n")


def out_of_step(root: Path, names: Sequence[str], tools: dict[str, str]) -> list[str]:
    """One line for each committed file that is not what specs/ gives; nothing is written."""
    with tempfile.TemporaryDirectory(prefix="regenerate-") as folder:
        build = _build(root, names, tools, Path(folder))
        return list(_compare(root, build))


def _compare(root: Path, build: _Build) -> Iterator[str]:
    for fresh, committed in build.pairs:
        for word, name in differences(fresh, committed):
            yield f"{word}: {(committed / name).relative_to(root).as_posix()}"
    for path in (root / "generated").iterdir() if (root / "generated").exists() else ():
        if path.name not in (PACKAGE, "README.md"):
            yield f"stale: {path.relative_to(root).as_posix()}"
    lock = _lock_path(root)
    if not lock.exists() or lock.read_text(encoding="utf-8") != build.lock:
        yield f"differs: {lock.relative_to(root).as_posix()}"


def _lock_path(root: Path) -> Path:
    return root / "specs" / "manifest.lock"


def _build(root: Path, names: Sequence[str], tools: dict[str, str], folder: Path) -> _Build:
    specs = root / "specs"
    vendors = read_manifest(specs / "manifest.toml")
    unknown = [name for name in names if name not in vendors]
    if unknown:
        msg = f"unknown vendor {unknown[0]!r}; the manifest has {', '.join(vendors)}"
        raise SpecError(msg)
    package = folder / PACKAGE
    package.mkdir(parents=True)
    done = {name: write_vendor(specs, vendors[name], package) for name in names or vendors}
    for name in done:
        mark_packages(package / name)
    tidy(folder)
    for name, compiled in done.items():
        stamp(package / name, compiled.effective)
    for name, content in _TOP.items():
        (package / name).write_text(content, encoding="utf-8", newline="\n")
    entries = {name: compiled.entry() for name, compiled in done.items()}
    target = root / "generated" / PACKAGE
    pairs = [(package / name, target / name) for name in names] or [(package, target)]
    return _Build(pairs, lock_text(entries, read_lock(_lock_path(root)), list(vendors), tools))
