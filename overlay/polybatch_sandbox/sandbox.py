"""The sandbox without a socket: `handle` takes a request and gives a response.

target ─► /_sandbox…  control
       └► /<vendor>…  route ─► fault ─► version, key ─► parameters, body ─► behaviour ─► fault's disguise
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import secrets
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import unquote

from polybatch_sandbox import behaviours, control, malice
from polybatch_sandbox.answers import Dice
from polybatch_sandbox.bench import Behaviour, Bench, Call, Refusal, check_modes
from polybatch_sandbox.clock import Clock, http_date, stamp
from polybatch_sandbox.contract import Contract, TooLarge, Violations, contract_of
from polybatch_sandbox.faults import DROPPED, Faults
from polybatch_sandbox.message import CREDENTIALS, Response, json_reply
from polybatch_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from polybatch_sandbox.bench import FileHost
    from polybatch_sandbox.contract import Operation
    from polybatch_sandbox.faults import Effect
    from polybatch_sandbox.life import Batch
    from polybatch_sandbox.message import Headers, Request

VENDORS = tuple(sorted(module.name for module in pkgutil.iter_modules(behaviours.__path__)))
LONG_ENOUGH = 8  # characters of a key that is looked for wherever it may have gone


@dataclass(frozen=True, slots=True)
class Mount:
    """One vendor: its document and its behaviour."""

    contract: Contract
    behaviour: Behaviour
    bench: Bench


class Sandbox:
    """A local imitation of the vendors' batch APIs. Safe to call from many threads."""

    def __init__(
        self,
        *,
        seed: int = 0,
        speed: float = 1.0,
        state_dir: Path | None = None,
        lenient_ids: bool = False,
        modes: Mapping[str, Mapping[str, Any]] | None = None,
        chaos: tuple[int, float] | None = None,
        now: Callable[[], float] = time.time,
        documents: Callable[[str], Mapping[str, Any]] | None = None,
    ) -> None:
        self.vendors = VENDORS
        self.seed = seed
        self.lenient_ids = lenient_ids
        self.faults = Faults(chaos)
        """Seed and rate of `chaos` are random trouble at every vendor."""
        self.hosts = {"results": "http://results.invalid"}
        """Base URLs of the other hosts; a server that opens them writes them here."""
        self.refused_credentials: list[dict[str, Any]] = []
        """Requests to the second host that carried a credential."""
        self.foreign_requests: list[dict[str, Any]] = []
        """Requests to the second host that no file answered."""
        self._keys: set[str] = set()
        self._contract = contract_of if documents is None else lambda vendor: Contract(documents(vendor))
        self._lock = threading.RLock()
        self._mounts: dict[str, Mount] = {}
        self._calls = itertools.count(1)
        self.store = Store(state_dir)
        try:
            self._origin, mark = self._resume()
            self.clock = Clock(real=now, speed=speed, mark=mark, book=lambda time: self.store.set_meta("time", time))
            self.clock.now()
            self._modes: dict[str, dict[str, Any]] = self.store.meta("modes") or {}
            self.set_modes(modes or {})
        except BaseException:
            self.store.close()
            raise

    def _resume(self) -> tuple[str, float | None]:
        """The name under which ids are drawn and the time to go on from."""
        known = self.store.meta("seed")
        if known is not None and known != self.seed:
            raise ValueError(f"this state directory belongs to a sandbox with the seed {known}")
        if known is None:
            self.store.set_meta("origin", secrets.token_hex(8))
            self.store.set_meta("seed", self.seed)  # last: a kill before it leaves an empty state
        return str(self.store.meta("origin")), self.store.meta("time")

    def set_modes(self, given: Mapping[str, Mapping[str, Any]]) -> None:
        """Sets the modes of the named vendors; what is not named goes back to its default."""
        for vendor, modes in given.items():
            _check_vendor(vendor)
            check_modes(vendor, _behaviour(vendor).MODES, modes)
        with self._lock:
            self._modes |= {vendor: dict(modes) for vendor, modes in given.items()}
            self.store.set_meta("modes", self._modes)
            for vendor, mount in self._mounts.items():
                mount.bench.modes = self._effective(vendor)

    def effective_modes(self) -> dict[str, dict[str, Any]]:
        """Every mode of every vendor with its value."""
        return {vendor: self._effective(vendor) for vendor in VENDORS}

    def _effective(self, vendor: str) -> dict[str, Any]:
        return check_modes(vendor, _behaviour(vendor).MODES, self._modes.get(vendor, {}))

    def mount(self, vendor: str) -> Mount:
        """A vendor, loaded when it is first asked for."""
        _check_vendor(vendor)
        if vendor in self._mounts:  # a long create holds the lock
            return self._mounts[vendor]
        with self._lock:
            if vendor not in self._mounts:
                bench = Bench(
                    vendor=vendor,
                    store=self.store,
                    seed=self.seed,
                    origin=self._origin,
                    lenient=self.lenient_ids,
                    hosts=self.hosts,
                )
                mount = Mount(self._contract(vendor), _behaviour(vendor)(bench), bench)
                bench.modes = self._effective(vendor)
                self._mounts[vendor] = mount
            return self._mounts[vendor]

    def script(self, vendor: str, operation: str, words: Sequence[str]) -> None:
        """Trouble for the next calls of an operation, one word a call. Raises ValueError for what does not exist."""
        if operation not in (offered := self.offered(vendor)):
            raise ValueError(f"{vendor} has no operation {operation!r}; it has {', '.join(sorted(offered))}")
        self.faults.script(vendor, operation, words)

    def close(self) -> None:
        """Lets go of the state."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def handle(self, request: Request) -> Response:
        """The reply of the first host."""
        if request.method == "HEAD":
            reply = self.handle(replace(request, method="GET"))
            length = (("Content-Length", str(len(reply.body))),) if isinstance(reply.body, bytes) else ()
            return replace(reply, headers=(*reply.headers, *length), body=b"")
        first, _, _ = request.path.removeprefix("/").partition("/")
        if first == "_sandbox":
            return self._dated(control.handle(self, request))
        if first in VENDORS:
            return self._dated(self._vendor(first, request))
        return self._dated(json_reply({"error": f"mounted here: {', '.join(VENDORS)}, _sandbox"}, status=404))

    def handle_file(self, request: Request) -> Response:
        """The reply of the second host, which holds result files and must never see a credential."""
        carried = [name for name in CREDENTIALS if request.values(name)] or self._leaks(request)
        if carried:
            self.refused_credentials.append({"path": request.path, "headers": carried})
            return self._dated(json_reply({"error": "a credential was sent to a foreign host"}, status=403))
        if request.method == "GET":
            for vendor in (name for name in VENDORS if _behaviour(name).FILES):
                mount, now = self.mount(vendor), self.clock.now()
                reply = cast("FileHost", mount.behaviour).file(request, now)
                if reply is not None:
                    call = Call(request, "", self.hosts["results"], now, effect=self.faults.take(vendor, "results"))
                    return self._dated(self._troubled_file(mount, call, reply))
        visit = {"method": request.method, "path": request.path, "bytes": len(request.body)}
        self.foreign_requests.append(visit)
        return self._dated(json_reply({"error": "there is no such file"}, status=404))

    def _leaks(self, request: Request) -> list[str]:
        """Where else in a request there is a key that was sent to a vendor."""
        places = {
            "target": unquote(request.target),
            "body": bytes(request.body).decode("latin-1"),
            **dict(request.headers),
        }
        return [place for place, text in places.items() if any(key in text for key in tuple(self._keys))]

    def _troubled_file(self, mount: Mount, call: Call, reply: Response) -> Response:
        effect, kind = call.effect, mount.bench.modes["malice"]
        if effect.drop_before:
            return DROPPED
        status = effect.refuse or effect.refuse_after
        if status is not None:
            reply = json_reply({"error": "scripted trouble"}, status=status, headers=self._retry(effect))
        foreign = call.mount.replace("127.0.0.1", "localhost")
        away = malice.redirected(kind, call.request, call.mount, foreign)
        return effect.dress(away or malice.disguise(kind, reply, call, mount.bench))

    def _dated(self, reply: Response) -> Response:
        return reply if reply.dropped else reply.adding((("Date", http_date(self.clock.now())),))

    def _vendor(self, vendor: str, request: Request) -> Response:
        mount = self.mount(vendor)
        behaviour = mount.behaviour
        dice = Dice(f"{self._origin}/{self.clock.now()}/{next(self._calls)}")
        host = request.header("host") or "127.0.0.1"
        inner = replace(request, target=request.target.removeprefix(f"/{vendor}") or "/")
        carriers = {*CREDENTIALS, *mount.contract.key_headers}
        keys = (value.rpartition(" ")[2] for name in carriers for value in request.values(name))
        self._keys.update(key for key in keys if len(key) >= LONG_ENOUGH)
        call = Call(inner, behaviour.request_id(dice), f"http://{host}/{vendor}", self.clock.now())
        try:
            reply = self._route(vendor, mount, call)
        except Refusal as refusal:
            reply = behaviour.error(refusal, call)
        return reply if reply.dropped else reply.adding(behaviour.headers(call))

    def _route(self, vendor: str, mount: Mount, call: Call) -> Response:
        routes = mount.contract.routes(call.request.path)
        if not routes:
            raise Refusal(404, f"there is nothing at {call.request.path}")
        operation = routes.get(call.request.method)
        if operation is None:
            allow = (("Allow", ", ".join(sorted({*routes, "OPTIONS"} | ({"HEAD"} if "GET" in routes else set())))),)
            if call.request.method == "OPTIONS":
                return Response(204, allow)
            raise Refusal(405, f"{call.request.method} is not possible at {call.request.path}", headers=allow)
        effect = self.faults.take(vendor, operation.word)
        call = replace(call, operation=operation.name, effect=effect)
        if effect.drop_before:
            return DROPPED
        kind = mount.bench.modes["malice"]
        away = malice.redirected(kind, call.request, call.mount, self.hosts["results"])
        return effect.dress(away or malice.disguise(kind, self._answer(mount, operation, call), call, mount.bench))

    def _answer(self, mount: Mount, operation: Operation, call: Call) -> Response:
        effect = call.effect
        if effect.refuse is not None:
            asked = Refusal(effect.refuse, "scripted trouble", headers=self._retry(effect))
            return mount.behaviour.error(asked, call)
        try:
            reply = self._perform(mount, operation, call)
        except Refusal as refusal:
            reply = mount.behaviour.error(refusal, call)
        if effect.refuse_after is not None:
            asked = Refusal(effect.refuse_after, "scripted trouble after the work was done")
            return mount.behaviour.error(asked, call)
        return reply

    def _retry(self, effect: Effect) -> Headers:
        date = None if effect.retry_date is None else http_date(self.clock.now() + effect.retry_date)
        value = effect.retry_after or date
        return (("Retry-After", value),) if value else ()

    def _perform(self, mount: Mount, operation: Operation, call: Call) -> Response:
        behaviour = mount.behaviour
        behaviour.admit(call.request, mount.contract.keys(call.request, operation))
        try:
            given = operation.read(
                call.request, sized=not behaviour.SIZED_BY_HEADER or call.request.header("content-length") is not None
            )
        except Violations as violations:
            raise behaviour.invalid(violations.found) from None
        except TooLarge:
            raise behaviour.too_large() from None
        query = malice.query(mount.bench.modes["malice"], given.query)
        call = replace(call, path=given.path, query=query, body=given.body)
        with self._lock:
            return behaviour.operations[operation.name](call)

    def offered(self, vendor: str) -> set[str]:
        """The operations of a vendor that can be scripted."""
        mount = self.mount(vendor)
        files = {"results"} if mount.behaviour.FILES else set()
        return {operation.word for operation in mount.contract.operations} | files

    def ledger(self, *, requests: bool) -> dict[str, list[dict[str, Any]]]:
        """Every batch accepted by now, whether or not its reply arrived."""
        now = self.clock.now()
        return {
            vendor: [self._entry(batch, now, requests=requests) for batch in self.store.batches(vendor, now=now)]
            for vendor in VENDORS
        }

    def _entry(self, batch: Batch, now: float, *, requests: bool) -> dict[str, Any]:
        entry = {
            "id": batch.id,
            "items": batch.items,
            "created_at": stamp(batch.created_at),
            "cancelled": batch.cancelled_at is not None,
            "deleted": batch.deleted_at is not None,
            "billed": self.mount(batch.vendor).behaviour.billed(batch, now),
        }
        return entry | ({"requests": self.store.digests(batch)} if requests else {})


def _check_vendor(vendor: str) -> None:
    if vendor not in VENDORS:
        raise ValueError(f"there is no vendor {vendor!r}; there are {', '.join(VENDORS)}")


def _behaviour(vendor: str) -> Any:
    return importlib.import_module(f"{behaviours.__name__}.{vendor}").BEHAVIOUR
