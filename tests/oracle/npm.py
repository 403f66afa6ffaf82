"""Two judges that speak HTTP and come from npm: Steady, a mock made of a document, and Prism, a proxy that checks.

    python -m tests.oracle.npm      fills the cache (`.cache/oracle`) without running a test

Exactly these versions, installed once, without running any script of a package. Where there is no Node or no npm
registry, a test that needs them is skipped, and the message says what would provide them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.oracle.sdks import CACHE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

STEADY, PRISM = ("@stdy/cli", "0.22.2"), ("@stoplight/prism-cli", "5.14.2")
NODE = (18, 20)
"""What Prism asks for in its package.json; 5.16.0 asks for 24.18, which is too new for most machines."""
FOLDER = CACHE / f"npm-steady-{STEADY[1]}-prism-{PRISM[1]}"
PATIENCE = 120.0
"""Seconds until a server that does not say that it listens is given up; Prism takes 3 on an idle machine."""


class Missing(Exception):
    """Why the judges cannot be had here, and the command that would provide them."""


def install() -> None:
    """Installs both unless they are there. Raises Missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing(f"Node {NODE[0]}.{NODE[1]} or newer with npm is missing: apt-get install nodejs npm")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, re.findall(r"\d+", said)[:2])) < NODE:
        raise Missing(f"Node is {said.strip()}, not {NODE[0]}.{NODE[1]} or newer: apt-get install nodejs npm")
    if FOLDER.is_dir():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        fresh = Path(scratch) / FOLDER.name
        fresh.mkdir()
        (fresh / "package.json").write_text(json.dumps({"private": True, "dependencies": dict([STEADY, PRISM])}))
        # A lock file would name download addresses; a script of a package would run at installation.
        command = [npm, "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            told = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
            raise Missing(f"npm could not install them; where there is a registry: python -m tests.oracle.npm\n{told}")
        fresh.rename(FOLDER)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A judge's process, ended at the end of `with` together with whatever it started."""

    def __init__(self, script: str, arguments: Sequence[str], ready: str) -> None:
        """`ready`: a pattern of the line that says it listens; its group is the address."""
        self._url = ""
        self._ready, self._pattern, self._said = threading.Event(), re.compile(ready), ""
        self._process = subprocess.Popen(
            ["node", str(FOLDER / "node_modules" / script), *arguments],
            env={name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT", "TMPDIR", "HOME"}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @classmethod
    def steady(cls, document: Path) -> Self:
        """A mock; every reply says in `X-Steady-…` what was wrong with the request."""
        # It reports port 0 as 0, so it is told one.
        given = ["--host", "127.0.0.1", "--port", str(free_port()), "--no-color", str(document)]
        return cls("@stdy/cli/steady.js", given, r"Ready to accept requests on (http://\S+)")

    @classmethod
    def prism(cls, document: Path, upstream: str) -> Self:
        """A proxy; a reply has the header `sl-violations` if it or its request leaves the document."""
        given = ["proxy", "--host", "127.0.0.1", "--port", "0", str(document), upstream]
        return cls("@stoplight/prism-cli/dist/index.js", given, r"Prism is listening on (http://\S+)")

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._said += line
            if not self._url and (found := self._pattern.search(line)):
                self._url = found[1]
                self._ready.set()
        self._ready.set()  # it has ended

    @property
    def url(self) -> str:
        """Its address, once it listens."""
        self._ready.wait(PATIENCE)
        if not self._url:
            raise RuntimeError(f"{self._process.args!r} does not listen:\n{self._said}")
        return self._url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the process and its children, which no other session has."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        self._reader.join()
        if self._process.stdout:
            self._process.stdout.close()


def main() -> None:
    """Fills the cache; exit code 1 with the reason where that cannot be."""
    try:
        install()
    except Missing as why:
        sys.exit(str(why))
    print(FOLDER)


if __name__ == "__main__":
    main()
