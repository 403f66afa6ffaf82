"""What outlives the process, and what does not grow with the number of items."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
import urllib.request
from email.utils import parsedate_to_datetime

import pytest

from polybatch_sandbox import Request, Sandbox
from tests.sandbox.server_lab import CREATE_PATH, KEY, START, VENDORS, exchange, items, open_lab

SERVE = """
import sys, threading
from pathlib import Path
from polybatch_sandbox import serve
with serve(state_dir=Path(sys.argv[1]), seed=3, speed=1000.0) as server:
    print(server.url, flush=True)
    threading.Event().wait()
"""


class Killable:
    """A sandbox in a process of its own, that ends by a kill."""

    def __init__(self, state):
        self.process = subprocess.Popen([sys.executable, "-c", SERVE, str(state)], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def call(self, method, path, body=None):
        headers = KEY["anthropic"] | {"Content-Type": "application/json"}
        reply = exchange(
            self.url, method, path, headers=headers, body=None if body is None else json.dumps(body).encode()
        )
        assert reply.status == 200, reply.body
        return reply

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def test_a_killed_sandbox_goes_on_where_it_was(tmp_path):
    path = "/anthropic/v1/messages/batches"
    first = Killable(tmp_path)
    try:
        kept = first.call("POST", path, {"requests": items("anthropic", 50)}).json
        first.call("POST", "/_sandbox/clock", {"advance": 60})
        results = first.call("GET", f"{path}/{kept['id']}/results").body
        running = first.call("POST", path, {"requests": items("anthropic", 3)}).json
        first.call("POST", f"{path}/{running['id']}/cancel")
        deleted = first.call("POST", path, {"requests": items("anthropic", 1)}).json
        first.call("POST", "/_sandbox/clock", {"advance": 60})
        first.call("DELETE", f"{path}/{deleted['id']}")
        first.call("PUT", "/_sandbox/modes", {"letta": {"stuck": True}})
        before = first.call("GET", path)
        ledger = first.call("GET", "/_sandbox/ledger?requests=1").json
    finally:
        first.kill()
    second = Killable(tmp_path)
    try:
        after = second.call("GET", path)
        assert parsedate_to_datetime(after.headers["Date"]) >= parsedate_to_datetime(before.headers["Date"])
        urls_aside = [row | {"results_url": ""} for row in before.json["data"]]
        assert [row | {"results_url": ""} for row in after.json["data"]] == urls_aside
        assert second.call("GET", f"{path}/{kept['id']}/results").body == results
        assert second.call("GET", "/_sandbox/ledger?requests=1").json == ledger
        assert second.call("GET", "/_sandbox").json["modes"]["letta"]["stuck"]
        new = second.call("POST", path, {"requests": items("anthropic", 1)}).json
        assert new["id"] not in {kept["id"], running["id"], deleted["id"]}
    finally:
        second.kill()


def test_time_does_not_count_while_nothing_runs(tmp_path):
    real = [START]
    with Sandbox(speed=1000, state_dir=tmp_path, now=lambda: real[0]) as sandbox:
        real[0] += 3
        shown = sandbox.clock.now()
    real[0] += 86_400
    with Sandbox(speed=1000, state_dir=tmp_path, now=lambda: real[0]) as sandbox:
        assert shown <= sandbox.clock.now() <= shown + 1000
    real[0] -= 10 * 86_400
    with Sandbox(speed=1, state_dir=tmp_path, now=lambda: real[0]) as sandbox:
        assert shown <= sandbox.clock.now() <= shown + 2001


def test_a_state_directory_belongs_to_one_seed_and_one_process(tmp_path):
    with Sandbox(seed=1, state_dir=tmp_path), pytest.raises(RuntimeError, match="another sandbox"):
        Sandbox(seed=1, state_dir=tmp_path)
    with pytest.raises(ValueError, match="seed 1"):
        Sandbox(seed=2, state_dir=tmp_path)


def test_the_state_is_private(tmp_path):
    with Sandbox(state_dir=tmp_path / "state"):
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_two_sandboxes_with_one_seed_do_not_share_ids():
    made = []
    for _ in range(2):
        with open_lab() as lab:
            made.append(lab.vendor("meshapi").create(items("meshapi", 1))["id"])
    assert made[0] != made[1]


# As they are before the judge of all traffic stands around them, which reads a reply whole.
HANDLE, HANDLE_FILE = Sandbox.handle, Sandbox.handle_file


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
def test_results_take_no_memory(vendor):
    """Five thousand answers, rendered while they are read."""
    count = 5_000
    with Sandbox(speed=0, now=lambda: START) as sandbox:
        headers = (*KEY[vendor].items(), ("Content-Type", "application/json"))
        body = json.dumps({"requests": items(vendor, count)}).encode()
        path = f"/{vendor}{CREATE_PATH[vendor]}"
        batch = sandbox.handle(Request("POST", path, headers, body)).json()
        sandbox.handle(Request("POST", "/_sandbox/clock", (), b'{"advance": 60}'))
        if vendor == "onerouter":
            url = sandbox.handle(Request("GET", f"{path}/{batch['id']}", headers)).json()["result_url"]
            reply = HANDLE_FILE(sandbox, Request("GET", url.removeprefix(sandbox.hosts["results"])))
        else:
            end = {"anthropic": "/results", "letta": f"/messages?limit={count * 3}", "meshapi": ""}[vendor]
            reply = HANDLE(sandbox, Request("GET", f"{path}/{batch['id']}{end}", headers))
        tracemalloc.start()
        length = sum(len(part) for part in reply.body)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert length > count * 200
    assert peak < min(1_200_000, length / 3)


def test_nothing_is_left_behind_without_a_state_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_lab() as lab, urllib.request.urlopen(f"{lab.server.url}/_sandbox") as reply:
        assert reply.status == 200
        assert list(tmp_path.iterdir()) == []
