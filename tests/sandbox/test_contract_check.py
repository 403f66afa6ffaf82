"""`contract check`: silent about the honest sandbox, and a server that lies in one operation is caught in that one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import click.testing
import httpx
import pytest

from polybatch import BatchClient
from polybatch.cli import main
from polybatch.document import METHODS, Document
from polybatch_sandbox import Sandbox
from tests.conftest import Clock, Desk, in_process
from tests.sandbox.cli_lab import item

VENDORS = ("anthropic", "letta", "meshapi", "onerouter")
KEY = "sk-canary-7f3a9c0123"
JSON = "application/json"
Lie = Callable[[httpx.Response], httpx.Response]
FILE = b'{"custom_id": "row-1", "response": {"status_code": 200, "body": {}}}\n'


@attrs.define
class Lab:
    """A vendor in a sandbox without sockets, and a liar in front of it."""

    vendor: str
    clock: Clock
    box: Sandbox
    monkeypatch: pytest.MonkeyPatch
    batch: str = ""
    """One that has ended."""
    heard: list[str] = attrs.Factory(list)
    """The operations that were called."""

    def client(self, transport: httpx.BaseTransport) -> Callable[..., BatchClient]:
        return partial(BatchClient, transport=transport, timer=self.clock.timer())

    def served(self) -> str:
        """A batch that has ended, made and answered honestly."""
        with self.client(in_process(self.box))(self.vendor, api_key=KEY, base_url=self.base_url) as client:
            items = [{**item(self.vendor, number), "custom_id": f"row-{number}"} for number in (1, 2, 3)]
            known = client.create(map(client.vendor.request, items)).id
            self.clock.now += 100
            assert client.get(known).status.terminal
        return known

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1/{self.vendor}"

    def operation(self, request: httpx.Request) -> str:
        """What a request calls; `file` is the address of results."""
        for path, operations in Document(self.vendor).data["paths"].items():
            pattern = f"/{self.vendor}" + re.sub(r"\{[^}]+\}", "[^/]+", path)
            for method in METHODS & operations.keys():
                if request.method == method.upper() and re.fullmatch(pattern, request.url.path):
                    return str(operations[method]["operationId"])
        return "file"

    def check(self, *arguments: str, lies: Mapping[str, Lie] | None = None, spend: bool = True) -> click.testing.Result:
        """The command, against a server that lies in some operations; `refusal` stands for all replies to refuse."""
        honest = in_process(self.box)

        def answer(request: httpx.Request) -> httpx.Response:
            operation = self.operation(request)
            self.heard.append(operation)
            if not {"authorization", "x-api-key"} & set(request.headers):
                request.headers["user-agent"] = "nobody"  # no call of the client's own: the document wants a key
            reply = honest.handle_request(request)
            reply.read()
            if operation == "batch_results" and self.vendor == "meshapi":
                reply = httpx.Response(200, content=FILE, headers={"content-type": "application/x-jsonl"})
            return (lies or {}).get(operation if reply.is_success else "refusal", _itself)(reply)

        self.monkeypatch.setattr("polybatch.client.BatchClient", self.client(Desk(answer)))
        given = ["--vendor", self.vendor, "--base-url", self.base_url, *arguments]
        named = ("--batch", self.batch) if self.batch else ()
        return run(*given, *named, *(self.spending() if spend else ()))

    def spending(self) -> tuple[str, ...]:
        if self.vendor != "letta":
            return ("--spend", "--model", "m/n")
        path = Path("request.jsonl")
        path.write_text(json.dumps({**item("letta", 9), "custom_id": "one"}), encoding="utf-8")
        return ("--spend", "--request", str(path))


def run(*arguments: str) -> click.testing.Result:
    done = click.testing.CliRunner().invoke(main, ["contract", "check", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    assert KEY not in done.output
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if not line.startswith("{")), done.stdout
    return done


def _itself(reply: httpx.Response) -> httpx.Response:
    return reply


@pytest.fixture(params=VENDORS)
def lab(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.chdir(tmp_path)
    for vendor in VENDORS:
        monkeypatch.setenv(f"{vendor.upper()}_API_KEY", KEY)
    with Sandbox(now=lambda: clock.now) as box:
        made = Lab(request.param, clock, box, monkeypatch)
        made.batch = made.served()
        yield made


# -- honest


def test_the_honest_sandbox_has_no_departure(lab: Lab) -> None:
    read = lab.check(spend=False)
    assert (read.exit_code, read.stderr) == (0, ""), read.output
    assert read.stdout.endswith(f"{lab.vendor} at {lab.base_url}: no departure\n")
    whole = lab.check("--json")
    assert whole.exit_code == 0, whole.output
    assert "at most that one request is charged" in whole.stderr
    [*_, ledger] = lab.box.ledger(requests=False)[lab.vendor]
    assert f"\ncancel_batch: batch {ledger['id']}\n" in whole.stderr
    data = json.loads(whole.stdout)
    assert (data["vendor"], data["base_url"], data["departures"]) == (lab.vendor, lab.base_url, 0)
    inside = {"batch_results"} if lab.vendor == "meshapi" else set()
    offered = set(Document(lab.vendor).operations)
    assert {each["operation"] for each in data["findings"] if not each["unchecked"]} == offered - inside
    assert {each["operation"] for each in data["findings"] if each["unchecked"]} <= inside
    assert offered - inside <= set(lab.heard)
    assert ledger["cancelled"]


# -- lying


def part(body: Any) -> Any:
    """The batch, line or message that a body is about: the first entry of a list in it, else the body."""
    if isinstance(body, list):
        return body[0]
    return next((body[name][0] for name in ("data", "messages") if body.get(name)), body)


def edited(reply: httpx.Response, edit: Callable[[Any], object]) -> httpx.Response:
    """The reply with its part edited; of lines the first."""
    lines = reply.content.split(b"\n") if "json" not in media(reply) or "jsonl" in media(reply) else [reply.content]
    body = json.loads(lines[0])
    edit(part(body))
    return sent(reply, b"\n".join([json.dumps(body).encode(), *lines[1:]]))


def sent(reply: httpx.Response, content: bytes, **changes: Any) -> httpx.Response:
    return httpx.Response(
        **{"status_code": 200, "content": content, "headers": {"content-type": media(reply)}, **changes}
    )


def media(reply: httpx.Response) -> str:
    return str(reply.headers.get("content-type", ""))


REQUIRED = {"file": "custom_id", "anthropic batch_results": "custom_id", "meshapi batch_results": "custom_id",
            "letta batch_results": "role", "onerouter get_batch": "status"}  # fmt: skip
"""A field that must be there, where that is not `id`."""
WORDS = {
    "anthropic": "processing_status", "letta": "status", "meshapi": "status", "letta batch_results": "role",
    "anthropic delete_batch": "type",
}  # fmt: skip
"""A field that has a closed list of words."""


@attrs.frozen
class Deviation:
    """One way to lie in one operation, and what is to be reported."""

    vendor: str
    operation: str
    name: str
    kind: str
    lie: Lie

    def __str__(self) -> str:
        return f"{self.vendor}-{self.operation}-{self.name}"


def deviations(vendor: str) -> Iterator[Deviation]:
    """Every lie in every operation of a vendor; `file` is the address where OneRouter has its results."""
    operations = [*Document(vendor).operations, *(["file"] if vendor == "onerouter" else [])]
    for operation in operations:
        say = partial(Deviation, vendor, operation)
        place = f"{vendor} {operation}"
        yield say("torn", "not JSON", lambda reply: sent(reply, reply.content.rstrip()[:-1]))
        if operation != "file":
            yield say("status", "status", lambda reply: sent(reply, reply.content, status_code=299))
            yield say(
                "media", "media", lambda reply: sent(reply, reply.content, headers={"content-type": "text/plain"})
            )
        if place == "letta cancel_batch":  # whose success is a bare null
            yield say("retyped", "type", lambda reply: sent(reply, b"{}"))
            continue
        field = REQUIRED.get(place) or REQUIRED.get(operation, "id")
        yield say("dropped", "missing", partial(edited, edit=_dropping(field)))
        yield say("retyped", "type", partial(edited, edit=_setting(field, {})))
        yield say("extra", "field", partial(edited, edit=_setting("novelty", 1)))
        if place == "anthropic batch_results":
            yield say("variant", "variant", partial(edited, edit=_setting("result", {"type": "napping"})))
        elif vendor in WORDS and place != "meshapi batch_results":
            yield say("word", "word", partial(edited, edit=_setting(WORDS.get(place, WORDS[vendor]), "napping")))


def _dropping(field: str) -> Callable[[Any], object]:
    return lambda batch: batch.pop(field)


def _setting(field: str, value: Any) -> Callable[[Any], object]:
    return lambda batch: batch.update({field: value})


def in_a_file(reply: httpx.Response) -> httpx.Response:
    """MeshAPI's older way to results."""
    return edited(reply, lambda batch: batch.update(results=None, output_file_id="file-1"))


def caught(lab: Lab, deviation: Deviation) -> list[str]:
    """What is wrong with what the check says about a lie."""
    lies = {deviation.operation: deviation.lie}
    if str(deviation).startswith("meshapi-batch_results"):
        lies["get_batch"] = in_a_file
    done = lab.check("--json", lies=lies)
    if done.exit_code != 1:
        return [f"{deviation}: exit code {done.exit_code}: {done.output}"]
    found = [each for finding in json.loads(done.stdout)["findings"] for each in finding["departures"]]
    operation = "get_batch" if deviation.operation == "file" else deviation.operation
    if {each["operation"] for each in found} != {operation}:
        return [f"{deviation}: {found}"]
    return (
        [] if deviation.kind in {each["kind"] for each in found} else [f"{deviation}: no {deviation.kind} in {found}"]
    )


def test_a_lie_in_each_operation_is_named(lab: Lab) -> None:
    every = list(deviations(lab.vendor))
    operations = list(dict.fromkeys(each.operation for each in every))
    one = [[each for each in every if each.operation == name] for name in operations]
    # Another lie for each operation; all of them with --all.
    wrong = [said for number, lies in enumerate(one) for said in caught(lab, lies[(number * 3) % len(lies)])]
    assert wrong == []
    assert set(operations) - {"file"} == set(Document(lab.vendor).operations)


@pytest.mark.slow
def test_every_lie_in_every_operation_is_named(lab: Lab) -> None:
    every = list(deviations(lab.vendor))
    assert len(every) > 15
    assert [said for each in every for said in caught(lab, each)] == []


def test_the_refusals_are_judged_too(lab: Lab) -> None:
    done = lab.check("--json", lies={"refusal": lambda reply: sent(reply, b"[]", status_code=reply.status_code)})
    assert done.exit_code == 1
    told = {each["subject"]: each["departures"] for each in json.loads(done.stdout)["findings"] if each["departures"]}
    assert set(told) == {"no such batch", "without a key"}
    assert {each["kind"] for found in told.values() for each in found} == {"type"}


def test_a_failure_is_no_refusal(lab: Lab) -> None:
    failing = httpx.Response(500, json={"detail": "down"})
    done = lab.check("--json", spend=False, lies={"refusal": lambda _: failing})
    found = {each["subject"]: each for each in json.loads(done.stdout)["findings"]}
    assert found["no such batch"]["hindered"]
    assert found["without a key"]["hindered"]
    # Letta and MeshAPI may say it this way.
    assert done.exit_code == (3 if lab.vendor in {"letta", "meshapi"} else 1)


# -- the report, and what stands in the way

anthropic = pytest.mark.parametrize("lab", ["anthropic"], indirect=True)


@anthropic
def test_the_report_names_each_place_once_in_eighty_columns(lab: Lab) -> None:
    def lie(batch: Any) -> None:
        batch.update(processing_status="napp\x1b[31ming", novelty={"a": [1]}, ended_at=7)
        batch["request_counts"].pop("expired")

    done = lab.check(lies={"get_batch": partial(edited, edit=lie)}, spend=False)
    assert done.exit_code == 1
    rows, places, reasons = done.stdout.split("\n\n")
    assert rows.splitlines()[:3] == [
        "Operation      What was asked                                Verdict",
        "list_batches   its first page                                ok",
        f"get_batch      batch {lab.batch}       4 departures",
    ]
    assert places.splitlines()[0] == "Operation  Place                     Kind     What was there"
    assert sorted(line.split(maxsplit=3) for line in places.splitlines()[1:]) == [
        ["get_batch", "$.ended_at", "type", "integer, not null or string"],
        ["get_batch", "$.novelty", "field", "object"],
        ["get_batch", "$.processing_status", "word", "napp\\x1b[31ming"],
        ["get_batch", "$.request_counts.expired", "missing", "nothing"],
    ]
    assert "not checked: cancel_batch, create_batch, delete_batch: it changes something;" in reasons
    assert reasons.endswith(f"anthropic at {lab.base_url}: 4 departures\n")


@anthropic
def test_a_long_report_is_cut_and_its_data_is_not(lab: Lab) -> None:
    lies = {"get_batch": partial(edited, edit=lambda batch: batch.update({f"n{n}": 0 for n in range(60)}))}
    assert "\nand 10 more; --json shows all\n" in lab.check(lies=lies, spend=False).stdout
    assert json.loads(lab.check("--json", lies=lies, spend=False).stdout)["departures"] == 60


@anthropic
def test_a_server_that_repeats_the_key_does_not_get_it_printed(lab: Lab) -> None:
    done = lab.check(lies={"get_batch": partial(edited, edit=_setting("processing_status", KEY))})
    assert done.exit_code == 1  # `run` looks for the key in all that is printed
    assert "$.processing_status" in done.stdout


@anthropic
def test_no_batch_where_there_is_one_is_a_departure(lab: Lab) -> None:
    lab.heard.clear()
    done = lab.check(spend=False, lies={"refusal": lambda reply: _as_if(reply, lab)})
    assert done.exit_code == 1
    assert re.search(r"get_batch +\$ +status +a batch, where there is none", done.stdout)
    # The call without a key was answered as well, and that is no departure: some servers ask for none.
    assert "not checked: list_batches (without a key): the server answers without a key as well" in _joined(done)


def _as_if(reply: httpx.Response, lab: Lab) -> httpx.Response:
    page = {"data": [], "has_more": False, "first_id": None, "last_id": None}
    body = page if reply.status_code == 401 else json.loads(_got(lab))
    return httpx.Response(200, json=body)


def _got(lab: Lab) -> bytes:
    with lab.client(in_process(lab.box))(lab.vendor, api_key=KEY, base_url=lab.base_url) as client:
        return client.get(lab.batch).raw


def _joined(done: click.testing.Result) -> str:
    return " ".join(done.stdout.split())


@anthropic
def test_without_a_batch_the_newest_is_looked_at(lab: Lab) -> None:
    lab.clock.now += 60
    newer, lab.batch = lab.served(), ""
    subjects = [each["subject"] for each in json.loads(lab.check("--json", spend=False).stdout)["findings"]]
    assert subjects[:3] == ["its first page", f"batch {newer}", f"results of {newer}"]


@anthropic
def test_without_a_batch_the_report_says_how_to_get_one(lab: Lab) -> None:
    empty = {"list_batches": lambda reply: sent(reply, b'{"data":[],"has_more":false,"first_id":null,"last_id":null}')}
    lab.batch = ""
    done = lab.check(spend=False, lies=empty)
    assert done.exit_code == 0
    said = _joined(done)
    assert "get_batch (a batch): there is no batch to look at; name one with --batch ID, or have one made" in said
    assert "batch_results (some results): there is no batch that has ended; name one with --batch ID once" in said


@anthropic
def test_a_refused_key_ends_the_check(lab: Lab) -> None:
    lab.monkeypatch.setenv("ANTHROPIC_API_KEY", "invalid")
    done = lab.check(spend=False)
    assert done.exit_code == 3
    assert lab.heard == ["list_batches"]  # nothing else was asked, not without a key either
    assert "HTTP 401 authentication_error: this key is not valid" in _joined(done)
    assert "(is ANTHROPIC_API_KEY the right key?)" in _joined(done)
    assert _joined(done).endswith(": no departure met, but not all could be asked")


@anthropic
def test_a_server_that_is_not_there_is_said_once(lab: Lab) -> None:
    def nobody(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    lab.monkeypatch.setattr("polybatch.client.BatchClient", lab.client(Desk(nobody)))
    done = run("--vendor", "anthropic", "--base-url", lab.base_url)
    assert done.exit_code == 3
    assert done.stdout.count("127.0.0.1") == 2  # why, and the last line


@anthropic
def test_a_batch_that_was_made_is_cancelled_whatever_happens(lab: Lab) -> None:
    def gone(_: httpx.Response) -> httpx.Response:
        raise httpx.ReadError("reset")

    done = lab.check(lies={"get_batch": gone})
    assert done.exit_code == 3
    assert "cancel_batch" in lab.heard
    [*_, entry] = lab.box.ledger(requests=False)["anthropic"]
    assert entry["cancelled"]
    refused = lab.check(lies={"cancel_batch": lambda reply: sent(reply, b"{}", status_code=400)})
    known = lab.box.ledger(requests=False)["anthropic"][-1]["id"]
    assert f"cancel it: polybatch batch cancel {known} --vendor anthropic" in _joined(refused)


@anthropic
def test_a_create_that_cannot_be_read_is_no_secret(lab: Lab) -> None:
    done = lab.check(lies={"create_batch": lambda reply: sent(reply, b"[]")})
    assert done.exit_code == 1
    assert "look whether the vendor has the batch before creating it again" in _joined(done)
    assert "cancel_batch: no batch came of the create" in _joined(done).replace(", delete_batch", "")
    assert "cancel_batch" not in lab.heard


@pytest.mark.parametrize("lab", ["letta"], indirect=True)
def test_what_to_spend_is_said_or_asked_for(lab: Lab) -> None:
    def refusal(*arguments: str) -> str:
        done = lab.check(*arguments, spend=False)
        assert (done.exit_code, done.stdout) == (2, "")
        assert lab.heard == []
        return done.stderr

    assert "error: --spend needs --model M, or --request FILE" in refusal("--spend")
    assert "error: --model and --request go with --spend" in refusal("--model", "m")
    assert "hint: give the whole request with --request FILE" in refusal("--spend", "--model", "m")
    Path("two.jsonl").write_text('{"custom_id": "a"}\n\n{"custom_id": "b"}\n', encoding="utf-8")
    assert "error: two.jsonl: expected one request, found more" in refusal("--spend", "--request", "two.jsonl")
    Path("none.jsonl").write_text("\n", encoding="utf-8")
    assert "error: none.jsonl: expected one request, found none" in refusal("--spend", "--request", "none.jsonl")
    Path("bad.jsonl").write_text('\n{"agent_id": 1}\n', encoding="utf-8")
    assert "error: bad.jsonl, line 2: custom_id is missing" in refusal("--spend", "--request", "bad.jsonl")


@anthropic
def test_a_request_of_ones_own_gets_the_model_that_it_lacks(lab: Lab) -> None:
    own = item("anthropic", 1) | {"custom_id": "mine"}
    del own["params"]["model"]
    Path("own.jsonl").write_text(json.dumps(own), encoding="utf-8")
    assert lab.check("--spend", "--request", "own.jsonl", "--model", "m", spend=False).exit_code == 0


def test_the_group_alone_shows_its_help() -> None:
    done = click.testing.CliRunner().invoke(main, ["contract"])
    assert done.exit_code == 0
    assert "check" in done.stdout


@pytest.mark.slow
def test_the_example_of_the_help_works(tmp_path: Path) -> None:
    """On real ports, each side a process of its own."""
    environment = {**os.environ, "ANTHROPIC_API_KEY": KEY}
    command = [sys.executable, "-m", "polybatch"]
    with subprocess.Popen(
        [*command, "sandbox", "--speed", "60", "--json"], stdout=subprocess.PIPE, cwd=tmp_path
    ) as box:
        try:
            assert box.stdout is not None
            base_url = json.loads(box.stdout.readline())["base_urls"]["anthropic"]
            words = ["contract", "check", "--vendor", "anthropic", "--spend", "--model", "m", "--base-url", base_url]
            done = subprocess.run([*command, *words], env=environment, capture_output=True, text=True, check=False)
        finally:
            box.terminate()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"anthropic at {base_url}: no departure\n")
