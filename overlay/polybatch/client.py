"""`BatchClient` and `AsyncBatchClient`: one batch at a vendor, with the same names and signatures.

Everything that decides stands in flows; here they are only driven.
"""

from __future__ import annotations

import math
import os
from collections.abc import AsyncGenerator, Generator, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self, Unpack

import httpx
from attrs import evolve

from .errors import ContractError, InputError, NotReady, PolybatchError, VendorError
from .flow import Clock, Flow, Pause, Warn, mapped
from .model import Batch, Request, Result
from .network import trusted
from .origin import check_base_url, same_origin
from .single import staged
from .vendor import Capabilities, Vendor, capabilities
from .vendors import find_vendor
from .wire import AsyncWire, Line, Timer, Wire

if TYPE_CHECKING:
    from .run import AsyncRun, Run, RunSettings
    from .tables.rows import Source

FIRST_POLL, POLL_FACTOR, LONGEST_POLL = 5.0, 1.5, 60.0
"""Seconds between two looks at a batch: 5, 7.5, … 60; most batches take minutes to an hour (facts §2.4)."""


class _Client:
    """What both clients know: the vendor, and how to reach it.

    `vendor`: `anthropic`, `letta`, `meshapi` or `onerouter`. `api_key`: else the vendor's environment variable.
    `timeout`: seconds without a byte. `ca_file`: certificates (PEM) to trust besides the usual ones. `allow_http`:
    plain http to another machine, and addresses from the vendor that lead into a private network.
    Raises InputError for an unknown vendor or option, or a missing key.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of the user's own (INTERFACE)
        self,
        vendor: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 60.0,
        transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None,
        options: Mapping[str, Any] | None = None,
        allow_http: bool = False,
        ca_file: str | Path | None = None,
        timer: Timer | None = None,
    ) -> None:
        kind = find_vendor(vendor)
        own = kind.document.server
        base = check_base_url(base_url or own, allow_http=allow_http)
        self.vendor: Vendor = kind(options or {}, base)
        self.base_url = base
        self._options = dict(options or {})
        key = _key(self.vendor, api_key, needed=same_origin(base, own))
        credentials = self.vendor.scheme().headers(key) if key else {}
        if ca_file is not None and transport is not None:
            raise InputError("ca_file= has no effect on a transport of your own", hint="give it to the transport")
        tls = trusted(ca_file) if ca_file is not None else None
        self._line = Line(base, credentials, timeout, transport, timer or Timer(), tls=tls, inside=allow_http)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.vendor.profile.name!r}, base_url={self.base_url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a key and connections: it is not copied or pickled, make another")

    @property
    def capabilities(self) -> Capabilities:
        """What the vendor can do."""
        return capabilities(type(self.vendor))

    @property
    def generated(self) -> Any:
        """The vendor's generated, typed client, for whatever this interface does not cover."""
        given = {"transport": self._line.transport, "verify": self._line.tls}
        arguments = {name: value for name, value in given.items() if value is not None}
        return self.vendor.generated(dict(self._line.credentials), self._line.patience, arguments)

    def _fingerprint(self, salt: str) -> str:
        """What tells this key from another, without being one."""
        secret = "".join(self._line.credentials.values()).encode()
        return blake2b(secret, key=salt.encode(), digest_size=4).hexdigest()

    def _with(self, options: Mapping[str, Any] | None) -> Vendor:
        vendor = type(self.vendor)({**self._options, **(options or {})}, self.base_url)
        if vendor.scheme() != self.vendor.scheme():
            raise InputError("how the key is presented is an option of the client, not of one create")
        return vendor


class BatchClient(_Client):
    """One vendor's batches, with blocking calls."""

    @cached_property
    def _wire(self) -> Wire:
        return Wire(self._line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def create(
        self, requests: Iterable[Request] | str | Path, *, options: Mapping[str, Any] | None = None,
        check: bool = True, lossy: bool = False,
    ) -> Batch:  # fmt: skip
        """Create one batch; nothing is sent unless every request is in order.

        `lossy`: what the vendor cannot carry of a portable request is left out with a warning, instead of refused.
        Raises InputError, UnknownOutcome (the batch may exist), VendorError.
        """
        vendor = self._with(options)
        with staged(vendor, requests, check=check, lossy=lossy) as payload:
            return self._wire.run(vendor.create(payload))

    def get(self, batch_id: str) -> Batch:
        """Ask for one batch. Raises NotFound."""
        return self._wire.run(self.vendor.get(_id(batch_id)))

    def list(self, *, limit: int = 20) -> Generator[Batch, None, None]:
        """All batches the vendor lists; `limit` is the page size."""
        return self._wire.iterate(self.vendor.list(limit))

    def cancel(self, batch_id: str) -> Batch:
        """Ask the vendor to stop a batch; requests already answered stay answered."""
        return self._wire.run(self.vendor.cancel(_id(batch_id)))

    def delete(self, batch_id: str) -> None:
        """Delete an ended batch. Raises Unsupported where the vendor has no such operation."""
        self._wire.run(self.vendor.delete(_id(batch_id)))

    def wait(self, batch_id: str, *, timeout: float | None = None, poll: float = FIRST_POLL) -> Batch:
        """Poll until the batch has ended. Raises NotReady after `timeout` seconds; the batch goes on all the same."""
        return self._wire.run(waiting(self.vendor, _id(batch_id), timeout, poll))

    def results(self, batch_id: str) -> Generator[Result, None, None]:
        """Stream the results, in the vendor's order.

        Raises NotReady before the end; at the end ContractError if results are missing or cannot be read.
        """
        return self._wire.iterate(decoded(self.vendor, _id(batch_id)))

    def converse(self, flow: Flow[Any], *, keyless: bool = False) -> Generator[Any, None, None]:
        """Carry out a flow of one's own and yield what it emits; `keyless`: as somebody who has no key."""
        wire = Wire(evolve(self._line, credentials={})) if keyless else self._wire
        try:
            yield from wire.iterate(flow)
        finally:
            if keyless:
                wire.close()

    def run(self, requests: Source, **settings: Unpack[RunSettings]) -> Run:
        """Open or resume a durable run over an input of any size; sends nothing yet.

        `requests`: a file of requests (JSON lines), a table (CSV, Parquet; pandas, polars or Arrow data), or an
        iterable of dicts or of `Request`. `prompt='Classify: {text}'` makes a request of each row; `system`,
        `id_column`, `schema` and `max_tokens` go with it. All settings (`polybatch.run.RunSettings`) are named as the
        options of `polybatch run`.
        What no file holds needs `run_dir`, and is given again to resume.
        """
        from .run import Run  # noqa: PLC0415 - the interface works without runs

        return Run.open(
            self.vendor, self._wire, requests, base_url=self.base_url, options=self._options,
            fingerprint=self._fingerprint, **settings,
        )  # fmt: skip


class AsyncBatchClient(_Client):
    """The same as `BatchClient`, with `await` and `async for`."""

    @cached_property
    def _wire(self) -> AsyncWire:
        return AsyncWire(self._line)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._wire.close()

    async def create(
        self, requests: Iterable[Request] | str | Path, *, options: Mapping[str, Any] | None = None,
        check: bool = True, lossy: bool = False,
    ) -> Batch:  # fmt: skip
        """Create one batch; see `BatchClient.create`."""
        vendor = self._with(options)
        with staged(vendor, requests, check=check, lossy=lossy) as payload:
            return await self._wire.run(vendor.create(payload))

    async def get(self, batch_id: str) -> Batch:
        """Ask for one batch."""
        return await self._wire.run(self.vendor.get(_id(batch_id)))

    def list(self, *, limit: int = 20) -> AsyncGenerator[Batch, None]:
        """All batches the vendor lists; `limit` is the page size."""
        return self._wire.iterate(self.vendor.list(limit))

    async def cancel(self, batch_id: str) -> Batch:
        """Ask the vendor to stop a batch."""
        return await self._wire.run(self.vendor.cancel(_id(batch_id)))

    async def delete(self, batch_id: str) -> None:
        """Delete an ended batch."""
        await self._wire.run(self.vendor.delete(_id(batch_id)))

    async def wait(self, batch_id: str, *, timeout: float | None = None, poll: float = FIRST_POLL) -> Batch:  # noqa: ASYNC109 - the sync name
        """Poll until the batch has ended."""
        return await self._wire.run(waiting(self.vendor, _id(batch_id), timeout, poll))

    def results(self, batch_id: str) -> AsyncGenerator[Result, None]:
        """Stream the results, in the vendor's order."""
        return self._wire.iterate(decoded(self.vendor, _id(batch_id)))

    async def converse(self, flow: Flow[Any], *, keyless: bool = False) -> AsyncGenerator[Any, None]:
        """Carry out a flow of one's own; see `BatchClient.converse`."""
        wire = AsyncWire(evolve(self._line, credentials={})) if keyless else self._wire
        try:
            async with aclosing(wire.iterate(flow)) as steps:
                async for item in steps:
                    yield item
        finally:
            if keyless:
                await wire.close()

    def run(self, requests: Source, **settings: Unpack[RunSettings]) -> AsyncRun:
        """Open or resume a durable run; see `BatchClient.run`."""
        from .run import AsyncRun  # noqa: PLC0415 - the interface works without runs

        return AsyncRun.open(
            self.vendor, self._wire, requests, base_url=self.base_url, options=self._options,
            fingerprint=self._fingerprint, **settings,
        )  # fmt: skip


def waiting(vendor: Vendor, batch_id: str, timeout: float | None, poll: float) -> Flow[Batch]:
    """Poll with back-off until the batch has ended; the first look comes at once, the last when the time is up.

    Once the vendor has answered, trouble that passes by itself is outlasted, however long it takes.
    """
    start = yield Clock()
    pause = poll
    told: set[str] = set()
    batch: Batch | None = None
    while True:
        try:
            batch = yield from vendor.get(batch_id)
        except PolybatchError as trouble:
            if batch is None or not trouble.transient:
                raise
            yield Warn(f"batch {batch_id}: {trouble}; looking again")
            asked = trouble.retry_after if isinstance(trouble, VendorError) else None
        else:
            if batch.status.terminal:
                return batch
            asked = batch.retry_after
            for warning in batch.warnings:
                if warning not in told:
                    told.add(warning)
                    yield Warn(warning)
        spent = (yield Clock()) - start
        left, least = math.inf if timeout is None else timeout - spent, asked or 0.0
        if left <= 0 or least > left:
            message = f"batch {batch_id} is {batch.status} after {spent:.0f} s"
            raise NotReady(message, hint="it goes on; wait again later")
        yield Pause(max(least, min(pause, left)))
        pause = min(pause * POLL_FACTOR, max(LONGEST_POLL, poll))


def decoded(vendor: Vendor, batch_id: str) -> Flow[None]:
    """Emit the results of a batch, and complain at the end about those that did not come."""
    read, broken = 0, 0
    first: ContractError | None = None

    def decode(records: Sequence[bytes]) -> Iterable[Result]:
        nonlocal read, broken, first
        for record in records:
            try:
                result = vendor.decode(record, batch_id)
            except ContractError as error:
                broken, first = broken + 1, first or error
                continue
            read += 1
            yield result

    expected = yield from mapped(vendor.records(batch_id), lambda records: list(decode(records)))
    if first is not None:
        message = f"batch {batch_id}: {broken} results cannot be read, the first: {first.message}"
        raise ContractError(message, raw=first.raw) from first
    if expected is not None and read < expected:
        raise ContractError(f"batch {batch_id}: {read} of {expected} results came", hint="fetch them again")


def _id(batch_id: str) -> str:
    if not isinstance(batch_id, str) or not batch_id.strip() or not batch_id.isprintable():
        raise InputError("a batch id is a text of printable characters, and not empty")
    return batch_id


def _key(vendor: Vendor, given: str | None, *, needed: bool) -> str | None:
    """The key, from the caller or the environment. Raises InputError, which never shows it."""
    variable = vendor.profile.key_variable
    key = given if given is not None else os.environ.get(variable)
    if not key:
        if needed:
            raise InputError(f"no API key for {vendor.profile.title}", hint=f"set {variable} or give api_key=")
        return None
    if not key.isascii() or any(not char.isprintable() or char.isspace() for char in key):
        raise InputError(f"the API key for {vendor.profile.title} has a blank, a line end or another character that "
                         "no key has", hint=f"look at {variable}")  # fmt: skip
    return key
