"""The pure steps of the spec compiler: reading, patching, pruning, checking and the three derived documents."""

import copy
import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.spec_compiler.checks import check
from scripts.spec_compiler.documents import digest, dump_json, load_yaml
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.flattening import wire_document
from scripts.spec_compiler.manifest import Vendor, read_manifest
from scripts.spec_compiler.opening import open_document
from scripts.spec_compiler.patching import apply_patches
from scripts.spec_compiler.pruning import prune
from scripts.spec_compiler.requesting import params_document
from scripts.spec_compiler.simplifying import simplify
from scripts.spec_compiler.toolchain import pins, require
from scripts.spec_compiler.trees import differences, replace

Json = dict[str, Any]
JSON = "application/json"


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: list[str] | None = None, **properties: Any) -> Json:
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


VENDOR = Vendor(
    name="probe",
    title="Probe",
    source="nowhere",
    kind="page",
    retrieved=dt.date(2026, 11, 22),
    operations=("create_batch", "batch_results"),
    item="Item",
    lines=("Line",),
    views=("Batch",),
    raw=("Message",),
    free=("Block",),
)
TEXT = {"type": "string"}
SCHEMAS: Json = {
    "Create": obj(["requests"], requests={"type": "array", "items": ref("Item")}),
    "Item": {
        **obj(["id"], id=TEXT, mode={"enum": ["a", "b"]}, block=ref("Block"), window={**TEXT, "default": "24h"}),
        "oneOf": [{"required": ["mode"]}, {"required": ["block"]}],
        "additionalProperties": False,
    },
    "Block": {"type": "object", "additionalProperties": True},
    "Batch": {
        **obj(
            ["status"],
            status={"type": "string", "enum": ["running", "ended"]},
            kind={"type": "string", "enum": ["batch"]},
            reason={"type": ["string", "null"], "enum": ["x", "y", None]},
            created_at={"type": "string", "format": "date-time"},
            counts={"type": "object", "additionalProperties": {"type": "integer"}},
            metadata={"type": "object"},
        ),
        "additionalProperties": False,
    },
    "Line": obj(custom_id=TEXT, result=ref("Result")),
    "Result": {
        "oneOf": [ref("Good"), ref("Bad")],
        "discriminator": {"propertyName": "type", "mapping": {"good": "#/components/schemas/Good"}},
    },
    "Good": obj(["type"], type={"type": "string", "const": "good"}, message=ref("Message"), when=TEXT),
    "Bad": obj(["type"], type={"type": "string", "enum": ["bad"]}, error={"type": "null"}, when={"type": "integer"}),
    "Message": obj(text=TEXT),
    "Unused": obj(a=TEXT),
}
RESULTS = {"application/x-jsonl": {"schema": TEXT, "x-item-schema": ref("Line")}}
DOCUMENT: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Probe", "version": "1"},
    "security": [{"key": []}],
    "paths": {
        "/b": {
            "post": {
                "tags": ["batches"],
                "operationId": "create_batch",
                "parameters": [
                    {"name": "x-mode", "in": "header", "schema": {**TEXT, "enum": ["p", "q"], "default": "p"}},
                    {"name": "v", "in": "query", "required": True, "schema": {"enum": ["1", "2"], "default": "2"}},
                    {"name": "n", "in": "query", "schema": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
                ],
                "requestBody": {"required": True, "content": {JSON: {"schema": ref("Create")}}},
                "responses": {"200": {"description": "", "content": {JSON: {"schema": ref("Batch")}}}},
            },
            "get": {"tags": ["other"], "operationId": "list_batches", "responses": {}},
        },
        "/b/{id}": {
            "get": {
                "tags": ["batches"],
                "operationId": "batch_results",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": TEXT}],
                "responses": {"200": {"description": "", "content": RESULTS}},
            }
        },
    },
    "components": {
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}, "unused": {"type": "http", "scheme": "basic"}},
        "schemas": SCHEMAS,
    },
}


def strict() -> Json:
    return prune(copy.deepcopy(DOCUMENT), VENDOR)


def test_yaml_means_what_yaml_1_2_means(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 2026-11-22\nb: no\nc: 1:30\nd: 010\n200: true\nf: 1.5\ng: ~\nh: -3\ni: 3.1.0\nj: 1e3\n")
    loaded = load_yaml(path)
    assert list(loaded) == ["a", "b", "c", "d", "200", "f", "g", "h", "i", "j"]
    assert list(loaded.values()) == ["2026-11-22", "no", "1:30", "010", True, 1.5, None, -3, "3.1.0", "1e3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("a: 1\nb: 2\na: 3\n", "line 3: the key 'a'"), ("a: [", "a.yaml"), ("- 1\n", "mapping at the top")],
)
def test_yaml_faults_name_the_file(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(SpecError, match=words) as caught:
        load_yaml(path)
    assert str(path) in str(caught.value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.dictionaries(st.text(), x)))
def test_equal_documents_have_equal_text(value: Any) -> None:
    backwards = dict(reversed(value.items())) if isinstance(value, dict) else value
    assert digest(dump_json(value)) == digest(dump_json(backwards))


def patch(document: Any, **action: Any) -> Any:
    whole = {"target": "$", "description": "why", "x-source": "where", **action}
    return apply_patches(document, {"overlay": "1.1.0", "actions": [whole]})


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ({"a": {"b": 1}}, {"update": {"a": {"c": 2}}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [1]}, {"target": "$.a", "update": 2}, {"a": [1, 2]}),
        ({"a": [1]}, {"update": {"a": [2]}}, {"a": [1, 2]}),
        ({"a": 1}, {"target": "$.a", "update": True}, {"a": True}),
        ({"a": [1, 2, 3, 1]}, {"target": "$.a[?@ == 1]", "remove": True}, {"a": [2, 3]}),
        ({"a": {"b": 1}, "b": 2}, {"target": "$..b", "remove": True}, {"a": {}}),
        ({"a": {"x": 1}, "b": {"y": 2}}, {"target": "$.a", "copy": "$.b"}, {"a": {"x": 1, "y": 2}, "b": {"y": 2}}),
        ({"a": {}, "b": {}}, {"target": "$[*]", "update": {"l": []}}, {"a": {"l": []}, "b": {"l": []}}),
    ],
)
def test_patch(before: Json, action: Json, after: Json) -> None:
    assert patch(before, **action) == after


def test_patched_places_share_nothing_with_the_patch() -> None:
    action = {"target": "$[*]", "update": {"l": [1]}}
    patched = patch({"a": {}, "b": {}}, **action)
    patched["a"]["l"].append(2)
    assert (patched["b"]["l"], action["update"]) == ([1], {"l": [1]})


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"target": "$.z", "update": 1}, "matches nothing"),
        ({"target": "$.z", "remove": True}, "matches nothing"),
        ({"update": {"a": {"b": 1}}}, "changes nothing"),
        ({"target": "$.l", "copy": "$.z"}, "matches 0 places"),
        ({"target": "$.a", "copy": "$.a"}, "changes nothing"),
        ({"target": "$.a.b", "update": {"c": 1}}, "primitive"),
        ({"target": "$.a", "update": 1}, "merged with an object"),
        ({"target": "$", "remove": True}, "whole document"),
        ({"target": "$.a", "remove": False}, "only be true"),
        ({"target": "$.a[", "remove": True}, "patch 1"),
        ({"target": "$.a", "remove": True, "update": {}}, "exactly one of"),
        ({"target": "$.a", "remove": True, "description": ""}, "a description"),
        ({"target": "$.a", "remove": True, "x-source": None}, "an x-source"),
        ({"target": "$.a", "remove": True, "x-sauce": "?"}, "unknown key 'x-sauce'"),
    ],
)
def test_a_patch_that_does_not_bite_is_named(action: Json, words: str) -> None:
    with pytest.raises(SpecError, match=words) as caught:
        patch({"a": {"b": 1}, "l": [1]}, **action)
    assert str(caught.value).startswith(f"patch 1: target {action.get('target', '$')!r} (")


def test_overlay_version_is_required() -> None:
    with pytest.raises(SpecError, match=r"1\.1\.0"):
        apply_patches({}, {"overlay": "1.0.0", "actions": []})


def test_prune_keeps_what_the_operations_reach() -> None:
    document = strict()
    assert {path: set(item) for path, item in document["paths"].items()} == {"/b": {"post"}, "/b/{id}": {"get"}}
    assert set(document["components"]["schemas"]) == set(SCHEMAS) - {"Unused"}
    assert set(document["components"]["securitySchemes"]) == {"key"}
    check(document, VENDOR)


def broken(path: str, value: Any) -> Json:
    """The strict document with one place changed."""
    document = strict()
    *parents, last = path.split("|")
    place: Any = document
    for part in parents:
        place = place[part]
    place[last] = value
    return document


POST = "paths|/b|post"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (broken("openapi", "3.0.3"), "only 3.1"),
        (broken(f"{POST}|operationId", "make"), "the manifest wants the operation 'create_batch'"),
        (broken(f"{POST}|tags", []), "tags must be"),
        (broken("paths|/b?beta=true", {"put": {"tags": ["batches"], "responses": {"2XX": {}}}}), "holds no query"),
        (broken(f"{POST}|parameters", [{"name": "authorization", "in": "header"}]), "security scheme"),
        (broken(f"{POST}|parameters", [{"name": "id", "in": "path"}]), "do not fit the path"),
        (broken(f"{POST}|requestBody", {"content": {"text/plain": {}}}), "request bodies"),
        (broken(f"{POST}|responses", {"400": {}}), "no 2xx"),
        (broken("components|schemas|Line|properties|r", ref("Gone")), "Gone leads nowhere"),
        (broken("components|schemas|Line|properties|r", {"$ref": "other.yaml"}), "only references into"),
        (broken("components|schemas|Line|properties|r", obj(a=TEXT)), "Line/properties/r: an object without a name"),
        (broken("components|schemas|Line|items", {"anyOf": [obj(a=TEXT)]}), "anyOf/0: an object without a name"),
        (broken(f"{POST}|requestBody|content|{JSON}|schema", obj(a=TEXT)), "an object without a name"),
        (broken("components|schemas|Result|discriminator|mapping|new", "Gone"), "Gone leads nowhere"),
    ],
)
def test_check_names_the_fault(document: Json, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        check(document, VENDOR)


def test_manifest_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    for text, words in [
        ("[a]\ncolour = 1\n", "unknown key 'colour'"),
        ('[a]\nviews = "x"\n', "views has the wrong type"),
        ('[a]\ntitle = "x"\n', "missing"),
        ("[A]\n", "lower-case"),
        ("[", "manifest.toml"),
    ]:
        path.write_text(text)
        with pytest.raises(SpecError, match=words):
            read_manifest(path)
    with pytest.raises(SpecError, match="no such file"):
        read_manifest(tmp_path / "none.toml")


# The OPEN document


def opened() -> tuple[Json, Json]:
    document = open_document(strict(), VENDOR)
    return document, document["components"]["schemas"]


def test_open_words_of_answers_are_open_and_named() -> None:
    _, schemas = opened()
    batch = schemas["Batch"]["properties"]
    assert batch["status"] == {"anyOf": [ref("BatchStatus"), TEXT]}
    assert schemas["BatchStatus"] == {"type": "string", "enum": ["running", "ended"]}
    assert batch["kind"] == TEXT
    assert batch["reason"] == {"anyOf": [{"anyOf": [ref("BatchReason"), TEXT]}, {"type": "null"}]}
    assert batch["counts"] == ref("BatchCounts")
    assert batch["metadata"] == {}
    assert "additionalProperties" not in schemas["Batch"]


def test_open_leaves_what_we_send_closed_and_without_defaults() -> None:
    _, schemas = opened()
    assert schemas["Item"]["additionalProperties"] is False
    assert schemas["Item"]["properties"]["mode"] == ref("ItemMode")
    assert schemas["Item"]["properties"]["window"] == TEXT
    assert "oneOf" not in schemas["Item"]


def test_open_unions_gain_an_unknown_member() -> None:
    _, schemas = opened()
    assert schemas["Result"] == {"oneOf": [ref("Good"), ref("Bad"), ref("UnknownResult")]}
    assert (schemas["UnknownResult"]["required"], schemas["UnknownResult"]["properties"]) == (["type"], {"type": TEXT})
    assert [schemas[name]["properties"]["type"]["const"] for name in ("Good", "Bad")] == ["good", "bad"]


def test_open_unions_are_recognised_without_a_discriminator() -> None:
    document = strict()
    del document["components"]["schemas"]["Result"]["discriminator"]
    assert "UnknownResult" in open_document(document, VENDOR)["components"]["schemas"]
    document["components"]["schemas"]["Bad"]["properties"]["type"] = TEXT
    assert "UnknownResult" not in open_document(document, VENDOR)["components"]["schemas"]


def test_open_operations() -> None:
    document, _ = opened()
    post, get = document["paths"]["/b"]["post"], document["paths"]["/b/{id}"]["get"]
    assert post["security"] == get["security"] == [{"key": []}]
    assert [parameter["schema"] for parameter in post["parameters"]] == [
        {"anyOf": [ref("XMode"), TEXT]},
        {"anyOf": [{"anyOf": [ref("V"), TEXT]}], "default": "2"},
        {"anyOf": [{"type": "integer"}]},
    ]
    assert set(get["responses"]["200"]["content"]) == {"application/octet-stream"}


def test_open_refuses_two_enums_of_one_name() -> None:
    document = strict()
    document["components"]["schemas"]["BatchStatus"] = {"type": "string", "enum": ["other", "words"]}
    with pytest.raises(SpecError, match="BatchStatus"):
        open_document(document, VENDOR)


def test_simplify_writes_one_form_of_nullable() -> None:
    assert simplify({"type": ["array", "null"], "items": TEXT, "description": "d"}) == {
        "anyOf": [{"type": "array", "items": TEXT}, {"type": "null"}],
        "description": "d",
    }
    assert simplify({"allOf": [ref("A")], "description": "d"}) == ref("A")
    assert simplify({"allOf": [ref("A")], "default": "x"}) == {"anyOf": [ref("A")], "default": "x"}
    assert simplify({"const": True}) == {"const": True, "type": "boolean"}


# The WIRE and PARAMS documents


def test_wire_structs_are_flat_and_optional() -> None:
    structs = wire_document(strict(), VENDOR)["components"]["schemas"]
    text = {"type": "string", "nullable": True}
    assert structs["Line"]["properties"] == {"custom_id": text, "result": {"allOf": [ref("Result")], "nullable": True}}
    assert structs["Result"]["properties"] == {
        "type": text,
        "message": ref("RawJson"),
        "when": {"nullable": True},
        "error": {"nullable": True, "description": "null"},
    }
    batch = structs["Batch"]["properties"]
    assert (batch["status"], batch["reason"], batch["created_at"]) == (text, text, {"nullable": True})
    assert batch["counts"] == {"type": "object", "additionalProperties": True, "nullable": True}
    assert "required" not in structs["Batch"]


def test_wire_refuses_a_line_that_is_no_object() -> None:
    document = strict()
    document["components"]["schemas"]["Line"] = TEXT
    with pytest.raises(SpecError, match="Line"):
        wire_document(document, VENDOR)


def test_params_are_the_create_body_and_what_it_reaches() -> None:
    schemas = params_document(strict(), VENDOR)["components"]["schemas"]
    assert set(schemas) == {"Create", "Item", "Block"}
    assert schemas["Block"] == {"type": "object", "additionalProperties": {}}


def test_tools_are_pinned_exactly_and_asked_for_by_name() -> None:
    assert {"openapi-python-client", "datamodel-code-generator", "ruff"} <= set(pins())
    with pytest.raises(SpecError, match=r"no-such-tool 1 \(not installed\).*pip install -e '\.\[codegen\]'"):
        require({"no-such-tool": "1"})
    with pytest.raises(SpecError, match=r"pytest 0 \(\d"):
        require({"pytest": "0"})


@pytest.mark.parametrize("script", ["new_vendor", "refresh_specs"])
def test_without_tools_a_script_says_what_to_install(script: str) -> None:
    command = [sys.executable, "-S", "-E", str(Path(__file__).parents[2] / "scripts" / script), "anthropic"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"{script}: needs .*PyYAML .*; run: pip install -e '\.\[codegen\]'\n", done.stderr)


def test_trees_are_compared_by_name_and_content(tmp_path: Path) -> None:
    fresh, committed = tmp_path / "fresh", tmp_path / "committed"
    for folder, content in ((fresh, {"a": "1", "b": "2", "c": "3"}), (committed, {"a": "1", "b": "x", "d/e": "4"})):
        for name, text in content.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (committed / "__pycache__").mkdir()
    (committed / "__pycache__" / "a.pyc").write_text("")
    assert list(differences(fresh, committed)) == [("differs", "b"), ("missing", "c"), ("stale", "d/e")]
    replace(fresh, committed, tmp_path / "aside")
    assert {path.name for path in committed.iterdir()} == {"a", "b", "c"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["committed"]
