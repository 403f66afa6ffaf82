"""What comes back: bounded, inflated only so far, without the key, and let go; through both drivers."""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import product
from typing import Any

import httpx
import pytest

from polybatch import ContractError, NotFound, PolybatchError, TransportError, UnknownOutcome, VendorError, wire
from polybatch.calendar import Calendar
from polybatch.flow import Emit, Exchange, Flow, Now, Open, Pause, Read, Reply, until
from polybatch.wire import Line
from tests.conftest import CANARY, Clock, Connect, Desk, Drive, Pieces, always, batch_document, ended_document, scripted

BASE = "https://api.anthropic.com"
GET = Exchange("get_batch", {"method": "GET", "url": "/v1/x"})
POST = Exchange("create_batch", {"method": "POST", "url": "/v1/x"}, safe=False)
TEXT = b"".join(b'{"n": %d}\n' % number for number in range(5_000))


def whole(step: Exchange | Open = GET) -> Flow[Reply]:
    reply: Reply = yield step
    return reply


def opened() -> Flow[bytes]:
    reply: Reply = yield Open(GET)
    assert reply.content == b""
    found = b""
    while block := (yield Read()):
        found += block
    return found


def answer(body: bytes | list[bytes | Exception], status: int = 200, **headers: str) -> httpx.Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=given, stream=Pieces(body if isinstance(body, list) else [body]))


# -- the vendor's time


def test_the_time_at_the_vendor_is_its_date_carried_on(drive: Drive, clock: Clock) -> None:
    def flow() -> Flow[list[Any]]:
        times = [(yield Now())]
        yield GET
        times.append((yield Now()))
        yield Pause(90)
        times.append((yield Now()))
        yield GET
        times.append((yield Now()))
        yield GET
        times.append((yield Now()))
        return times

    dates = ["Sun, 22 Nov 2026 09:00:00 GMT", "Sun, 22 Nov 2026 09:20:00 GMT"]
    desk = scripted(*[answer(b"", date=date) for date in dates], answer(b""))
    _, times = drive(flow(), desk)
    start = datetime(2026, 11, 22, 9, tzinfo=UTC)
    later = start + timedelta(minutes=20)
    assert times == [None, start, start + timedelta(seconds=90), later, later]


@pytest.mark.parametrize(
    ("hours", "last"),
    [([3], 0), ([3, 3], 3), ([3, 0, 3], 0), ([-5, -5], -5), ([-5, 5], 0), ([3, 0, 0], 0), ([3, 3, 0, 0], 0)],
)
def test_one_odd_date_alone_does_not_move_the_vendors_time(drive: Drive, hours: list[int], last: int) -> None:
    """A gateway with a clock of its own answers now and then; two such replies in a row are the vendor's clock."""

    def flow() -> Flow[Any]:
        for _ in range(len(hours) + 1):
            yield GET
        return (yield Now())

    start = datetime(2026, 11, 22, 9, tzinfo=UTC)
    dates = [format_datetime(start + timedelta(hours=hour), usegmt=True) for hour in [0, *hours]]
    _, time = drive(flow(), scripted(*[answer(b"", date=date) for date in dates]))
    assert time == start + timedelta(hours=last)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 32 Foo 2026 25:61:61 GMT"])
def test_what_is_no_date_is_not_the_vendors_time(drive: Drive, date: str) -> None:
    def flow() -> Flow[Any]:
        yield GET
        return (yield Now())

    assert drive(flow(), always(200, date=date))[1] is None


def test_other_hosts_do_not_say_what_time_it_is_at_the_vendor(drive: Drive) -> None:
    def flow() -> Flow[Any]:
        yield Exchange("download", {"method": "GET", "url": "https://cdn.example/x"}, foreign=True)
        return (yield Now())

    assert drive(flow(), always(200, date="Sun, 22 Nov 2026 09:00:00 GMT"))[1] is None


@pytest.mark.parametrize("step", [Open(GET), POST], ids=["opened", "post"])
def test_every_reply_of_the_vendor_tells_the_time_a_refusal_too(drive: Drive, step: Exchange | Open) -> None:
    def flow() -> Flow[Any]:
        yield step
        return (yield Now())

    for status in (200, 503):
        told = drive(flow(), always(status, date="Sun, 22 Nov 2026 09:00:00 GMT"))[1]
        assert told == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_clock_that_goes_back_does_not_turn_the_vendors_time_back() -> None:
    times = iter([100.0, 40.0])
    calendar = Calendar(lambda: next(times))
    calendar.hear({"date": "Sun, 22 Nov 2026 09:00:00 GMT"})
    assert calendar.now() == datetime(2026, 11, 22, 9, tzinfo=UTC)


# -- what is left unread is let go


def test_a_body_left_unread_is_closed_when_the_next_one_is_opened(drive: Drive) -> None:
    bodies = [Pieces([b"a", b"b"]), Pieces([b"c"]), Pieces([b"d"])]
    seen: list[list[bool]] = []

    def flow() -> Flow[list[bytes]]:
        found = []
        yield Open(GET)
        found.append((yield Read()))
        yield Open(GET)  # the first was begun and left
        seen.append([body.closed for body in bodies])
        yield Open(GET)  # the second was never begun
        seen.append([body.closed for body in bodies])
        found.append((yield Read()))
        assert (yield Read()) == b""
        seen.append([body.closed for body in bodies])
        return found

    _, found = drive(flow(), scripted(*[httpx.Response(200, stream=body) for body in bodies]))
    assert found == [b"a", b"d"]
    assert seen == [[True, False, False], [True, True, False], [True, True, True]]


def test_the_first_of_a_stream_is_taken_and_the_rest_is_let_go(drive: Drive) -> None:
    bodies = [Pieces([b"a\n", b"b\n"]), Pieces([b"c\n"])]

    def stream() -> Flow[None]:
        yield Open(GET)
        while block := (yield Read()):
            yield Emit([block])

    def flow() -> Flow[list[Any]]:
        first: list[Any] = []

        def enough(items: Sequence[Any]) -> bool:
            first.extend(items)
            return True

        one = yield from until(stream(), enough)
        two = yield from until(stream(), enough)
        return [*first, one, two, bodies[0].closed]

    _, found = drive(flow(), scripted(*[httpx.Response(200, stream=body) for body in bodies]))
    assert found == [b"a\n", b"c\n", True, True, True]
    assert bodies[1].closed


# -- bounds


def test_a_reply_without_end_is_not_read_on(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_REPLY", 10_000)
    told: list[int] = []

    class Endless(Pieces):
        def __iter__(self) -> Iterator[bytes]:
            for number in range(1_000):
                told.append(number)
                yield b"x" * 1000

    body = Endless([])
    with pytest.raises(ContractError, match="the answer is longer than 10,000 bytes"):
        drive(whole(), scripted(httpx.Response(200, stream=body)))
    assert told == list(range(11))
    assert body.closed
    _, reply = drive(whole(), scripted(answer(b"x" * 10_000)))
    assert len(reply.content) == 10_000


def test_an_opened_body_may_be_longer_than_a_reply(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_REPLY", 10)
    assert drive(opened(), scripted(answer(TEXT)))[1] == TEXT


@pytest.mark.parametrize("step", [GET, Open(GET), POST], ids=["get", "opened", "post"])
def test_the_rest_of_a_long_refusal_is_dropped(
    drive: Drive, monkeypatch: pytest.MonkeyPatch, step: Exchange | Open
) -> None:
    monkeypatch.setattr(wire, "MAX_REFUSAL", 1_500)
    body = Pieces([b"x" * 1000, b"y" * 1000, AssertionError("nobody reads on")])
    _, reply = drive(whole(step), scripted(httpx.Response(400, stream=body)))
    assert (reply.status, reply.content) == (400, b"x" * 1000 + b"y" * 500)
    assert body.closed


def test_the_bounds_leave_room_for_what_vendors_send() -> None:
    assert wire.MAX_REPLY >= 512 * 1024 * 1024, "MeshAPI's results come in one reply"
    assert wire.MAX_REFUSAL >= 64 * 1024


# -- encodings, asked for or not


def deflated(text: bytes, window: int) -> bytes:
    engine = zlib.compressobj(wbits=window)
    return engine.compress(text) + engine.flush()


def zstd(text: bytes) -> bytes:
    zstandard = pytest.importorskip("zstandard", reason="needs the zstd extra: pip install -e '.[zstd]'")
    return bytes(zstandard.ZstdCompressor().compress(text))


ENCODED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "GZIP": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": lambda text: deflated(text, 15),
    "zstd": zstd,
    "identity": bytes,
    "": bytes,
}


@pytest.mark.parametrize("size", [7, 100_000])
@pytest.mark.parametrize("encoding", ENCODED)
def test_a_reply_is_understood_however_it_is_encoded(drive: Drive, encoding: str, size: int) -> None:
    data = ENCODED[encoding](TEXT)

    def reply() -> httpx.Response:
        return answer([data[start : start + size] for start in range(0, len(data), size)], content_encoding=encoding)

    assert drive(whole(), scripted(reply()))[1].content == TEXT
    assert drive(opened(), scripted(reply()))[1] == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_f34_a_compressed_body_that_is_cut_is_noticed_wherever_it_is_cut(drive: Drive, encoding: str) -> None:
    data = ENCODED[encoding](b"four")
    for end in range(1, len(data)):
        for flow in (whole, opened):
            with pytest.raises(TransportError, match="the compressed answer broke off"):
                drive(flow(), scripted(answer(data[:end], content_encoding=encoding)))


def test_a_compressed_body_that_is_damaged_is_a_lost_reply(drive: Drive) -> None:
    data = bytearray(gzip.compress(TEXT))
    data[len(data) // 2] ^= 0xFF
    for flow in (whole, opened):
        with pytest.raises(TransportError, match="the compressed answer is damaged") as lost:
            drive(flow(), scripted(answer(bytes(data), content_encoding="gzip")))
        assert lost.value.transient


@pytest.mark.parametrize("encoding", ["br", "compress", "gzip, gzip", "a\x1b[2Jb"])
def test_an_encoding_that_we_do_not_know_is_named(drive: Drive, encoding: str) -> None:
    for flow in (whole, opened):
        body = Pieces([b"\x1b\x00"])
        response = httpx.Response(200, headers={"content-encoding": encoding}, stream=body)
        with pytest.raises(ContractError, match=r"the answer is encoded as '.*', which was not asked for") as refused:
            drive(flow(), scripted(response))
        assert encoding.partition("\x1b")[0] in str(refused.value)
        assert "\x1b" not in str(refused.value)
        assert body.closed


def test_a_refusal_counts_however_it_is_encoded(drive: Drive) -> None:
    _, reply = drive(whole(), scripted(answer(b"\x1b\x00", 503, content_encoding="br")))
    assert (reply.status, reply.content) == (503, b"\x1b\x00")
    _, reply = drive(whole(), scripted(answer(gzip.compress(b"busy"), 503, content_encoding="gzip")))
    assert (reply.status, reply.content) == (503, b"busy")


def test_f46_a_bomb_fills_neither_memory_nor_disk(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polybatch.inflate.FREE", 1_000_000)
    for encoding, flow in product(("gzip", "zstd"), (whole, opened)):
        body = Pieces([ENCODED[encoding](bytes(10_000_000))])
        response = httpx.Response(200, headers={"content-encoding": encoding}, stream=body)
        with pytest.raises(ContractError, match=r"grows more than [25]00 times when it is decompressed"):
            drive(flow(), scripted(response))
        assert body.closed


# -- a create's reply that cannot be read proves nothing


@pytest.mark.parametrize(
    "response",
    [
        lambda: answer(b"x" * 20_000),
        lambda: answer(b"\x1b", content_encoding="br"),
        lambda: answer(gzip.compress(bytes(10_000_000)), content_encoding="gzip"),
        lambda: answer(gzip.compress(TEXT)[:100], content_encoding="gzip"),
        lambda: httpx.Response(302, headers={"location": "/v1/x"}, content=b"moved"),
    ],
    ids=["too long", "unknown encoding", "bomb", "cut", "redirect"],
)
def test_a_create_whose_reply_cannot_be_read_may_have_been_carried_out(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, response: Any
) -> None:
    from polybatch import Request

    monkeypatch.setattr(wire, "MAX_REPLY", 10_000)
    monkeypatch.setattr("polybatch.inflate.FREE", 1_000)
    desk = scripted(response())
    body = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}
    with pytest.raises(UnknownOutcome):
        connect(desk).create([Request("a", body)])
    assert len(desk.requests) == 1


# -- a reply that repeats the key


def test_f64_a_reply_that_repeats_the_key_has_it_masked(drive: Drive) -> None:
    headers = {"x-echo": f"Bearer {CANARY}", "location": f"/y?key={CANARY}"}
    for status in (200, 400):
        body = f'{{"error": "no such key: {CANARY}", "again": "{CANARY}"}}'.encode()
        _, reply = drive(whole(), scripted(answer([body[:30], body[30:]], status, **headers)))
        assert reply.content == b'{"error": "no such key: ***", "again": "***"}'
        assert (reply.headers["x-echo"], reply.headers["location"]) == ("Bearer ***", "/y?key=***")


def test_f64_a_key_that_is_compressed_or_behind_bearer_is_masked_too(drive: Drive) -> None:
    body = gzip.compress(b"<" + CANARY.encode() + b">")
    credentials = {"authorization": f"Bearer {CANARY}"}
    _, reply = drive(whole(), scripted(answer(body, content_encoding="gzip")), credentials=credentials)
    assert reply.content == b"<***>"


@pytest.mark.parametrize(
    ("key", "status", "shown"),
    [
        ("sandbox", 400, "sandbox"),
        ("password", 200, "password"),
        ("password", 400, "***"),
        ("fifteen-letters", 200, "fifteen-letters"),
        ("sixteen-letters-", 200, "***"),
    ],
)
def test_words_that_an_answer_may_hold_by_chance_are_left_alone(
    drive: Drive, key: str, status: int, shown: str
) -> None:
    _, reply = drive(whole(), scripted(answer(key.encode(), status)), credentials={"x-api-key": key})
    assert reply.content == shown.encode()


def test_without_a_key_nothing_is_masked(drive: Drive) -> None:
    assert drive(whole(), scripted(answer(b"abc")), credentials={})[1].content == b"abc"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 429, 500])
def test_f64_no_error_and_no_log_holds_a_key_that_comes_back(
    connect: Connect, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    body = json.dumps({"type": "error", "error": {"type": "x", "message": f"key {CANARY}"}, "request_id": CANARY})
    client = connect(always(status, body, x_echo=CANARY, location=f"https://evil.example/{CANARY}"))
    with caplog.at_level(logging.DEBUG), pytest.raises(PolybatchError) as refused:
        client.get("msgbatch_01")
    told = f"{refused.value!r} {refused.value} {vars(refused.value)}"
    assert CANARY not in told + caplog.text
    assert status == 200 or isinstance(refused.value, VendorError)
    assert status != 404 or isinstance(refused.value, NotFound)


def test_f64_a_batch_holds_no_key_that_came_back(connect: Connect) -> None:
    client = connect(always(200, json.dumps(batch_document(note=CANARY, results_url=f"https://x/?key={CANARY}"))))
    batch = client.get("msgbatch_01")
    assert CANARY.encode() not in batch.raw
    assert b"***" in batch.raw


# -- depth


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_f45_a_reply_of_a_hundred_thousand_brackets_is_an_error_and_no_crash(connect: Connect, body: bytes) -> None:
    for call in (
        lambda client: client.get("msgbatch_01"),
        lambda client: client.cancel("msgbatch_01"),
        lambda client: list(client.list()),
    ):
        with pytest.raises(ContractError) as refused:
            call(connect(always(200, body)))
        assert len(str(refused.value)) < 500


def test_f45_a_refusal_of_a_hundred_thousand_brackets_is_a_refusal(connect: Connect) -> None:
    with pytest.raises(NotFound):
        connect(always(404, b"[" * 100_000)).get("msgbatch_01")


def test_f45_a_line_of_a_hundred_thousand_brackets_is_one_bad_result(connect: Connect) -> None:
    deep = b'{"custom_id":"a","result":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    desk: Desk = scripted(httpx.Response(200, json=ended_document(1)), answer(deep))
    with pytest.raises(ContractError, match="1 results cannot be read"):
        list(connect(desk).results("msgbatch_01"))


def test_the_key_is_not_shown_by_a_line() -> None:
    line = Line(BASE, {"x-api-key": CANARY})
    assert CANARY not in f"{line!r} {line}"
