"""Our client, through its public methods, at a vendor that gives one made reply; everything is made from the document.

desk = Asking("meshapi")
desk.ask("get_batch", 200, b"…")  ─► Heard(batches, results, error)
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable, Iterator
from functools import cached_property

import httpx
from attrs import Factory, define

from polybatch import Batch, BatchClient, PolybatchError, Request, Result
from polybatch.vendors import find_vendor
from tests.contract.bodies import Json, Schema
from tests.contract.examples import examples
from tests.contract.judge import judge
from tests.sandbox.run_lab import Time

FILE = "https://files.example.org/results.jsonl"
ID = "batch-1"
LINES = "application/x-jsonl"


@define
class Heard:
    """What the client made of a reply."""

    batches: list[Batch] = Factory(list)
    results: list[Result] = Factory(list)
    error: PolybatchError | None = None

    @property
    def kept(self) -> list[bytes]:
        """The bytes that are there for whoever wants to look."""
        raised = [] if self.error is None else [self.error.raw]
        return [*(one.raw for one in (*self.batches, *self.results)), *raised]


class Asking:
    """One vendor, and a client of it. `operation` is an operationId, or `file` for a file that a reply points at."""

    def __init__(self, vendor: str) -> None:
        self.vendor, self.judge = vendor, judge(vendor)
        self._reply: tuple[str, int, bytes, str] = ("", 0, b"", "")
        self._asked: list[str] = []
        self._ended: dict[str, bytes] = {}
        self._small: dict[str, bytes] = {}
        self.client = BatchClient(
            vendor, api_key="key", transport=httpx.MockTransport(self._answer), timer=Time().timer
        )

    # -- what the document offers

    def schema(self, operation: str, status: str = "2") -> Schema:
        """The schema of a reply's document or line."""
        if operation == "file":
            return self.judge.of_files
        raw = self.judge.named(operation).raw
        code = next(code for code in raw["responses"] if code.startswith(status))
        (said,) = self.judge.follow(raw["responses"][code])["content"].values()
        found: Schema = said.get("x-item-schema") or said["schema"]
        return found

    def instances(self, schema: Schema) -> list[Json]:
        """Instances inside the document."""
        valid = self.judge.validator(schema).is_valid
        return [made for made in examples(self.judge.document, schema) if valid(made)]

    @cached_property
    def item(self) -> Schema:
        """The schema of one item of a create."""
        items: Schema = find_vendor(self.vendor).document.items["items"]
        return items

    @cached_property
    def request(self) -> Request:
        """The smallest request."""
        return self.client.vendor.request({"custom_id": "row-1", **self.instances(self.item)[0]})

    # -- what the client does

    def ask(self, operation: str, status: int, body: bytes, media: str = "application/json") -> Heard:
        """Every public method that meets the operation, until one raises; lazy parts of results are touched."""
        heard = Heard()
        self._reply = (operation, status, body, media)
        try:
            for found in itertools.chain.from_iterable(self._methods(operation)):
                (heard.results if isinstance(found, Result) else heard.batches).append(found)
                if isinstance(found, Result):
                    assert [found.body, found.text, found.usage, found.finish, repr(found)]
        except PolybatchError as error:
            heard.error = error
        return heard

    def _methods(self, operation: str) -> Iterator[Iterable[Batch | Result]]:
        client = self.client
        if operation == "create_batch":
            yield [client.create([self.request])]
        elif operation == "list_batches":
            yield client.list()
        elif operation == "cancel_batch":
            yield [client.cancel(ID)]
        elif operation == "delete_batch":
            client.delete(ID)
        elif operation == "get_batch":
            yield [batch := client.get(ID)]
            yield client.results(ID) if batch.status.terminal else []
        else:
            self._leading(operation)
            yield client.results(ID)

    def _leading(self, operation: str) -> bytes:
        """The batch whose results are fetched by this operation; found by trying."""
        if operation not in self._ended:
            wanted, full = self._reply, self.instances(self.schema("get_batch"))
            self._ended[operation] = next(body for body in self._endings(full) if operation in self._led_to(body))
            self._reply = wanted
        return self._ended[operation]

    def _endings(self, made: list[Json]) -> Iterator[bytes]:
        """Batches that have ended, each with one thing more that is unlike the fullest."""
        for ended in made:
            change = {name: value for name, value in ended.items() if value != made[1].get(name)}
            self._reply = ("get_batch", 200, json.dumps(ended).encode(), "application/json")
            try:
                terminal = self.client.get(ID).status.terminal
            except PolybatchError:  # an error in the place of a batch
                terminal = False
            yield from (self._pointing(one | change) for one in made if terminal)

    def _led_to(self, body: bytes) -> list[str]:
        """What is called for the results of a batch."""
        self._reply, self._asked = ("get_batch", 200, body, "application/json"), []
        with contextlib.suppress(PolybatchError):  # there are no results; only the way to them counts
            list(self.client.results(ID))
        return self._asked

    def _pointing(self, made: Json) -> bytes:
        """With a real address where a file is pointed at."""
        listed = (schema.get("properties", {}) for schema in self.judge.document["components"]["schemas"].values())
        pointers = {name for found in listed for name, schema in found.items() if "x-item-schema" in schema}
        return json.dumps(made | {name: FILE for name in pointers if made.get(name)}).encode()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        found = self.judge.find(request.method, request.url.raw_path.decode())
        called = "file" if str(request.url) == FILE else found[0].name if found else "nothing"
        self._asked.append(called)
        operation, status, body, media = self._reply
        if called == operation:
            if operation == "list_batches" and status == 200:  # the next page is another one
                self._reply = (operation, 200, self._last_page, media)
            return httpx.Response(status, content=body, headers={"content-type": media})
        assert called in {"get_batch", "batch_results", "file"}, f"{operation} led to {called}"
        ended = self._ended.get(operation) if called == "get_batch" else None
        return httpx.Response(
            200, content=ended or self._smallest(called), headers={"content-type": "application/json"}
        )

    def _smallest(self, called: str) -> bytes:
        """The smallest good reply; of lines, none."""
        if called not in self._small:
            lines = called == "file" or LINES in self.judge.named(called).replies["200"].content
            self._small[called] = b"" if lines else json.dumps(self.instances(self.schema(called))[0]).encode()
        return self._small[called]

    @cached_property
    def _last_page(self) -> bytes:
        """A page that no other follows."""
        made = self.instances(self.schema("list_batches"))
        return min((json.dumps(_without_more(one)).encode() for one in made), key=len)


def _without_more(page: Json) -> Json:
    """Every list in a page empty, every yes a no."""
    if isinstance(page, list):
        return []
    return {name: [] if isinstance(value, list) else False if value is True else value for name, value in page.items()}
