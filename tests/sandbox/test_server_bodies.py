"""Bodies that are read item by item: they mean what the whole would mean, and are refused in the same words."""

from __future__ import annotations

import copy
import json
import math
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch_sandbox import body as bodies
from polybatch_sandbox.contract import MOST_VIOLATIONS, Contract, Violations, contract_of
from polybatch_sandbox.message import Request
from tests.sandbox.server_lab import CREATE_PATH, KEY, VENDORS, exchange, items, open_lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polybatch_sandbox.contract import Operation

ROOT, ROWS = Path(__file__).parents[2], 50_000
MOST_MB = 220
"""Of so many rows; four times as many took 171 to 183 MB, and `scripts/bench tables` measures those."""
Found = list[tuple[tuple[Any, ...], str]]
"""Places, each with what is said about it."""


def strict(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def finite(text: str) -> float:
    if math.isinf(float(text)):
        raise ValueError("a number is out of range")
    return float(text)


def whole(text: bytes) -> Any:
    """The body as one document, or what is wrong with it."""
    try:
        return json.loads(text, parse_constant=strict, parse_float=finite)
    except (ValueError, RecursionError) as error:
        return error


def by_item(text: bytes, block: int = 1 << 17) -> Any:
    with patch.object(bodies, "BLOCK", block):
        try:
            read = bodies.decoded(text, "requests")
            return {name: list(one) if isinstance(one, bodies.Items) else one for name, one in read.items()} if (
                isinstance(read, dict)
            ) else read  # fmt: skip
        except (ValueError, RecursionError) as error:
            return error


def creating(contract: Contract) -> Operation:
    return next(operation for operation in contract.operations if operation.word == "create")


@cache
def judge_of_all(vendor: str) -> jsonschema_rs.Validator:
    contract = contract_of(vendor)
    return contract.validator((creating(contract).request_body or {})["content"]["application/json"]["schema"])


def by_whole_schema(vendor: str, document: Any) -> Found:
    """The first violations that the schema of the whole body finds, in its order and its words."""
    found: Found = []
    for error in judge_of_all(vendor).iter_errors(document):
        place = ("body", *error.instance_path)
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
            found.append(((*place, error.kind.property), "missing: Field required"))
        else:
            found.append((place, f"{error.schema_path[-1]}: {error.message[:200]}"))
    return found[:MOST_VIOLATIONS]


def by_the_sandbox(vendor: str, text: bytes, contract: Contract | None = None) -> Found:
    headers = (*KEY[vendor].items(), ("Content-Type", "application/json"))
    try:
        operation = creating(contract or contract_of(vendor))
        operation.read(Request("POST", CREATE_PATH[vendor], headers, text), sized=False)
    except Violations as violations:
        return [(one.where, f"{one.rule}: {one.message}") for one in violations.found]
    return []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('ab"\\\u00e9\u2028\U0001f600', max_size=6) | st.just("requests"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["a", "requests", "b c"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document but the root."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield (*way, key)
        yield from places(value, (*way, key))


@st.composite
def spoilt(draw: st.DrawFn, vendor: str) -> Any:
    """A create with some of its places changed, gone or in excess."""
    document: Any = {"requests": items(vendor, draw(st.integers(0, 30)))}
    if draw(st.booleans()):  # the same harm to every item
        item = document["requests"] and draw(st.sampled_from([*places(document["requests"][0]), ("more",)]))
        value = draw(VALUES)
        for index in range(len(document["requests"]) if item else 0):
            document = changed(document, ("requests", index, *item), copy.deepcopy(value))
    for _ in range(draw(st.integers(0, 4))):
        way = draw(st.sampled_from([*places(document), ("metadata",), ("callback_url",), ("more",)]))
        document = changed(document, way, draw(VALUES | st.just(changed)))
    return document


def changed(document: Any, way: tuple[Any, ...], value: Any) -> Any:
    node = document
    for key in way[:-1]:
        node = node[key]
    if value is changed:
        node.pop(way[-1], None) if isinstance(node, dict) else node.pop(way[-1])
    else:
        node[way[-1]] = value
    return document


@pytest.mark.parametrize("vendor", VENDORS)
@given(data=st.data())
def test_item_by_item_the_same_is_found(vendor: str, data: st.DataObject) -> None:
    document = data.draw(spoilt(vendor))
    assert by_the_sandbox(vendor, json.dumps(document).encode()) == by_whole_schema(vendor, document)


@pytest.mark.parametrize("vendor", VENDORS)
def test_more_wrong_items_than_are_told(vendor: str) -> None:
    document = {"requests": [*items(vendor, 3), *([{}] * 15), 7, *items(vendor, 2), *([[]] * 15)]}
    found = by_the_sandbox(vendor, json.dumps(document).encode())
    assert len(found) == MOST_VIOLATIONS
    assert found == by_whole_schema(vendor, document)
    assert creating(contract_of(vendor)).body_judge.long == "requests"


@pytest.mark.parametrize("more", [{"uniqueItems": True}, {"contains": False}])
def test_a_schema_that_compares_items_sees_them_all(more: dict[str, Any]) -> None:
    document = copy.deepcopy(contract_of("onerouter").document)
    document["components"]["schemas"]["CreateBatchRequest"]["properties"]["requests"] |= more
    twice = json.dumps({"requests": items("onerouter", 1) * 2}).encode()
    contract = Contract(document)
    assert [place for place, _ in by_the_sandbox("onerouter", twice, contract)] == [("body", "requests")]
    assert creating(contract).body_judge.long is None


def like(text: bytes, block: int = 1 << 17) -> None:
    """Read by items and as a whole it is the same, value by value or word by word."""
    assert repr(by_item(text, block)) == repr(whole(text))


ODD = {
    "nothing": b"",
    "no object": b'["requests"]',
    "empty": b"{}",
    "no items": b' { "requests" : [ ] }\n',
    "no array": b'{"requests":{"requests":[1]}}',
    "twice": b'{"requests":[1,2],"a":0,"requests":[3]}',
    "first an array": b'{"requests":[1,2],"requests":null}',
    "at last an array": b'{"requests":7,"requests":[[],{}],"z":-0.5e-3}',
    "escaped name": b'{"\\u0072equests":[1.25,-3,1e2]}',
    "numbers": b'{"requests":[12,-0,1.5,2E+2,3e-1,123456789012345678901234567890],"n":10}',
    "half a number": b'{"requests":[1.]}',
    "half an exponent": b'{"requests":[1e+]}',
    "leading zero": b'{"requests":[01]}',
    "NaN": b'{"requests":[NaN]}',
    "Infinity": b'{"requests":[{"a":-Infinity}]}',
    "out of range": b'{"requests":[1e400]}',
    "many digits": b'{"requests":[%b]}' % (b"9" * 5_000),
    "deep": b'{"requests":[%b%b]}' % (b"[" * 100_000, b"]" * 100_000),
    "garbage behind": b'{"requests":[1]} x',
    "another behind": b'{"requests":[1]}{}',
    "blanks behind": b'{"requests":[1]}\r\n\t ',
    "other blanks": '{"requests":[1]\u00a0}'.encode(),
    "comma behind": b'{"requests":[1,]}',
    "comma at the end": b'{"requests":[1],}',
    "no comma": b'{"requests":[1 2]}',
    "no colon": b'{"requests" [1]}',
    "no name": b"{requests:[1]}",
    "number as a name": b"{1:[1]}",
    "wrong bracket": b'{"requests":[1}}',
    "cut": b'{"requests":[{"a":"b',
    "cut behind an item": b'{"requests":[{"a":"b"}',
    "control character": b'{"requests":["a\nb"]}',
    "wrong escape": b'{"requests":["\\x"]}',
    "half surrogate": b'{"requests":["\\ud800","\\ud83d\\ude00"]}',
    "encoded surrogate": b'{"requests":["\xed\xa0\x80"]}',
    "no UTF-8": b'{"requests":["\xff"]}',
    "cut UTF-8": '{"requests":["é'.encode()[:-1],
    "U+2028": '{"requests":["a\u2028b",{"é\U0001f600":["ü"]}]}'.encode(),
    "byte order mark": '\ufeff{"requests":[1]}'.encode(),
    "UTF-16": '{"requests":[1]}'.encode("utf-16"),
    "UTF-16 without a mark": '{"requests":[1]}'.encode("utf-16-le"),
    "UTF-32": '{"requests":[1]}'.encode("utf-32-be"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_bodies(name: str) -> None:
    for block in (1, 2, 3, 5, 8, 13, 1 << 17):
        like(ODD[name], block if len(ODD[name]) < 1_000 else 1 << 17)


@given(
    document=st.dictionaries(st.sampled_from(["requests", "a", "\u00e9"]), VALUES | st.lists(VALUES, max_size=5)),
    indent=st.sampled_from([None, 0, 1]),
    escaped=st.booleans(),
    block=st.integers(1, 40),
)
def test_any_object_in_any_blocks(document: Any, indent: int | None, *, escaped: bool, block: int) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=escaped).encode()
    like(text, block)
    with patch.object(bodies, "BLOCK", block):
        read = bodies.decoded(text, "requests")
    assert isinstance(document.get("requests"), list) == isinstance(read.get("requests"), bodies.Items)


TEXT = b'{"a":[1.5e3,"x"],"requests":[{"custom_id":"r\\u00e9\xc3\xa9"},[-2,null],true],"b":{}}'


@given(
    at=st.integers(0, len(TEXT)), gone=st.integers(0, 3), put=st.binary(max_size=2) | st.sampled_from(
        [b",", b"]", b"}", b"[", b"{", b'"', b":", b"1", b"e", b".", b"-", b"NaN", b"\\", b'"requests":[0],']
    ), block=st.integers(1, 30),
)  # fmt: skip
def test_any_harm_is_told_in_the_same_words(at: int, gone: int, put: bytes, block: int) -> None:
    like(TEXT[:at] + put + TEXT[at + gone :], block)


def test_items_can_be_read_side_by_side() -> None:
    texts = [f"{number} " * 2_000 for number in range(200)]
    with bodies.collected(iter([b'{"requests":', json.dumps(texts).encode(), b"}"])) as body:
        assert isinstance(body, bodies.Spool)
        requests = bodies.decoded(body, "requests")["requests"]
        assert len(requests) == len(texts)
        assert [*zip(requests, requests, strict=True)] == [*zip(texts, texts, strict=True)]


def test_a_long_body_comes_in_either_coding() -> None:
    """Beyond what is kept in memory: by its length, and in chunks."""
    vendor = "onerouter"
    body = json.dumps({"requests": items(vendor, 3, text="Question {} " + "x" * 400_000)}).encode()
    assert len(body) > bodies.SHORT
    with open_lab() as lab:
        client = lab.vendor(vendor)
        for sent in (body, iter([body[:1_000_000], body[1_000_000:]])):  # what is iterated http.client sends in chunks
            headers = KEY[vendor] | {"Content-Type": "application/json"}
            assert exchange(client.base, "POST", CREATE_PATH[vendor], headers=headers, body=sent).status == 200
        first, second = (batch["requests"] for batch in client.ledger(requests=True))
    assert len(first) == 3
    assert first == second


@pytest.mark.parametrize("vendor", ["anthropic", "onerouter", "meshapi"])
def test_of_a_refused_batch_nothing_is_left(vendor: str) -> None:
    requests = items(vendor, 5)
    requests[4]["custom_id"] = requests[1]["custom_id"]
    with open_lab() as lab:
        client = lab.vendor(vendor)
        reply = client.call("POST", CREATE_PATH[vendor], {"requests": requests})
        assert reply.status == 400
        assert "twice" in json.dumps(reply.json)
        assert lab.server.sandbox.ledger(requests=True)[vendor] == []
        client.create(requests[:4])
        assert [batch["items"] for batch in lab.server.sandbox.ledger(requests=False)[vendor]] == [4]


RUN = """
import sys
from polybatch.cli import main
from scripts.bench.meter import peak_mb
try:
    main()
finally:
    print(int(peak_mb()), file=sys.stderr)
"""


@pytest.mark.slow
def test_a_large_table_and_the_sandbox_in_one_process(tmp_path: Path) -> None:
    """From Parquet to Parquet, the vendor within: the whole process is measured."""
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed; the extra `parquet` has it")
    parquet = pytest.importorskip("pyarrow.parquet")
    texts = [(f"{number} " + "parcel late, é " * 8)[:100] for number in range(ROWS)]
    table = {"id": [f"r{number}" for number in range(ROWS)], "text": texts, "label": [n % 5 for n in range(ROWS)]}
    parquet.write_table(pyarrow.table(table), tmp_path / "rows.parquet", row_group_size=10_000)
    done = subprocess.run(
        [sys.executable, "-c", RUN, "run", "rows.parquet", "--prompt", "Classify: {text}", "--vendor", "anthropic",
         "--model", "m", "--sandbox", "--run-dir", "run", "-o", "out.parquet"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*sys.path, str(ROOT)]))},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert parquet.read_metadata(tmp_path / "out.parquet").num_rows == ROWS
    most = int(done.stderr.split()[-1])
    print(f"{ROWS:,} rows, {most} MB at most")
    assert most < MOST_MB
