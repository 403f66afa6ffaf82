"""Durable runs: one input of any size, as many batches as it takes, one outcome for each request."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

import attrs

from polybatch.errors import InputError
from polybatch.model import Result
from polybatch.tables.rows import Source
from polybatch.vendor import Vendor

from . import registry
from .core import Core, no_key
from .machine import RunStatus
from .opening import Fingerprint
from .settings import RunSettings, Settings, paths

if TYPE_CHECKING:  # a run can be read without HTTP
    from polybatch.wire import AsyncWire, Wire

Listener = Callable[[RunStatus], None]


def prepare(
    vendor: Vendor,
    requests: Source,
    *,
    base_url: str,
    options: Mapping[str, Any],
    settings: RunSettings,
    fingerprint: Fingerprint,
) -> Core:
    """Open or resume a run. Raises InputError for an unknown setting."""
    requests = Path(requests) if isinstance(requests, str) else requests
    given: dict[str, Any] = {**settings}
    names = {attribute.name for attribute in attrs.fields(Settings)}
    if unknown := given.keys() - names:
        known = ", ".join(sorted(RunSettings.__annotations__))
        raise InputError(f"a run has no setting {min(unknown)!r}", hint=f"its settings are: {known}")
    named = (Path(given[name]) if given.get(name) else None for name in ("out", "run_dir"))
    given["out"], given["run_dir"] = paths(requests, vendor.profile.name, *named)
    made = Settings(**given)
    identity = {
        "vendor": vendor.profile.name,
        "base_url": "sandbox" if made.sandbox else base_url,
        "options": json.loads(json.dumps(dict(options))),  # as the journal gives it back: a tuple is a list there
        "model": made.model,
        **{name: True for name in ("lossy", "instead") if getattr(made, name)},  # older journals name neither
    }
    core = Core.open(vendor, requests, made, identity, fingerprint)
    registry.register(made.run_dir, made.out)
    return core


class Run:
    """A durable run, driven by `wait` or by iterating `results`."""

    def __init__(self, core: Core, wire: Wire) -> None:
        self._core, self._wire = core, wire

    @classmethod
    def open(
        cls,
        vendor: Vendor,
        wire: Wire,
        requests: Source,
        *,
        base_url: str,
        options: Mapping[str, Any],
        fingerprint: Fingerprint = no_key,
        **settings: Unpack[RunSettings],
    ) -> Self:
        """Open or resume; the whole input is checked and planned, nothing is sent."""
        core = prepare(vendor, requests, base_url=base_url, options=options, settings=settings, fingerprint=fingerprint)
        return cls(core, wire)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the run up; it can be resumed."""
        self._core.close()

    def status(self) -> RunStatus:
        """How far it is; only reads."""
        return self._core.status()

    def wait(self, *, listener: Listener | None = None) -> RunStatus:
        """Drive the run to its end; `listener` hears of every step. Raises RunHeld where somebody must decide."""
        self._core.listener = listener
        self._wire.run(self._core.work())
        return self.status()

    def results(self) -> Iterator[Result]:
        """Every result, from files that are safe; drives the run as far as it is iterated."""
        told = set[int]()
        yield from self._core.news(told)
        for _ in self._wire.iterate(self._core.work()):
            yield from self._core.news(told)
        yield from self._core.news(told)

    def cancel(self, *, listener: Listener | None = None) -> RunStatus:
        """Cancel what is open and submit nothing more; what was answered is still fetched."""
        self._core.request_cancel()
        return self.wait(listener=listener)

    def stop(self) -> None:
        """Make `wait` return before its next step, with the run unfinished; may be called from a signal handler."""
        self._core.stop()


class AsyncRun:
    """The same as `Run`, with `await` and `async for`."""

    def __init__(self, core: Core, wire: AsyncWire) -> None:
        self._core, self._wire = core, wire

    @classmethod
    def open(
        cls,
        vendor: Vendor,
        wire: AsyncWire,
        requests: Source,
        *,
        base_url: str,
        options: Mapping[str, Any],
        fingerprint: Fingerprint = no_key,
        **settings: Unpack[RunSettings],
    ) -> Self:
        """Open or resume; the whole input is checked and planned, nothing is sent."""
        core = prepare(vendor, requests, base_url=base_url, options=options, settings=settings, fingerprint=fingerprint)
        return cls(core, wire)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the run up; it can be resumed."""
        self._core.close()

    def status(self) -> RunStatus:
        """How far it is; only reads."""
        return self._core.status()

    async def wait(self, *, listener: Listener | None = None) -> RunStatus:
        """Drive the run to its end."""
        self._core.listener = listener
        await self._wire.run(self._core.work())
        return self.status()

    async def results(self) -> AsyncGenerator[Result, None]:
        """Every result, from files that are safe; drives the run as far as it is iterated."""
        told = set[int]()
        for result in self._core.news(told):
            yield result
        async with aclosing(self._wire.iterate(self._core.work())) as steps:  # who leaves early leaves nothing going
            async for _ in steps:
                for result in self._core.news(told):
                    yield result
        for result in self._core.news(told):
            yield result

    async def cancel(self, *, listener: Listener | None = None) -> RunStatus:
        """Cancel what is open and submit nothing more."""
        self._core.request_cancel()
        return await self.wait(listener=listener)

    def stop(self) -> None:
        """Make `wait` return before its next step, with the run unfinished; may be called from a signal handler."""
        self._core.stop()


__all__ = ["AsyncRun", "Run", "RunSettings", "RunStatus"]
