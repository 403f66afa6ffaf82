"""What the vendor sent is kept byte for byte, and an address it gave is called byte for byte."""

from __future__ import annotations

import httpx
import pytest

from polybatch import BatchClient
from polybatch.vendors import find_vendor
from tests.conftest import CANARY, scripted

ODD = (
    b'{ "custom_id" : "\\u0061",\t"response":{"status_code":200, "body": {"n": 1.50e+1, "choices":[]  } },"new": [ ] }'
)
"""Legal JSON that no encoder would write again in the same way."""
BODY = b'{"n": 1.50e+1, "choices":[]  }'
NAMES = [
    "https://resource.onerouter.pro/batch-llm/azure-batch%2Fbatch_a34c321b_6ab0397c.jsonl",
    "https://resource.onerouter.pro/a%2fb%20c%7Ed/%C3%A9.jsonl?sig=a%2Fb%2Bc+d&sig=&x",
    "https://resource.onerouter.pro:8443/%252F/..%2f/x",
]


def test_an_inline_result_is_kept_as_it_came() -> None:
    batch = b'{"status" : "completed", "results":[ ' + ODD + b" , " + ODD.replace(b"0061", b"0062") + b'],"id":"b1"}'
    transport = scripted(httpx.Response(200, content=batch))
    with BatchClient("meshapi", api_key=CANARY, transport=transport) as client:
        first, second = client.results("b1")
    assert (first.raw, second.raw) == (ODD, ODD.replace(b"0061", b"0062"))
    assert (first.custom_id, second.custom_id) == ("a", "b")
    assert first.body_raw == BODY


def test_a_line_of_a_result_file_is_kept_as_it_came() -> None:
    task = {"batch_id": "b1", "status": "SUCCESS", "result_url": NAMES[0]}
    transport = scripted(httpx.Response(200, json=task), httpx.Response(200, content=ODD + b"\r\n"))
    with BatchClient("onerouter", api_key=CANARY, transport=transport) as client:
        (result,) = client.results("b1")
    assert (result.raw, result.body_raw) == (ODD, BODY)


@pytest.mark.parametrize("url", NAMES)
def test_an_address_is_called_as_it_was_given_and_without_the_key(url: str) -> None:
    task = {"batch_id": "b1", "status": "SUCCESS", "result_url": url}
    transport = scripted(httpx.Response(200, json=task), httpx.Response(200, content=ODD))
    with BatchClient("onerouter", api_key=CANARY, transport=transport) as client:
        list(client.results("b1"))
    asked, download = transport.requests
    assert asked.headers["authorization"] == f"Bearer {CANARY}"
    assert "authorization" not in download.headers
    assert not any(CANARY in value for value in download.headers.values())
    target = f"{download.url.scheme}://{download.url.netloc.decode()}{download.url.raw_path.decode()}"
    assert target == url
    assert download.method == "GET"


@pytest.mark.parametrize("vendor", ["meshapi", "onerouter"])
def test_the_generated_client_goes_to_the_same_place_with_the_same_key(vendor: str) -> None:
    transport = scripted(httpx.Response(200, json={}))
    with BatchClient(vendor, api_key=CANARY, transport=transport) as client:
        generated = client.generated
        assert CANARY not in repr(generated)
        with generated.get_httpx_client() as plain:
            plain.get("/v1/batches/b1")
    (request,) = transport.requests
    assert str(request.url) == f"{find_vendor(vendor).document.server}/v1/batches/b1"
    assert request.headers["authorization"] == f"Bearer {CANARY}"
