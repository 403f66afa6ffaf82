"""The chaos proxy between a caller and a real sandbox: what the caller sees, what the sandbox got."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from polybatch_sandbox.chaos import AT_RANDOM, Chaos, parse
from tests.sandbox.server_lab import CREATE_PATH, KEY, exchange, items, open_lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.server_lab import Lab

PATH = "/anthropic" + CREATE_PATH["anthropic"]
HEADERS = KEY["anthropic"] | {"Content-Type": "application/json"}
HUNG_UP = (http.client.HTTPException, ConnectionError)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with open_lab() as lab:
        yield lab


def target(lab: Lab) -> str:
    return urlsplit(lab.server.url).netloc


def create(chaos: Chaos, count: int = 3) -> Any:
    body = json.dumps({"requests": items("anthropic", count)}).encode()
    return exchange(chaos.url, "POST", PATH, headers=HEADERS, body=body)


def accepted(lab: Lab) -> int:
    return len(lab.vendor("anthropic").ledger())


def raw(chaos: Chaos) -> bytes:
    """Every byte of a reply that is always the same, until the connection ends."""
    with socket.create_connection(("127.0.0.1", urlsplit(chaos.url).port or 0), timeout=10) as connection:
        connection.sendall(b"GET /_sandbox/ledger HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        out = b""
        while part := connection.recv(65_536):
            out += part
        return out


def test_without_harm_it_is_not_there(lab: Lab) -> None:
    with Chaos(target(lab)) as chaos:
        batch = create(chaos, 300).json
        lab.advance(60)
        through = exchange(chaos.url, "GET", f"{PATH}/{batch['id']}/results", headers=HEADERS)
        direct = exchange(lab.server.url, "GET", f"{PATH}/{batch['id']}/results", headers=HEADERS)
        shown = exchange(chaos.url, "GET", f"{PATH}/{batch['id']}", headers=HEADERS).json
        assert through.body == direct.body
        assert shown["results_url"].startswith(chaos.url), "the sandbox names the address that was asked"
        assert chaos.taken == ["pass"] * 3


@pytest.mark.parametrize("count", [0, 1, 40, 170])
def test_a_reply_is_cut_after_n_bytes(lab: Lab, count: int) -> None:
    with Chaos(target(lab), script=["pass", f"cut:{count}", f"cut:{count}"]) as chaos:
        whole = raw(chaos)
        assert raw(chaos) == whole[:count]
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.RemoteProtocolError):
            client.post(chaos.url + PATH, headers=HEADERS, json={"requests": items("anthropic", 1)})
    assert accepted(lab) == 1, "the sandbox had the whole request"


@pytest.mark.parametrize("count", [0, 1, 200, 400])
def test_a_request_is_cut_after_n_bytes(lab: Lab, count: int) -> None:
    with Chaos(target(lab), script=[f"cut_request:{count}"]) as chaos:
        with pytest.raises(HUNG_UP):
            create(chaos)
        assert accepted(lab) == 0
        assert create(chaos).status == 200
        assert chaos.taken == [f"cut_request:{count}", "pass"]


def test_a_cut_beyond_the_end_changes_nothing(lab: Lab) -> None:
    with Chaos(target(lab), script=["cut:999999", "cut_request:999999", "reset:999999"]) as chaos:
        assert [create(chaos).status for _ in range(3)] == [200] * 3


@pytest.mark.parametrize("count", [0, 20])
def test_a_reset_is_a_reset(lab: Lab, count: int) -> None:
    with Chaos(target(lab), script=[f"reset:{count}"]) as chaos, pytest.raises(ConnectionResetError):
        raw(chaos)
    with Chaos(target(lab), script=["reset:0"]) as chaos, pytest.raises(ConnectionResetError):
        create(chaos)
    assert accepted(lab) == 1


@pytest.mark.parametrize("step", [1, 7, 100, 100_000])
def test_a_slow_reply_pauses_after_each_step(lab: Lab, step: int) -> None:
    pauses: list[int] = []
    with Chaos(target(lab), script=["pass", f"slow:{step}"], pause=lambda: pauses.append(1)) as chaos:
        whole = raw(chaos)
        assert pauses == []
        assert raw(chaos) == whole
    assert len(pauses) == len(whole) // step


def test_a_reply_in_steps_comes_in_steps(lab: Lab) -> None:
    """Nothing beyond a step is on its way before the pause has ended."""
    going_on = threading.Semaphore(0)
    with Chaos(target(lab), script=["slow:10"], pause=lambda: going_on.acquire(timeout=10)) as chaos:
        connection = socket.create_connection(("127.0.0.1", urlsplit(chaos.url).port or 0), timeout=10)
        with connection:
            connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n")
            assert connection.recv(1000) == b"HTTP/1.1 4"
            going_on.release()
            assert connection.recv(1000) == b"04 Not Fou"
            for _ in range(1000):
                going_on.release()


def test_a_black_hole_says_nothing(lab: Lab) -> None:
    with Chaos(target(lab), script=["blackhole"]) as chaos:
        client = httpx.Client(timeout=httpx.Timeout(5.0, read=0.05), trust_env=False)
        with client, pytest.raises(httpx.ReadTimeout):
            client.post(chaos.url + PATH, headers=HEADERS, json={"requests": items("anthropic", 1)})
        assert accepted(lab) == 0
        assert create(chaos).status == 200


def test_a_black_hole_is_left_when_the_proxy_closes() -> None:
    before = set(threading.enumerate())
    with open_lab() as lab:
        with Chaos(target(lab), script=["blackhole"]) as chaos:
            connection = socket.create_connection(("127.0.0.1", urlsplit(chaos.url).port or 0), timeout=10)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        with connection:
            assert hung_up(connection)
    assert set(threading.enumerate()) == before


def hung_up(connection: socket.socket) -> bool:
    try:
        return connection.recv(10) == b""
    except ConnectionResetError:
        return True


def test_a_slow_reply_is_left_when_the_proxy_closes(lab: Lab) -> None:
    """The real pause is a second; a close does not wait for the end of the reply."""
    with Chaos(target(lab), script=["slow:1"]) as chaos:
        connection = socket.create_connection(("127.0.0.1", urlsplit(chaos.url).port or 0), timeout=10)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert connection.recv(1) == b"H"
    connection.close()


def test_every_request_of_a_connection_that_is_kept_has_its_word(lab: Lab) -> None:
    with Chaos(target(lab), script=["pass", "slow:50", "cut:30"], pause=lambda: None) as chaos:
        with httpx.Client(headers=HEADERS, trust_env=False) as client:
            assert [client.get(chaos.url + PATH).status_code for _ in range(2)] == [200, 200]
            with pytest.raises(httpx.RemoteProtocolError):
                client.get(chaos.url + PATH)
            assert client.get(chaos.url + PATH).status_code == 200
        assert chaos.taken == ["pass", "slow:50", "cut:30", "pass"]


def test_a_body_in_many_pieces_is_one_turn(lab: Lab) -> None:
    with Chaos(target(lab)) as chaos:
        assert create(chaos, 3_000).status == 200
        assert chaos.taken == ["pass"]
    assert lab.vendor("anthropic").ledger()[0]["items"] == 3_000


def test_an_upload_is_cut_in_the_middle(lab: Lab) -> None:
    with Chaos(target(lab), script=["cut_request:200000"]) as chaos, pytest.raises(HUNG_UP):
        create(chaos, 3_000)
    assert accepted(lab) == 0


def drawn(seed: int, rate: float) -> list[str]:
    chaos = Chaos("127.0.0.1:9", seed=seed, rate=rate)
    try:
        return [str(chaos.take()) for _ in range(5_000)]
    finally:
        chaos.server_close()


def test_harm_at_random_is_a_function_of_seed_and_turn() -> None:
    first = drawn(1, 0.1)
    assert first == drawn(1, 0.1) != drawn(2, 0.1)
    harmed = [word for word in first if word != "pass"]
    assert 400 < len(harmed) < 600
    assert {word.partition(":")[0] for word in harmed} == set(AT_RANDOM)
    counts = [int(word.partition(":")[2]) for word in harmed]
    assert min(counts) < 10
    assert max(counts) > 10_000
    assert set(drawn(1, 0)) == {"pass"}
    assert "pass" not in drawn(1, 1)


def outcomes(lab: Lab, seed: int) -> list[str]:
    seen = []
    with Chaos(target(lab), seed=seed, rate=0.5) as chaos:
        for _ in range(40):
            try:
                seen.append(str(len(raw(chaos))))
            except ConnectionResetError:
                seen.append("reset")
    return seen


def test_two_runs_with_one_seed_see_the_same(lab: Lab) -> None:
    first = outcomes(lab, 4)
    assert first == outcomes(lab, 4) != outcomes(lab, 5)
    assert len(set(first)) > 3


def test_many_connections_at_once(lab: Lab) -> None:
    def call(_: int) -> bool:
        try:
            return exchange(chaos.url, "GET", PATH, headers=HEADERS).status == 200
        except HUNG_UP:
            return False

    with Chaos(target(lab), seed=2, rate=0.3) as chaos:
        with ThreadPoolExecutor(8) as pool:
            good = sum(pool.map(call, range(100)))
        assert len(chaos.taken) == 100
        assert chaos.taken.count("pass") <= good < 100


def test_a_target_that_is_not_there_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Chaos(f"127.0.0.1:{port}") as chaos, pytest.raises(HUNG_UP):
        exchange(chaos.url, "GET", "/", headers={})


@pytest.mark.parametrize("word", ["", "cut", "cut:", "cut:-1", "cut:x", "slow:0", "pass:1", "nonsense", "blackhole:3"])
def test_words_that_make_no_sense_are_refused(word: str) -> None:
    with pytest.raises(ValueError, match="is none of pass"):
        parse(word)
    with pytest.raises(ValueError, match="is none of pass"):
        Chaos("127.0.0.1:9", script=[word])


def test_options_that_make_no_sense_are_refused() -> None:
    for rate in (-0.1, 1.1):
        with pytest.raises(ValueError, match="not a probability"):
            Chaos("127.0.0.1:9", rate=rate)
    with pytest.raises(ValueError, match="invalid literal"):
        Chaos("127.0.0.1")


def test_python_m_polybatch_sandbox_chaos(lab: Lab) -> None:
    command = [sys.executable, "-W", "error", "-m", "polybatch_sandbox.chaos", "--target", lab.server.url]
    more = ["--seed", "3", "--rate", "0.5", "--script", "pass,cut:0"]
    process = subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert exchange(url, "GET", PATH, headers=HEADERS).status == 200
        with pytest.raises(http.client.RemoteDisconnected):
            exchange(url, "GET", PATH, headers=HEADERS)
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0
        process.stdout.close()
