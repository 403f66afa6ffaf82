"""Who may be told the key and which addresses may be called: written before the code was read, as a table."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch import ContractError, InputError
from polybatch.flow import Exchange
from polybatch.origin import bare, check_base_url, check_foreign, redirected
from polybatch.wire import Line
from tests.conftest import CANARY

PUBLIC = "https://api.anthropic.com"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.anthropic.com", "https://api.anthropic.com"),
        ("https://api.anthropic.com/", "https://api.anthropic.com"),
        ("https://proxy.example/anthropic//", "https://proxy.example/anthropic"),
        ("http://localhost:8283", "http://localhost:8283"),
        ("http://127.0.0.1:1/anthropic", "http://127.0.0.1:1/anthropic"),
        ("http://[::1]:8283", "http://[::1]:8283"),
        ("http://app.localhost", "http://app.localhost"),
    ],
)
def test_base_urls_that_are_taken(url: str, kept: str) -> None:
    assert check_base_url(url, allow_http=False) == kept


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "not an http or https URL"),
        ("api.anthropic.com", "not an http or https URL"),
        ("localhost:8283", "not an http or https URL"),
        ("ftp://host", "not an http or https URL"),
        ("https://", "not an http or https URL"),
        ("https:///path", "not an http or https URL"),
        ("https://[::1", "is not a URL"),
        ("https://host:99999", "is not a URL"),
        ("https://host:port", "is not a URL"),
        ("https://host/?beta=true", "no query"),
        ("https://host?", "no query"),
        ("https://host#", "no query"),
        ("https://host/#top", "no query"),
        ("https://user@host", "no user name"),
        ("http://api.anthropic.com", "plain http"),
        ("http://10.0.0.5:8283", "plain http"),
        ("http://localhost.example", "plain http"),
        ("http://127.0.0.1.example", "plain http"),
    ],
)
def test_base_urls_that_are_refused(url: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_base_url(url, allow_http=False)


def test_a_password_in_a_base_url_is_not_repeated() -> None:
    with pytest.raises(InputError) as refused:
        check_base_url(f"https://user:{CANARY}@host", allow_http=False)
    assert CANARY not in str(refused.value)


def test_plain_http_can_be_allowed() -> None:
    assert check_base_url("http://10.0.0.5:8283", allow_http=True) == "http://10.0.0.5:8283"


@given(st.text() | st.from_regex(r"https?://[a-z@:/\[\]?#.0-9\\%]*", fullmatch=True))
def test_any_text_is_a_base_url_or_an_input_error(text: str) -> None:
    try:
        kept = check_base_url(text, allow_http=True)
    except InputError:
        return
    assert not kept.endswith("/")


ALLOWED = [
    (PUBLIC, "https://cdn.example/results?sig=a%2Fb"),
    (PUBLIC, "https://cdn.example:8443/results"),
    (PUBLIC, "https://8.8.8.8/results"),
    ("http://127.0.0.1:1234", "http://127.0.0.1:99/results"),
    ("http://localhost:1234", "http://cdn.example/results"),
    ("http://localhost:1234", "https://10.0.0.7/results"),
    ("http://10.0.0.5", "http://10.0.0.5/other"),
    ("http://10.0.0.5", "http://10.0.0.6/results"),
    ("https://10.0.0.5", "https://10.0.0.6/results"),
    ("https://10.0.0.5", "https://10.0.0.5/results"),
    ("http://vendor.example", "http://cdn.example/results"),
    (PUBLIC, "https://[2606:4700::1111]/results"),
    (PUBLIC, "https://[::ffff:8.8.8.8]/results"),
    (PUBLIC, "https://[64:ff9b::808:808]/results"),
]
REFUSED = [
    (PUBLIC, "http://cdn.example/results", "plain http"),
    (PUBLIC, "http://api.anthropic.com/results", "plain http"),
    (PUBLIC, "https://127.0.0.1/results", "private"),
    (PUBLIC, "https://localhost/results", "private"),
    (PUBLIC, "https://LOCALHOST./results", "private"),
    (PUBLIC, "https://[::1]/results", "private"),
    (PUBLIC, "https://[::ffff:127.0.0.1]/results", "private"),
    (PUBLIC, "https://10.1.2.3/results", "private"),
    (PUBLIC, "https://192.168.0.1/results", "private"),
    (PUBLIC, "https://169.254.169.254/latest/meta-data", "private"),
    (PUBLIC, "https://[fe80::1]/results", "private"),
    (PUBLIC, "https://0.0.0.0/results", "private"),
    (PUBLIC, "https://224.0.0.1/results", "private"),
    (PUBLIC, "https://100.64.0.1/results", "private"),
    (PUBLIC, "https://[::ffff:10.0.0.1]/results", "private"),
    (PUBLIC, "https://[2002:7f00:1::]/results", "private"),
    (PUBLIC, "https://[2002:a00:1::]/results", "private"),
    (PUBLIC, "https://[64:ff9b::a9fe:a9fe]/results", "private"),
    (PUBLIC, "https://[::]/results", "private"),
    (PUBLIC, "https://[fd00::1]/results", "private"),
    (PUBLIC, "https://[ff02::1]/results", "private"),
    ("https://10.0.0.5", "https://[::ffff:127.0.0.1]/results", "private"),
    (PUBLIC, "https://127.1/results", "private"),
    (PUBLIC, "https://2130706433/results", "private"),
    (PUBLIC, "https://0x7f000001/results", "private"),
    (PUBLIC, "https://0177.0.0.1/results", "private"),
    ("https://10.0.0.5", "https://127.0.0.1/results", "private"),
    ("https://10.0.0.5", "https://localhost/results", "private"),
    (PUBLIC, "file:///etc/passwd", "no http or https"),
    (PUBLIC, "//cdn.example/results", "no http or https"),
    (PUBLIC, "/results", "no http or https"),
    (PUBLIC, "", "no http or https"),
    (PUBLIC, "https://[::1", "is none"),
    (PUBLIC, "https://cdn.example:99999/", "is none"),
]


@pytest.mark.parametrize(("base", "url"), ALLOWED)
def test_addresses_of_the_vendor_that_are_called(base: str, url: str) -> None:
    check_foreign(url, base)


@pytest.mark.parametrize(("base", "url", "words"), REFUSED)
def test_addresses_of_the_vendor_that_are_not_called(base: str, url: str, words: str) -> None:
    with pytest.raises(ContractError, match=words):
        check_foreign(url, base)


@pytest.mark.parametrize("url", [url for _, url, words in REFUSED if words == "private"])
def test_private_addresses_can_be_allowed(url: str) -> None:
    check_foreign(url, PUBLIC, inside=True)


def test_plain_http_from_a_vendor_on_https_is_not_allowed_with_them() -> None:
    with pytest.raises(ContractError, match="plain http"):
        check_foreign("http://10.0.0.7/results", PUBLIC, inside=True)


@pytest.mark.parametrize("url", ["https://10.0.0.7/r?sig=SECRET#SECRET", "http://cdn.example/?SECRET", "file:?SECRET"])
def test_a_signature_in_an_address_is_not_repeated(url: str) -> None:
    with pytest.raises(ContractError) as refused:
        check_foreign(url, PUBLIC)
    assert "SECRET" not in str(refused.value)
    assert "SECRET" not in bare(url)


HOSTS = st.sampled_from(
    [
        "api.anthropic.com",
        "API.ANTHROPIC.COM",
        "api.anthropic.com.",
        "evil.example",
        "api.anthropic.com.evil.example",
        "",
    ]
)
ODD = st.sampled_from(
    ["", "\\", "@", "\t", "\n", " ", "%2e", "\u3002", "\uff0e", "\u2100", "ⓐ", ":443", ":444", "#", "?", "/"]
)
URLS = st.builds(
    "{}{}{}{}{}{}".format, st.sampled_from(["https://", "HTTPS://", "http://"]), HOSTS, ODD, HOSTS, ODD, ODD
)


@given(URLS | st.text().map("https://{}".format))
@example("https://api.anthropic.com\\@evil.example/")
@example("https://evil.example\\@api.anthropic.com/")
@example("https://api.anthropic.com\t.evil.example/")
@example("https://evil.example#@api.anthropic.com/")
def test_the_key_goes_nowhere_but_to_the_host_that_httpx_will_call(url: str) -> None:
    line = Line(PUBLIC, {"x-api-key": CANARY})
    try:
        request = line.request(Exchange("results", {"method": "GET", "url": url}, foreign=True))
    except (ContractError, InputError):
        return
    if CANARY in request.headers.values():
        assert (request.url.scheme, request.url.host.rstrip("."), request.url.port) in {
            ("https", "api.anthropic.com", None),
            ("https", "api.anthropic.com", 443),
        }


@given(URLS | st.text().map("https://{}".format) | st.text())
@example("https://api.anthropic.com\\@evil.example/")
@example("https:\\\\evil.example")
@example("\\\\evil.example")
@example("/\\evil.example")
@example("///evil.example")
@example("https://api.anthropic.com\t.evil.example/")
def test_a_redirect_is_followed_to_no_other_host_than_the_one_that_was_asked(location: str) -> None:
    target = redirected("GET", f"{PUBLIC}/v1/x", 302, location)
    if target is None:
        return
    line = Line(PUBLIC, {"x-api-key": CANARY})
    try:
        request = line.request(Exchange("get", {"method": "GET", "url": target}, foreign=True))
    except (ContractError, InputError):
        return
    assert (request.url.scheme, request.url.host.rstrip("."), request.url.port) in {
        ("https", "api.anthropic.com", None),
        ("https", "api.anthropic.com", 443),
    }


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://api.anthropic.com/v1/x", True),
        ("https://api.anthropic.com:443/v1/x", True),
        ("https://API.Anthropic.com/v1/x", True),
        ("https://api.anthropic.com:444/v1/x", False),
        ("https://anthropic.com/v1/x", False),
        ("https://api.anthropic.com.evil.example/v1/x", False),
        ("https://api.anthropic.com@evil.example/v1/x", False),
        ("https://cdn.example/v1/x", False),
    ],
)
def test_who_is_told_the_key(url: str, *, told: bool) -> None:
    line = Line(PUBLIC, {"x-api-key": CANARY, "authorization": f"Bearer {CANARY}"})
    request = line.request(Exchange("results", {"method": "GET", "url": url}, foreign=True))
    assert any(CANARY in value for value in request.headers.values()) is told


def test_a_foreign_address_travels_untouched() -> None:
    line = Line(PUBLIC, {})
    url = "https://cdn.example/a%2Fb/c%20d?sig=%2B%2F%3D&x=1"
    request = line.request(Exchange("results", {"method": "GET", "url": url}, foreign=True))
    assert request.url.raw_path == b"/a%2Fb/c%20d?sig=%2B%2F%3D&x=1"
    assert isinstance(request, httpx.Request)
