"""What judges us: the vendors' official SDKs and two tools, at exactly these versions, each in a folder of its own.

    python -m tests.oracle.sdks      fills the cache (`.cache/oracle`) without running a test

OneRouter has no SDK (the `onerouter` of the Python index is another company's), so nobody judges our imitation of it.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

CACHE = Path(__file__).parents[2] / ".cache" / "oracle"
DRIVERS = Path(__file__).parent / "drivers"
STAMP = ".installed"
PATIENCE = 60.0
"""Seconds until a driver that does not answer is ended: twice what its SDK waits for a reply."""


@dataclass(frozen=True)
class Package:
    """One version of one Python package."""

    package: str
    version: str
    also: tuple[str, ...] = field(default=(), kw_only=True)
    """Pins of what it depends on, where the newest would not do."""

    @property
    def name(self) -> str:
        """Package and version, as the folder is called."""
        return f"{self.package}-{self.version}"

    @property
    def pins(self) -> tuple[str, ...]:
        """What pip is asked for."""
        return (f"{self.package}=={self.version}", *self.also)

    @property
    def folder(self) -> Path:
        """Where it is installed."""
        return CACHE / self.name

    @property
    def stamp(self) -> str:
        """What is installed and for whom: parts of the SDKs are compiled for one Python and one machine."""
        return f"{' '.join(self.pins)} {sys.implementation.cache_tag} {sys.platform} {platform.machine()}\n"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing that is installed here, no variable of ours either, for it could name a key or a proxy."""
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT", "TMPDIR"}}
        return kept | {"PYTHONPATH": os.pathsep.join([str(self.folder), str(DRIVERS)])}


@dataclass(frozen=True)
class Sdk(Package):
    """A vendor's package and the script that drives it."""

    driver: str


SDKS = {
    sdk.name: sdk
    for sdk in (
        Sdk("anthropic", "0.125.0", "anthropic_driver.py"),
        Sdk("anthropic", "1.17.0", "anthropic_driver.py"),
        Sdk("anthropic", "2.12.0", "anthropic_driver.py"),
        Sdk("letta-client", "1.6.5", "letta_driver.py"),
        Sdk("meshapi", "0.1.11", "meshapi_driver.py"),
    )
}
SCHEMATHESIS = Package("schemathesis", "4.32.5")
OAS_PATCH = Package("oas-patch", "0.6.0", also=("jsonpath-ng==1.16.0",))
TOOLS = (SCHEMATHESIS, OAS_PATCH)
PYTHON = (sys.executable, "-S", "-s", "-P", "-X", "utf8")
"""The Python of whatever runs here: it sees the standard library and its own folder."""


class NotInstalled(Exception):
    """pip could not install a package; the message says what it said."""


def install(sdk: Package) -> None:
    """Installs a package unless it is there. Raises NotInstalled."""
    stamp = sdk.folder / STAMP
    if stamp.is_file() and stamp.read_text() == sdk.stamp:
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        fresh = Path(scratch) / sdk.name
        # Wheels only, so that nothing of theirs runs while it is installed.
        command += ["--only-binary", ":all:", "--target", str(fresh), *sdk.pins]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
            raise NotInstalled(
                f"pip could not install {sdk.pins[0]}, which the oracle tests need; give pip a package index, "
                f"or fill {CACHE} where there is one (python -m tests.oracle.sdks)\n{said}"
            )
        (fresh / STAMP).write_text(sdk.stamp)
        shutil.rmtree(sdk.folder, ignore_errors=True)
        fresh.rename(sdk.folder)


class SdkError(AssertionError):
    """The SDK raised; a test that did not expect it is red."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(f"{told['type']}: {told['message']}")
        self.type: str = told["type"]
        self.told = told


class Driver:
    """An SDK in a process of its own."""

    def __init__(self, sdk: Sdk) -> None:
        self.sdk = sdk
        self._process = subprocess.Popen(
            [*PYTHON, str(DRIVERS / sdk.driver)],
            env=sdk.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def call(self, operation: str, settings: dict[str, Any], arguments: dict[str, Any]) -> Any:
        """What the SDK returned. Raises SdkError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise TypeError("the driver was started without pipes")
        watch = threading.Timer(PATIENCE, self._process.kill)
        watch.start()
        try:
            stdin.write(json.dumps({"operation": operation, "settings": settings, "arguments": arguments}) + "\n")
            stdin.flush()
            line = stdout.readline()
        finally:
            watch.cancel()
            watch.join()
        if not line:
            raise RuntimeError(f"the driver of {self.sdk.name} ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise SdkError(answer["error"])
        return answer["value"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the process: its loop ends with its input."""
        with self._process:
            pass


def main() -> None:
    """Fills the cache."""
    for one in (*SDKS.values(), *TOOLS):
        install(one)
        print(one.folder)


if __name__ == "__main__":
    main()
