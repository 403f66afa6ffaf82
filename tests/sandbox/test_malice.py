"""The hostile vendor: each kind of malice does what it is there for, at every vendor that has a place for it.

What the client makes of it is tested elsewhere; here the harm itself is, and that a vendor without malice does none.
"""

from __future__ import annotations

import http.client
import json
import math
import re
import zlib
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from polybatch_sandbox import Request, Sandbox, control, malice
from tests.sandbox.server_lab import CREATE_PATH, KEY, VENDORS, exchange, items, open_lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.server_lab import Lab, Reply, Vendor

CANARY = "canary-0123456789"
SECRET = {
    "anthropic": {"x-api-key": CANARY, "anthropic-version": "2026-10-21"},
    "letta": {"Authorization": f"Bearer {CANARY}"},
    "meshapi": {"Authorization": f"Bearer {CANARY}"},
    "onerouter": {"Authorization": f"Bearer {CANARY}"},
}
JSON = {"Content-Type": "application/json"}
PLACES = {
    "metadata": "http://169.254.169.254/latest/meta-data",
    "private": "http://vault.internal/v1/secret",
    "file": "file:///etc/passwd",
}


@pytest.fixture
def lab() -> Iterator[Lab]:
    with open_lab() as lab:
        yield lab


@pytest.fixture(params=VENDORS)
def vendor(lab: Lab, request: pytest.FixtureRequest) -> Vendor:
    return lab.vendor(request.param)


def create(vendor: Vendor, count: int = 3, **more: Any) -> Reply:
    body = {"requests": items(vendor.name, count)}
    return vendor.post(CREATE_PATH[vendor.name], body, judged=False, headers=SECRET[vendor.name], **more)


def get(vendor: Vendor, rest: str = "") -> Reply:
    return vendor.get(CREATE_PATH[vendor.name] + rest, judged=False, headers=SECRET[vendor.name])


def ended(vendor: Vendor, kind: str, count: int = 3) -> Any:
    """The id of a batch that was made and has ended before the vendor turned."""
    batch_id = create(vendor, count).json["id"]
    vendor.lab.advance(60)
    vendor.modes(malice=kind)
    return batch_id


def results(vendor: Vendor, batch_id: str) -> Reply:
    """The reply in which the results are."""
    name = quote(batch_id, safe="")
    if vendor.name == "onerouter":
        return download(get(vendor, f"/{name}").json["result_url"])
    ends = {"anthropic": "/results", "letta": "/messages?limit=1000", "meshapi": ""}
    return get(vendor, f"/{name}{ends[vendor.name]}")


def download(url: str, method: str = "GET", **headers: str) -> Reply:
    parts = urlsplit(url)
    return exchange(f"{parts.scheme}://{parts.netloc}", method, url.partition(parts.netloc)[2], headers=headers)


# where results and redirects lead


@pytest.mark.parametrize("name", ["anthropic", "onerouter"])
@pytest.mark.parametrize("place", ["", *PLACES])
def test_the_url_of_results_leads_elsewhere(lab: Lab, name: str, place: str) -> None:
    vendor = lab.vendor(name)
    batch_id = ended(vendor, f"results_url_{place}" if place else "results_url")
    found = get(vendor, f"/{batch_id}").json
    url = found["results_url" if name == "anthropic" else "result_url"]
    assert url == PLACES.get(place, f"{lab.server.result_url_base}/elsewhere")


def test_before_the_end_there_is_no_url_to_lead_anywhere(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    vendor.modes(malice="results_url")
    assert create(vendor).json["results_url"] is None


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("place", ["", "metadata", "private"])
def test_a_redirect_leads_elsewhere_and_nothing_is_done(vendor: Vendor, method: str, place: str) -> None:
    vendor.modes(malice=f"redirect_{place}" if place else "redirect")
    reply = create(vendor) if method == "POST" else get(vendor, "/x")
    path = CREATE_PATH[vendor.name] + ("/x" if method == "GET" else "")
    assert reply.status == 307
    assert reply.headers["Location"] == PLACES.get(place, f"{vendor.lab.server.result_url_base}{path}")
    assert vendor.ledger() == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_home_is_answered_at_the_second_try(vendor: Vendor, method: str) -> None:
    batch_id = ended(vendor, "redirect_home")
    reply = create(vendor) if method == "POST" else get(vendor, f"/{batch_id}")
    assert (reply.status, len(vendor.ledger())) == (307, 1)
    location = reply.headers["Location"]
    assert location.startswith(vendor.base + CREATE_PATH[vendor.name])
    rest = location.removeprefix(vendor.base)
    body = {"requests": items(vendor.name, 1)} if method == "POST" else None
    assert vendor.call(method, rest, body, headers=SECRET[vendor.name], judged=False).status == 200
    assert len(vendor.ledger()) == (2 if method == "POST" else 1)


def test_a_redirect_loop_never_ends(vendor: Vendor) -> None:
    vendor.modes(malice="redirect_loop")
    place = f"{CREATE_PATH[vendor.name]}/x?a=b"
    for _ in range(3):
        reply = vendor.get(place, judged=False)
        assert (reply.status, reply.headers["Location"]) == (307, vendor.base + place)


def test_a_result_file_redirects_too(lab: Lab) -> None:
    vendor = lab.vendor("onerouter")
    batch_id = create(vendor).json["id"]
    lab.advance(60)
    url = get(vendor, f"/{batch_id}").json["result_url"]
    seen = {}
    for kind in ("redirect", "redirect_metadata", "redirect_home", "redirect_loop"):
        vendor.modes(malice=kind)
        reply = download(url)
        seen[kind] = (reply.status, reply.headers["Location"])
    assert seen == {
        "redirect": (307, url.replace("127.0.0.1", "localhost")),
        "redirect_metadata": (307, PLACES["metadata"]),
        "redirect_home": (307, f"{url}?again=1"),
        "redirect_loop": (307, url),
    }
    vendor.modes(malice="redirect_home")
    assert len(download(f"{url}?again=1").lines) == 3


# what the second host notes


def foreign(lab: Lab) -> Any:
    shown = lab.control("GET", "")
    return shown["foreign_requests"], shown["refused_credentials"]


def test_a_visit_without_a_credential_is_noted(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    url = get(vendor, f"/{ended(vendor, 'results_url')}").json["results_url"]
    assert foreign(lab) == ([], [])
    assert download(url).status == 404
    assert exchange(lab.server.result_url_base, "POST", "/x?y", headers={}, body=b"prompt").status == 404
    assert foreign(lab)[0] == [
        {"method": "GET", "path": "/elsewhere", "bytes": 0},
        {"method": "POST", "path": "/x", "bytes": 6},
    ]


@pytest.mark.parametrize(
    ("target", "headers", "body", "where"),
    [
        ("/x", {"x-api-key": "any"}, b"", ["x-api-key"]),
        ("/x", {"Authorization": "Bearer any"}, b"", ["authorization"]),
        (f"/x?key={CANARY}", {}, b"", ["target"]),
        (f"/x?key={CANARY.replace('-', '%2D')}", {}, b"", ["target"]),
        ("/x", {"X-Trace": f"<{CANARY}>"}, b"", ["X-Trace"]),
        ("/x", {}, b'{"key": "%b"}' % CANARY.encode(), ["body"]),
    ],
)
def test_a_credential_is_noted_wherever_it_stands(lab: Lab, target: str, headers: Any, body: bytes, where: Any) -> None:
    for name in VENDORS:
        get(lab.vendor(name))
    reply = exchange(lab.server.result_url_base, "POST", target, headers=headers, body=body)
    assert reply.status == 403
    assert foreign(lab)[1] == [{"path": "/x", "headers": where}]
    assert CANARY not in json.dumps(foreign(lab))


def test_a_key_that_no_vendor_was_sent_is_no_leak(lab: Lab) -> None:
    assert exchange(lab.server.result_url_base, "GET", f"/x?key={CANARY}", headers={}).status == 404
    assert foreign(lab)[1] == []


# ids


def test_ids_that_hurt_work_all_the_same(vendor: Vendor) -> None:
    vendor.modes(malice="ids")
    made = [create(vendor).json["id"] for _ in malice.IDS]
    assert {re.sub(r"\.\d+$", "", one) for one in made} == set(malice.IDS)
    assert [entry["id"] for entry in vendor.ledger()] == made
    vendor.lab.advance(60)
    for batch_id in made:
        reply = get(vendor, f"/{quote(batch_id, safe='')}")
        assert (reply.status, reply.json.get("id", reply.json.get("batch_id"))) == (200, batch_id)
        assert reply.headers["Content-Disposition"] == 'attachment; filename="../../x"'
        assert results(vendor, batch_id).status == 200


def test_ids_that_hurt_stand_in_the_results(vendor: Vendor) -> None:
    vendor.modes(malice="ids")
    batch_id = create(vendor).json["id"]
    vendor.lab.advance(60)
    reply = results(vendor, batch_id)
    if vendor.name == "letta":
        found = {row["agent_id"] for row in reply.json["messages"] if row["role"] == "assistant"}
    else:
        lines = reply.json["results"] if vendor.name == "meshapi" else reply.lines
        found = {line["custom_id"] for line in lines}
    ours = {one.get("custom_id") or one["agent_id"] for one in items(vendor.name, 3)}
    assert found == ours | set(malice.IDS)


def test_a_file_is_found_under_an_id_that_hurts(lab: Lab) -> None:
    vendor = lab.vendor("meshapi")
    vendor.modes(malice="ids", results="file")
    made = [create(vendor).json["id"] for _ in malice.IDS]
    lab.advance(60)
    for batch_id in made:
        file_id = get(vendor, f"/{quote(batch_id, safe='')}").json["output_file_id"]
        assert batch_id in file_id
        reply = vendor.get(f"/v1/files/{quote(file_id, safe='')}/content", judged=False)
        assert len(reply.lines) == 3 + len(malice.IDS)


def test_the_url_of_results_is_whole_with_an_id_that_hurts(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    vendor.modes(malice="ids")
    made = [create(vendor).json["id"] for _ in malice.IDS]
    lab.advance(60)
    for batch_id in made:
        url = get(vendor, f"/{quote(batch_id, safe='')}").json["results_url"]
        assert download(url, **KEY["anthropic"]).status == 200


def test_a_create_is_answered_with_an_old_id(vendor: Vendor) -> None:
    first = create(vendor).json
    vendor.modes(malice="same_id")
    second = create(vendor).json
    assert second["id"] == first["id"]
    assert second.get("batch_id") == first.get("batch_id")
    assert len({entry["id"] for entry in vendor.ledger()}) == 2


# words


def test_texts_that_hurt(vendor: Vendor) -> None:
    batch_id = ended(vendor, "texts")
    reply = results(vendor, batch_id)
    if vendor.name == "letta":
        calls = [row["tool_calls"][0] for row in reply.json["messages"] if row["role"] == "assistant"]
        texts = [json.loads(call["function"]["arguments"])["message"] for call in calls]
    elif vendor.name == "anthropic":
        texts = [line["result"]["message"]["content"][0]["text"] for line in reply.lines]
    else:
        lines = reply.json["results"] if vendor.name == "meshapi" else reply.lines
        texts = [line["response"]["body"]["choices"][0]["message"]["content"] for line in lines]
    assert sorted(texts) == [f"{malice.TEXT}Question {number}" for number in range(3)]
    for harm in ("\x1b]52;", "\x07", "\u202e", "\r", "\n", "\x9b", "\u2028"):
        assert harm in malice.TEXT
    assert malice.TEXT.startswith("=")


def test_messages_of_errors_that_hurt(vendor: Vendor) -> None:
    vendor.modes(malice="texts")
    unknown = get(vendor, "/job-123e4567-e89b-42d3-8456-426614174000").json
    refused = vendor.post(CREATE_PATH[vendor.name], {"requests": [{}]}, judged=False).json
    for found in (unknown, refused):
        message = found.get("detail") or found["error"]["message"]
        assert message.startswith(malice.TEXT)


def test_the_reason_of_a_failure_hurts(lab: Lab) -> None:
    vendor = lab.vendor("onerouter")
    vendor.script("create", "batch_failed:no_luck")
    found = get(vendor, f"/{ended(vendor, 'texts')}").json
    assert found["fail_reason"] == f"{malice.TEXT}no_luck"


def test_lines_of_garbage_stay_what_they_are(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    vendor.script("create", "garbage_lines:2")
    raw = results(vendor, ended(vendor, "texts")).body.split(b"\n")
    assert (len(raw), raw[3:]) == (6, [b'{"custom_id":"half a li', b"\xff\xfe no text", b""])


def test_a_reply_repeats_the_credential(vendor: Vendor) -> None:
    vendor.modes(malice="echo")
    made, missing = create(vendor), get(vendor, "/job-123e4567-e89b-42d3-8456-426614174000")
    for reply in (made, missing):
        assert CANARY in reply.body.decode()
        assert CANARY in reply.headers["X-Received"]
    assert CANARY in made.json["extra"]
    assert CANARY in (missing.json.get("detail") or missing.json["error"]["message"])
    assert get(vendor, f"/{made.json['id']}").json["extra"] == made.json["extra"]


# sizes and shapes


@contextmanager
def answer(vendor: Vendor, **headers: str) -> Iterator[http.client.HTTPResponse]:
    """The reply to a create; its body is not read yet."""
    parts = urlsplit(vendor.base)
    body = json.dumps({"requests": items(vendor.name, 1)})
    with closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as connection:
        connection.request("POST", parts.path + CREATE_PATH[vendor.name], body, SECRET[vendor.name] | JSON | headers)
        with connection.getresponse() as reply:
            yield reply


def test_a_gzip_bomb_whatever_was_asked_for(vendor: Vendor) -> None:
    vendor.modes(malice="gzip_bomb")
    with answer(vendor, **{"Accept-Encoding": "identity"}) as reply:
        assert reply.headers["Content-Encoding"] == "gzip"
        packed = reply.read(20_000)
    unpacked = zlib.decompressobj(31).decompress(packed, 64 * 1_048_576)
    assert len(unpacked) > 500 * len(packed)
    assert unpacked.strip() == b""


@pytest.mark.slow
def test_a_gzip_bomb_is_a_whole_gibibyte() -> None:
    with Sandbox(modes={"meshapi": {"malice": "gzip_bomb"}}) as sandbox:
        headers = tuple(SECRET["meshapi"].items())
        packed = sandbox.handle(Request("GET", "/meshapi/v1/batches", headers)).read()
    unpacking, rest, length = zlib.decompressobj(31), packed, 0
    while rest:
        length += len(unpacking.decompress(rest, 8 * 1_048_576))
        rest = unpacking.unconsumed_tail
    assert (length, unpacking.eof) == (1 << 30, True)
    assert len(packed) < 2_000_000


def test_deep_nesting(vendor: Vendor) -> None:
    vendor.modes(malice="nesting")
    assert create(vendor).body.startswith(b'{"extra":' + b"[" * 100_000 + b"]" * 100_000 + b',"')
    assert len(vendor.ledger()) == 1


TYPES = {"keys": dict, "digits": int, "nan": float, "infinite": float, "surrogate": str}


@pytest.mark.parametrize("kind", TYPES)
def test_members_that_hurt(vendor: Vendor, kind: str) -> None:
    plain = create(vendor).json
    vendor.modes(malice=kind)
    body = create(vendor).body
    found = json.loads(body, parse_int=len)  # more digits than Python likes to turn into a number
    assert set(found) == {"extra", *plain}
    expected = {
        "keys": lambda value: len(value) == 100_000,
        "digits": lambda value: value == 5_000,
        "nan": math.isnan,
        "infinite": lambda value: value == float("inf"),
        "surrogate": lambda value: value == "\ud800",
    }
    assert type(found["extra"]) is TYPES[kind]
    assert expected[kind](found["extra"])


def test_a_member_that_hurts_stands_in_the_first_line_only(lab: Lab) -> None:
    for name in ("anthropic", "onerouter"):
        vendor = lab.vendor(name)
        lines = results_of_kind(vendor, "nan")
        assert [b"NaN" in line for line in lines] == [True, False, False]


def results_of_kind(vendor: Vendor, kind: str) -> list[bytes]:
    batch_id = ended(vendor, "none")
    url = get(vendor, f"/{batch_id}").json.get("result_url")
    vendor.modes(malice=kind)
    return (download(url) if url else results(vendor, batch_id)).body.split(b"\n")[:-1]


def test_lists_and_empty_replies_with_a_member_that_hurts(lab: Lab) -> None:
    vendor = lab.vendor("letta")
    vendor.modes(malice="nan")
    assert get(vendor).body == b"[NaN]"
    job = create(vendor).body
    assert get(vendor).body.startswith(b'[NaN,{"id"')
    job_id = json.loads(job)["id"]
    path = f"{CREATE_PATH['letta']}/{job_id}/cancel"
    assert vendor.call("PATCH", path).body == b"null"


def test_a_flood_of_headers(vendor: Vendor) -> None:
    vendor.modes(malice="header_flood")
    with pytest.raises(http.client.HTTPException, match="more than 100 headers"), answer(vendor):
        pass
    assert len(vendor.ledger()) == 1


# lists without an end


@pytest.mark.parametrize("name", ["anthropic", "meshapi"])
def test_a_list_that_shows_the_same_page_for_ever(lab: Lab, name: str) -> None:
    vendor = lab.vendor(name)
    made = [create(vendor, 1).json["id"] for _ in range(3)][::-1]
    vendor.modes(malice="cursor")
    cursor = "after_id" if name == "anthropic" else "after"
    first = get(vendor, "?limit=2").json
    second = get(vendor, f"?limit=2&{cursor}={first['last_id']}").json
    third = get(vendor, f"?limit=2&{cursor}=nonsense").json
    assert [row["id"] for row in first["data"]] == made[:2]
    assert first == second == third
    assert (first["has_more"], first["last_id"]) == (True, made[1])


@pytest.mark.parametrize("name", ["anthropic", "meshapi"])
def test_a_list_that_shows_ever_new_ids(lab: Lab, name: str) -> None:
    vendor = lab.vendor(name)
    create(vendor, 1)
    vendor.modes(malice="endless")
    pages = [get(vendor, "?limit=2").json for _ in range(5)]
    assert len({page["data"][0]["id"] for page in pages}) == 5
    for page in pages:
        assert page["has_more"]
        assert page["first_id"] == page["last_id"] == page["data"][-1]["id"]


def test_lettas_pages_are_always_full(lab: Lab) -> None:
    vendor = lab.vendor("letta")
    made = [create(vendor, 1).json["id"] for _ in range(2)]
    vendor.modes(malice="cursor")
    assert [row["id"] for row in get(vendor, "?limit=3&before=nonsense").json] == [made[1], made[0], made[1]]
    assert len(get(vendor).json) == 100
    vendor.modes(malice="endless")
    assert len({row["id"] for _ in range(3) for row in get(vendor, "?limit=4").json}) == 12


def test_a_list_of_nothing_has_more_all_the_same(lab: Lab) -> None:
    for kind in ("cursor", "endless"):
        lab.vendor("anthropic").modes(malice=kind)
        found = get(lab.vendor("anthropic")).json
        assert (found["data"], found["has_more"], found["last_id"]) == ([], True, None)
        lab.vendor("letta").modes(malice=kind)
        assert get(lab.vendor("letta")).json == []


# what it has no place in


@pytest.mark.parametrize("kind", ["texts", "nan", "results_url"])
def test_a_reply_that_is_no_json_stays_what_it_is(lab: Lab, kind: str) -> None:
    vendor = lab.vendor("meshapi")
    vendor.modes(errors="text")
    plain = get(vendor, "/nothing").body
    vendor.modes(errors="text", malice=kind)
    assert get(vendor, "/nothing").body == plain == b"there is no batch nothing"


def test_ids_and_lists_are_left_alone_where_there_are_none(lab: Lab) -> None:
    vendor = lab.vendor("meshapi")
    first, second = create(vendor).json["id"], create(vendor).json["id"]
    vendor.modes(malice="same_id")
    assert get(vendor, f"/{second}").json["id"] == second != first
    vendor.modes(malice="endless")
    assert get(vendor, f"/{second}").json["id"] == second
    refused = vendor.get(CREATE_PATH["meshapi"], headers={}, judged=False)
    assert (refused.status, set(refused.json)) == (401, {"error", "request_id"})


# the mode


def test_every_kind_is_described_and_no_other() -> None:
    cells = [line.split(" | ")[0] for line in (malice.__doc__ or "").splitlines() if line.startswith("| ")]
    described: list[str] = []
    for cell in cells:
        for word in re.findall(r"`(\w+)`", cell):
            first = described[-1].removesuffix("_metadata") if word.startswith("_") else ""
            described.append(first.removesuffix("_private") + word)
    assert set(malice.KINDS) - set(malice.RAW) == {"none", *described} - set(malice.RAW)
    assert len(set(malice.KINDS)) == len(malice.KINDS)


def test_malice_is_off_unless_asked_for_and_goes_off_again(vendor: Vendor) -> None:
    assert vendor.lab.control("GET", "")["modes"][vendor.name]["malice"] == "none"
    vendor.modes(malice="texts")
    vendor.modes()
    reply = vendor.get(f"{CREATE_PATH[vendor.name]}/job-123e4567-e89b-42d3-8456-426614174000")
    assert reply.status == 404
    assert b"\\u001b" not in reply.body


def test_an_unknown_kind_is_refused(lab: Lab) -> None:
    assert "error" in lab.control("PUT", "/modes", {"anthropic": {"malice": "kindness"}}, status=400)


def test_every_mode_of_every_vendor_is_in_the_documentation_of_the_control(lab: Lab) -> None:
    table = [line.split(" | ") for line in (control.__doc__ or "").splitlines() if line.startswith("| ")]
    documented: dict[str, dict[str, str]] = {}
    name = ""
    for row in table:
        if len(row) == 3:
            name = row[0].strip("| ") or name
            documented.setdefault(name, {})[row[1].strip("| ")] = row[2]
    for vendor, modes in lab.control("GET", "")["modes"].items():
        for mode, default in modes.items():
            place = documented["every" if mode == "malice" else vendor]
            word = {False: "false"}.get(default, str(default)) if isinstance(default, bool) else str(default)
            assert place[mode].startswith(word), (vendor, mode)
