"""Each override in scripts/templates/ answers a fault of the stock template: shown on a client of each kind."""

import hashlib
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

pytest.importorskip("openapi_python_client", reason="needs the codegen extra: pip install -e '.[codegen]'")

import openapi_python_client

from scripts.spec_compiler.clients import TEMPLATES, write_client

STOCK = Path(openapi_python_client.__file__).parent / "templates"
# The stock originals our overrides were written against; a new version of the tool forces a review.
ORIGINALS = {
    "client.py.jinja": "4eac65762f21014a7fbf59e730f1be6d28c9c85ddc1c40b458b6ff5f67a64c9e",
    "endpoint_module.py.jinja": "c1b2628053eb4875ba59566baa5ae907666f9cbfafa308d93f970a4404b7cd52",
    "model.py.jinja": "fd1c79680d51c06cfbb89809ad123750ba9add98b688036c04cabbf1f8ba40a0",
    "models_init.py.jinja": "4f64a3d6e1b15a561be5573c1b7702eb928c0e4fa6b67107d20e57a74c44d51a",
    "property_templates/model_property.py.jinja": "9f6efdbfb6212ee4cbaf25149c275d04b262cb03dc69c31bc301282a58167f68",
    "property_templates/union_property.py.jinja": "03790f2710deaeb219c18e518ae183ad4a41eda1f78cf625d139edff7546cd26",
    "types.py.jinja": "93df9d75883a4eafac77dd21bc6907f3ef612e3f7841e08656618dcf6c4ce494",
}
# Not overridden, but our overrides call their macros.
USED = {
    "endpoint_macros.py.jinja": "58edb8b4913db6ed4863c633fb39365364494398c8156c77151c6676f1b28fee",
    "helpers.jinja": "4e6ada7b7a8806e739faa7b1f330c1db2b924180a3003df0a4e048edcb549f02",
}

PROBE = {
    "openapi": "3.1.0",
    "info": {"title": "Probe", "version": "1"},
    "paths": {
        "/things/{id}": {
            "post": {
                "tags": ["batches"],
                "operationId": "make",
                "security": [{"key": []}],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                },
                "responses": {
                    "200": {
                        "description": "A thing.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                    "422": {
                        "description": "Not so.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Odd"}}},
                    },
                },
            }
        },
        "/lines": {
            "get": {
                "tags": ["batches"],
                "operationId": "lines",
                "responses": {
                    "200": {
                        "description": "Bytes.",
                        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
                    }
                },
            }
        },
        "/cancel": {
            "post": {
                "tags": ["batches"],
                "operationId": "stop",
                "responses": {
                    "200": {
                        "description": "Nothing.",
                        "content": {"application/json": {"schema": {"type": "null"}}},
                    }
                },
            }
        },
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-probe-key"}},
        "schemas": {
            "Thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "when": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                    "part": {"oneOf": [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/Image"}]},
                },
            },
            "Odd": {
                "type": "object",
                "properties": {"d": {"type": "string"}, "odd": {"type": "string"}, "z": {"type": "integer"}},
            },
            "Text": {
                "type": "object",
                "required": ["type", "text"],
                "properties": {"type": {"type": "string", "const": "text"}, "text": {"type": "string"}},
            },
            "Image": {
                "type": "object",
                "required": ["type", "url"],
                "properties": {"type": {"type": "string", "const": "image"}, "url": {"type": "string"}},
            },
        },
    },
}

Load = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> tuple[Load, Load]:
    """Loaders of modules of (our client, the stock client) of the probe document."""
    top = tmp_path_factory.mktemp("probe")
    write_client(json.loads(json.dumps(PROBE)), top / "probe_ours")
    write_client(json.loads(json.dumps(PROBE)), top / "probe_stock", templates=None)
    sys.path.insert(0, str(top))
    importlib.invalidate_caches()

    def load(package: str) -> Load:
        return lambda name: importlib.import_module(f"{package}.{name}")

    try:
        return load("probe_ours"), load("probe_stock")
    finally:
        # The packages are found once; their parts are found through them.
        importlib.import_module("probe_ours"), importlib.import_module("probe_stock")
        sys.path.remove(str(top))


def _reply(status: int, content: bytes) -> dict[str, Any]:
    return {"status_code": status, "content": content, "headers": {"retry-after": "7"}}


def _stock_reply(load: Load, operation: str, status: int, content: bytes) -> Any:
    client = load("client").Client(base_url="https://probe.invalid")
    response = httpx.Response(status, content=content)
    return load(f"api.batches.{operation}")._build_response(client=client, response=response)


def test_types_a_status_without_a_name_is_a_number(clients: tuple[Load, Load]) -> None:
    """Upstream issue 1442: HTTPStatus knows no 529."""
    ours, stock = clients
    reply = ours("api.batches.make").parse_response(**_reply(529, b"{}"))
    assert (reply.status_code, type(reply.status_code), reply.parsed) == (529, int, None)
    with pytest.raises(ValueError, match="529"):
        _stock_reply(stock, "make", 529, b"{}")


def test_types_a_body_may_be_encoded_already(clients: tuple[Load, Load]) -> None:
    ours, stock = clients
    body = ours("types").RawBody(iter([b"{", b"}"]), content_length=2)
    kwargs = ours("api.batches.make").request_kwargs("a", body=body)
    assert kwargs["headers"] == {"Content-Length": "2", "Content-Type": "application/json"}
    assert b"".join(kwargs["content"]) == b"{}"
    assert not hasattr(stock("types"), "RawBody")
    with pytest.raises(AttributeError):
        stock("api.batches.make")._get_kwargs("a", body=b"{}")


def test_types_a_path_parameter_stays_one_segment(clients: tuple[Load, Load]) -> None:
    ours, stock = clients
    body = ours("models").Thing()
    urls = [ours("api.batches.make").request_kwargs(value, body=body)["url"] for value in ("a/b", "..", "a.b", 7)]
    assert urls == ["/things/a%2Fb", "/things/%2E%2E", "/things/a.b", "/things/7"]
    with pytest.raises(ValueError, match="empty"):
        ours("api.batches.make").request_kwargs("", body=body)
    climbing = stock("api.batches.make")._get_kwargs("..", body=stock("models").Thing())["url"]
    assert httpx.Request("POST", f"https://probe.invalid/v1{climbing}").url.path == "/v1"


@pytest.mark.parametrize("content", [b"<html>", b"", b'{"d":', b"[]"])
def test_endpoint_module_keeps_a_reply_it_cannot_decode(clients: tuple[Load, Load], content: bytes) -> None:
    ours, stock = clients
    reply = ours("api.batches.make").parse_response(**_reply(200, content))
    assert isinstance(reply.decode_error, Exception)
    assert (reply.content, reply.headers["retry-after"], reply.parsed) == (content, "7", None)
    if content == b"[]":
        # The stock decoder takes an empty list for an object without fields.
        assert _stock_reply(stock, "make", 200, content).parsed.additional_properties == {}
    else:
        with pytest.raises(ValueError):  # noqa: PT011 - json.JSONDecodeError, whatever it says
            _stock_reply(stock, "make", 200, content)


def test_endpoint_module_reads_an_undeclared_2xx_like_the_declared_one(clients: tuple[Load, Load]) -> None:
    ours, stock = clients
    assert ours("api.batches.make").parse_response(**_reply(201, b'{"id": "x"}')).parsed.id == "x"
    assert _stock_reply(stock, "make", 201, b'{"id": "x"}').parsed is None


def test_endpoint_module_leaves_bytes_to_the_caller(clients: tuple[Load, Load]) -> None:
    ours, stock = clients
    reply = ours("api.batches.lines").parse_response(**_reply(200, b"one\ntwo\n"))
    assert (reply.parsed, reply.decode_error) == (None, None)
    assert _stock_reply(stock, "lines", 200, b"one\ntwo\n").parsed.payload.read() == b"one\ntwo\n"


@pytest.mark.parametrize("content", [b"", b"null", b" \n"])
def test_endpoint_module_takes_an_empty_body_for_null(clients: tuple[Load, Load], content: bytes) -> None:
    ours, stock = clients
    reply = ours("api.batches.stop").parse_response(**_reply(200, content))
    assert (reply.parsed, reply.decode_error) == (None, None)
    # `None | None` is an annotation that cannot be evaluated.
    with pytest.raises(TypeError):
        stock("api.batches.stop")


def test_client_repr_hides_the_key(clients: tuple[Load, Load]) -> None:
    arguments = {
        "base_url": "https://probe.invalid",
        "token": "s3cret",
        "headers": {"x": "s3cret"},
        "cookies": {"c": "s3cret"},
    }
    ours, stock = (load("client").AuthenticatedClient(**arguments) for load in clients)
    assert "probe.invalid" in repr(ours)
    assert "s3cret" not in repr(ours)
    assert "s3cret" in repr(stock)


def test_client_has_a_timeout_and_follows_no_redirect(clients: tuple[Load, Load]) -> None:
    ours, stock = (load("client").Client(base_url="https://probe.invalid").get_httpx_client() for load in clients)
    assert ours.timeout == httpx.Timeout(60.0, connect=10.0)
    assert ours.follow_redirects is False
    assert stock.timeout == httpx.Timeout(None)


def test_client_copies_leave_the_original_alone(clients: tuple[Load, Load]) -> None:
    ours, stock = (load("client").Client(base_url="https://probe.invalid") for load in clients)
    for client in (ours, stock):
        client.get_httpx_client()
        client.with_headers({"x-more": "1"}).with_timeout(httpx.Timeout(1.0))
    assert "x-more" not in ours.get_httpx_client().headers
    assert ours.get_httpx_client().timeout == httpx.Timeout(60.0, connect=10.0)
    assert "x-more" in stock.get_httpx_client().headers


def test_client_sends_the_key_in_the_header_of_the_document(clients: tuple[Load, Load]) -> None:
    ours, stock = (load("client").AuthenticatedClient(base_url="https://probe.invalid", token="k") for load in clients)
    assert ours.get_httpx_client().headers["x-probe-key"] == "k"
    assert "authorization" not in ours.get_httpx_client().headers
    assert "x-probe-key" not in stock.get_httpx_client().headers


def test_model_decodes_properties_named_like_its_locals(clients: tuple[Load, Load]) -> None:
    """Upstream issue 1117 for a property called like its model."""
    ours, stock = (load("models").Odd for load in clients)
    source = {"d": "x", "odd": "y", "z": 1, "more": [2]}
    odd = ours.from_dict(source)
    assert (odd.d, odd.odd, odd.additional_properties) == ("x", "y", {"more": [2]})
    assert odd.to_dict() == source
    with pytest.raises(AttributeError):
        stock.from_dict(source)


def test_an_operation_imports_what_only_a_reply_needs_when_one_is_decoded(clients: tuple[Load, Load]) -> None:
    ours, stock = (vars(load("api.batches.make")) for load in clients)
    assert {"Thing", "Odd", "Client", "AuthenticatedClient"} <= stock.keys()
    assert {"Thing", "Odd", "Client", "AuthenticatedClient"} & ours.keys() == {"Thing"}, "what is sent is at hand"
    reply = ours["parse_response"](**_reply(422, b'{"odd": "x"}'))
    assert (type(reply.parsed).__name__, reply.parsed.odd, reply.decode_error) == ("Odd", "x", None)


def test_a_client_imports_httpx_when_it_connects(clients: tuple[Load, Load]) -> None:
    ours, stock = (load("client") for load in clients)
    assert ("httpx" in vars(stock), "httpx" in vars(ours)) == (True, False)
    with ours.Client(base_url="https://probe.invalid") as client:
        assert isinstance(client.get_httpx_client(), httpx.Client)


def test_models_init_imports_a_model_when_it_is_asked_for(clients: tuple[Load, Load]) -> None:
    for load, eager in zip(clients, (False, True), strict=True):
        models = load("models")
        for name in [name for name in sys.modules if name.startswith(f"{models.__name__}.")]:
            del sys.modules[name]
        models = importlib.reload(models)
        assert (f"{models.__name__}.image" in sys.modules) is eager
        assert models.Image.__name__ == "Image"
        assert f"{models.__name__}.image" in sys.modules
    with pytest.raises(AttributeError, match="Nothing"):
        _ = clients[0]("models").Nothing
    assert {"Image", "Text", "Thing"} <= set(dir(clients[0]("models")))


def test_model_property_dispatches_on_the_tag(clients: tuple[Load, Load]) -> None:
    """Upstream issue 219: the stock decoder tries one variant after the other and reports the last one's error."""
    ours, stock = (load("models").Thing for load in clients)
    assert type(ours.from_dict({"part": {"type": "image", "url": "u"}}).part).__name__ == "Image"
    incomplete = {"part": {"type": "text"}}
    with pytest.raises(KeyError, match="text"):
        ours.from_dict(incomplete)
    with pytest.raises(ValueError, match="const 'image'"):
        stock.from_dict(incomplete)


def test_union_property_refuses_what_fits_no_member(clients: tuple[Load, Load]) -> None:
    ours, stock = (load("models").Thing for load in clients)
    assert ours.from_dict({"when": None}).when is None
    assert ours.from_dict({"when": "2026-11-22T00:00:00Z"}).when.year == 2026
    with pytest.raises(TypeError, match="when"):
        ours.from_dict({"when": 1795305600})
    # The stock decoder passes a number on under the type `datetime | None`.
    assert stock.from_dict({"when": 1795305600}).when == 1795305600


def test_the_overridden_templates_are_the_ones_reviewed() -> None:
    overridden = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.jinja")}
    assert overridden == set(ORIGINALS)
    found = {name: hashlib.sha256((STOCK / name).read_bytes()).hexdigest() for name in (*ORIGINALS, *USED)}
    assert found == ORIGINALS | USED
