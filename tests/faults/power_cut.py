"""A power cut, worked out from a log of system calls: what was synced is on the disk, of the rest chance decides.

The log of a process that was killed is played on a model of a disk. The model knows for each file and each folder what
has been done to it since it was last synced; that is what a power cut may take, all of it or any part of it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
READING = ("-xx", "-s", "4194304", "-e", "raw=read")
"""What strace needs to show every byte that is written; of what is read, only how much."""
CALLS = (
    "openat", "close", "read", "write", "pwrite64", "lseek", "truncate", "ftruncate", "fsync", "fdatasync", "rename",
    "unlink", "mkdir", "fcntl",
)  # fmt: skip
"""Calls that are played."""
STRANGE = (
    "open", "creat", "fallocate", "writev", "pwritev", "pwritev2", "copy_file_range", "sendfile", "link",
    "linkat", "symlink", "symlinkat", "renameat", "renameat2", "unlinkat", "rmdir", "mkdirat", "dup", "dup2", "dup3",
)  # fmt: skip
"""Calls that would change a disk as well; the model does not know them and says so."""
LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+|\?)")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
SHOWN = re.compile(r"<[^<>]*>(?:\(deleted\))?")
"""What strace says of a handle."""
Keep = Callable[[Sequence[T]], Sequence[T]]


def nothing(_: Sequence[T]) -> Sequence[T]:
    """The harshest disk: what was not synced is gone."""
    return ()


def everything(pending: Sequence[T]) -> Sequence[T]:
    """A process that dies takes nothing with it."""
    return pending


@dataclass
class File:
    """What was synced, and each change since."""

    synced: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes; without bytes the file was cut, or grown, to the offset."""

    def content(self, keep: Keep[tuple[int, bytes | None]]) -> bytes:
        """With some of the changes."""
        data = bytearray(self.synced)
        for offset, written in keep(self.pending):
            end = offset if written is None else offset + len(written)
            data.extend(bytes(max(0, (offset if written is None else end) - len(data))))
            if written is None:
                del data[offset:]
            else:
                data[offset:end] = written
        return bytes(data)

    def sync(self) -> None:
        """From now on it is safe."""
        self.synced, self.pending = self.content(everything), []


@dataclass
class Folder:
    """Names that were synced, and each change since; a rename is one change."""

    synced: dict[str, Node] = field(default_factory=dict)
    pending: list[dict[str, Node | None]] = field(default_factory=list)

    def names(self, keep: Keep[dict[str, Node | None]] = everything) -> dict[str, Node]:
        """With some of the changes."""
        found: dict[str, Node | None] = {**self.synced}
        for change in keep(self.pending):
            found |= change
        return {name: node for name, node in found.items() if node is not None}

    def sync(self) -> None:
        """From now on it is safe."""
        self.synced, self.pending = self.names(), []


Node = File | Folder


class Disk:
    """A folder as it was when the process began, and what the process did to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._top = _loaded(root)
        self._open: dict[int, tuple[Node, int]] = {}

    def play(self, log: Path) -> None:
        """Do what a log says."""
        for line in log.read_text(encoding="ascii").splitlines():
            found = LINE.match(line)
            if found is None or found[3] == "?" or int(found[3]) < 0:
                continue
            name, given, result = found[1], SHOWN.sub("", found[2]), int(found[3])
            strings = [bytes.fromhex(text.replace("\\x", "")) for text, _ in STRING.findall(given)]
            assert not any(cut for _, cut in STRING.findall(given)), f"the log is incomplete: {line[:200]}"
            if name in STRANGE:
                assert not self._strange(given, strings), f"the model does not know {line[:200]}"
            elif name in CALLS:
                getattr(self, f"_{name}")(given, strings, result)

    def write(self, names: Keep[dict[str, Node | None]], data: Keep[tuple[int, bytes | None]]) -> None:
        """Put what is left of the folder where it was."""
        shutil.rmtree(self.root)
        for path, content in self.found(names, data):
            if content is None:
                path.mkdir(mode=0o700)
            else:
                path.touch(mode=0o600)
                path.write_bytes(content)

    def found(
        self, names: Keep[dict[str, Node | None]] = everything, data: Keep[tuple[int, bytes | None]] = everything
    ) -> Iterator[tuple[Path, bytes | None]]:
        """Every path with what is in it; folders, which have nothing, before their files."""
        todo: list[tuple[Path, Node]] = [(self.root, self._top)]
        while todo:
            path, node = todo.pop()
            if isinstance(node, File):
                yield path, node.content(data)
            else:
                yield path, None
                todo += [(path / name, inner) for name, inner in node.names(names).items()]

    # -- where things are

    def _place(self, text: bytes) -> tuple[Folder, str] | None:
        """The folder and the name of a path; None outside of this disk."""
        path = Path(os.path.normpath(self.root / os.fsdecode(text)))
        if path == self.root or not path.is_relative_to(self.root):
            return None
        node: Node | None = self._top
        for part in path.relative_to(self.root).parts[:-1]:
            node = node.names().get(part) if isinstance(node, Folder) else None
        assert isinstance(node, Folder), path
        return node, path.name

    def _strange(self, given: str, strings: Sequence[bytes]) -> bool:
        number = re.match(r"\d+", given)
        handles = number is not None and int(number[0]) in self._open
        return handles or any(self._place(text) is not None for text in strings)

    # -- system calls

    def _openat(self, given: str, strings: Sequence[bytes], result: int) -> None:
        text = strings[0]
        if os.path.normpath(self.root / os.fsdecode(text)) == str(self.root):
            self._open[result] = self._top, 0
        elif (place := self._place(text)) is not None:
            folder, name = place
            node = folder.names().get(name)
            if node is None:
                node = File()
                folder.pending.append({name: node})
            elif "O_TRUNC" in given and isinstance(node, File):
                node.pending.append((0, None))
            assert "O_APPEND" not in given or (isinstance(node, File) and name == "lock"), given
            self._open[result] = node, 0

    def _close(self, given: str, _: Sequence[bytes], __: int) -> None:
        self._open.pop(int(given), None)

    def _fcntl(self, given: str, _: Sequence[bytes], result: int) -> None:
        if "F_DUPFD" in given and (known := self._open.get(int(given.partition(",")[0]))) is not None:
            self._open[result] = known

    def _at(self, given: str) -> tuple[int, File, int] | None:
        """The handle of a call, its file and its position."""
        handle = int(given.partition(",")[0], 0)
        node, position = self._open.get(handle, (None, 0))
        return (handle, node, position) if isinstance(node, File) else None

    def _read(self, given: str, _: Sequence[bytes], result: int) -> None:
        if (found := self._at(given)) is not None:
            self._open[found[0]] = found[1], found[2] + result

    def _write(self, given: str, strings: Sequence[bytes], result: int) -> None:
        if (found := self._at(given)) is not None:
            handle, file, position = found
            file.pending.append((position, strings[0][:result]))
            self._open[handle] = file, position + result

    def _pwrite64(self, given: str, strings: Sequence[bytes], result: int) -> None:
        if (found := self._at(given)) is not None:
            found[1].pending.append((int(given.rpartition(",")[2]), strings[0][:result]))

    def _lseek(self, given: str, _: Sequence[bytes], result: int) -> None:
        if (found := self._at(given)) is not None:
            self._open[found[0]] = found[1], result

    def _ftruncate(self, given: str, _: Sequence[bytes], __: int) -> None:
        if (found := self._at(given)) is not None:
            found[1].pending.append((int(given.rpartition(",")[2]), None))

    def _truncate(self, given: str, strings: Sequence[bytes], _: int) -> None:
        if (place := self._place(strings[0])) is not None:
            file = place[0].names()[place[1]]
            assert isinstance(file, File), given
            file.pending.append((int(given.rpartition(",")[2]), None))

    def _fsync(self, given: str, _: Sequence[bytes], __: int) -> None:
        node, _position = self._open.get(int(given), (None, 0))
        if node is not None:
            node.sync()

    _fdatasync = _fsync

    def _rename(self, given: str, strings: Sequence[bytes], _: int) -> None:
        old, new = map(self._place, strings)
        if old is None and new is None:
            return
        assert old is not None, given
        assert new is not None, given
        assert old[0] is new[0], given
        folder, name = old
        folder.pending.append({name: None, new[1]: folder.names()[name]})

    def _unlink(self, _: str, strings: Sequence[bytes], __: int) -> None:
        if (place := self._place(strings[0])) is not None:
            place[0].pending.append({place[1]: None})

    def _mkdir(self, _: str, strings: Sequence[bytes], __: int) -> None:
        if (place := self._place(strings[0])) is not None:
            place[0].pending.append({place[1]: Folder()})


def _loaded(path: Path) -> Folder:
    """A folder of this machine; all that is in it is taken to be synced."""
    names = {entry.name: _loaded(entry) if entry.is_dir() else File(entry.read_bytes()) for entry in path.iterdir()}
    return Folder(dict(names))
