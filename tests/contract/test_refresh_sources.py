"""Where refresh_specs gets a document from, and what it says, in one line, where there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.spec_refresh import fetching, sources
from scripts.spec_refresh.fetching import Bounds, SourceError
from tests.contract.refresh_lab import (
    ROOT,
    Site,
    command,
    contents,
    lines,
    page,
    published,
    refresh,
    serving,
    specs_only,
)
from tests.contract.strict_samples import MANIFEST


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return specs_only(tmp_path)


def changed(vendor: str) -> dict[str, object]:
    """The document with one difference in it."""
    document = published(vendor)
    document["servers"].append({"url": "https://eu.example.com"})
    return document


def named(root: Path, vendor: str, source: str) -> None:
    """Puts another source into the manifest."""
    manifest = root / "specs" / "manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    pattern = rf'(?s)(\[{vendor}\].*?source = )"[^"]*"'
    manifest.write_text(re.sub(pattern, rf'\g<1>"{source}"', text, count=1), encoding="utf-8")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return specs_only(tmp_path_factory.mktemp("untouched"))


@pytest.fixture
def refused(untouched: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The one line that a failure says; nothing is written."""

    def run(*arguments: str) -> str:
        before = contents(untouched)
        code, out, err = refresh(capsys, *arguments, "--write", "--root", str(untouched))
        assert (code, lines(out), err.count("\n")) == (1, [], 1), (code, out, err)
        assert contents(untouched) == before
        return err.partition(": ")[2].strip()

    return run


# -- found


def test_the_manifests_sources_are_asked_in_the_vendors_own_forms(
    root: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    named(root, "letta", site.publish("/letta.json", json.dumps(changed("letta")), "application/json"))
    named(root, "meshapi", site.publish("/mesh.md", page(changed("meshapi"), "yaml"), "text/markdown"))
    named(root, "onerouter", site.publish("/one.md", page(published("onerouter"), "json"), "text/markdown"))
    named(root, "anthropic", site.publish("/page.md", "# POST /v1/messages/batches?beta=true"))
    code, out, err = refresh(capsys, "--root", str(root), "anthropic", "letta", "meshapi", "onerouter")
    assert (code, err) == (3, "")
    assert lines(out) == ["additive document: new server https://eu.example.com"] * 2
    assert re.findall(r"(?m)^(\w+) +(additive|unchanged) ", out) == [
        ("anthropic", "unchanged"),
        ("letta", "additive"),
        ("meshapi", "additive"),
        ("onerouter", "unchanged"),
    ]
    assert "anthropic: page only" in out


@pytest.mark.parametrize("language", ["yaml", "json"])
def test_of_several_blocks_the_one_with_our_paths_is_read(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    servers = published("meshapi")["servers"]
    others = [
        {"openapi": "3.1.0", "servers": servers, "paths": {"/v1/models": {"get": {"responses": {}}}}},
        {"openapi": "3.1.0", "servers": servers, "paths": {"/v1/batches": {"get": {"responses": {}}}}},
    ]
    source = tmp_path / "page.md"
    pages = [page(others[0], language), page(changed("meshapi"), language), page(others[1], language)]
    source.write_text("".join(pages), encoding="utf-8")
    code, out, _ = refresh(capsys, "meshapi", "--from", str(source))
    assert (code, lines(out)) == (3, ["additive document: new server https://eu.example.com"])


def test_a_running_server_serves_its_document(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.publish("/openapi.json", json.dumps(changed("letta")), "application/json")
    for given in (site.url, f"{site.url}/"):
        assert refresh(capsys, "letta", "--from", given)[0] == 3


def test_a_stats_file_leads_to_the_document(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    document = site.publish("/anthropic.yml", json.dumps(changed("anthropic")))
    source = site.publish("/python/.stats.yml", f"configured_endpoints: 9\nopenapi_spec_url: {document}\n")
    assert refresh(capsys, "anthropic", "--from", source)[0] == 3


def test_a_redirect_on_the_same_host_is_followed_and_said(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.publish("/there.json", json.dumps(published("letta")), "application/json")
    source = site.publish("/here.json", "", status=308, Location="/there.json")
    code, out, _ = refresh(capsys, "letta", "--from", source)
    assert code == 0
    assert f"letta: moved to {site.url}/there.json on the same host" in " ".join(out.split())


# -- not found


def test_a_source_that_does_not_answer(refused: Callable[..., str]) -> None:
    with serving() as gone:
        url = gone.url
    assert re.fullmatch(rf"letta: {url}/openapi.json cannot be reached: .*refused.*", refused("letta", "--from", url))


def test_a_source_that_is_gone(site: Site, refused: Callable[..., str]) -> None:
    source = f"{site.url}/nowhere.json"
    assert refused("letta", "--from", source) == f"letta: {source} answers 404 Not Found"


def test_a_file_that_is_not_there(tmp_path: Path, refused: Callable[..., str]) -> None:
    source = tmp_path / "nothing.json"
    said = refused("letta", "--from", str(source))
    assert said == f"letta: {source} cannot be read: No such file or directory"


def test_a_source_that_has_moved_to_another_host(site: Site, refused: Callable[..., str]) -> None:
    target = "https://elsewhere.example.com/openapi.json"
    source = site.publish("/moved.json", "", status=301, Location=target)
    said = refused("letta", "--from", source)
    assert said == f"letta: {source} has moved to {target}: look at it, then change `source` in specs/manifest.toml"


def test_a_source_that_runs_in_circles(site: Site, refused: Callable[..., str]) -> None:
    source = site.publish("/circle", "", status=302, Location="/circle")
    assert refused("letta", "--from", source) == f"letta: {source} is redirected more than 5 times"


WRONG = {
    "a web page": ("text/html", "<p>Docs</p>", "is a web page, not a document"),
    "a web page that says it is none": ("text/plain", "<!DOCTYPE html><p>Docs</p>", "is a web page, not a document"),
    "nothing": ("application/json", " \n", "is empty"),
    "half of it": ("application/json", '{"openapi": "3.1.0", "pa', "is cut short or no JSON: Unterminated string"),
    "broken YAML": ("text/yaml", "openapi: 3.1.0\npaths: [", "while parsing a flow"),
    "a key that stands twice": ("text/yaml", "openapi: 3.1.0\nopenapi: 3.1.0", "the key 'openapi' stands twice"),
    "other JSON": ("application/json", '{"error": "rate limited"}', "is no OpenAPI 3 document"),
    "a list": ("application/json", "[]", "expected a mapping at the top"),
    "Swagger": ("application/json", '{"swagger": "2.0", "paths": {}}', "is no OpenAPI 3 document"),
    "no paths": ("application/json", '{"openapi": "3.1.0", "paths": {}}', "is an OpenAPI document without paths"),
    "another document": (
        "application/json",
        '{"openapi": "3.1.0", "paths": {"/pets": {"get": {}}}}',
        "is another document: none of our paths, ids or servers is in it (paths: /pets)",
    ),
    "a page without a block": ("text/markdown", "# Batches\n\n```sh\ncurl\n```\n", "has no fenced block with"),
    "a page with half a block": ("text/markdown", "```yaml\nopenapi: 3.1.0\n", "the block that begins in line 1"),
    "a page with a broken block": ("text/markdown", "\n```json\n{'openapi'\n```\n", "block in line 2 is cut short"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_the_document(name: str, site: Site, refused: Callable[..., str]) -> None:
    media, text, words = WRONG[name]
    source = site.publish("/wrong", text, media)
    said = refused("letta", "--from", source)
    assert said.startswith(f"letta: {source}")
    assert words in said


UNSOUND = {
    "components.schemas.BatchJob.properties": ["id"],
    "components.schemas.BatchJob.properties.id": 7,
    "components.schemas.BatchJob.properties.id.type": {"string": True},
    "components.schemas.LettaBatchRequest.required": "agent_id",
    "components.schemas.LettaBatchRequest.properties.max_steps.default": None,
    "components.schemas.JobStatus.enum": None,
    "components.schemas.JobStatus.$ref": "#/components/schemas/Nowhere",
    "paths./v1/messages/batches.post.responses": [],
    "paths./v1/messages/batches.post.parameters": [None],
    "paths./v1/messages/batches.post.requestBody": True,
    "servers": {"url": "https://api.letta.com"},
    "security": [["bearerAuth"]],
}
"""Places of Letta's document, and what stands there instead."""


@pytest.mark.parametrize("place", UNSOUND)
def test_a_document_that_is_not_sound_gives_a_sentence_and_no_traceback(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = published("letta")
    *above, name = place.split(".")
    holder = document
    for step in above:
        holder = holder[step]
    holder[name] = UNSOUND[place]
    source = tmp_path / "letta.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    code, out, err = refresh(capsys, "letta", "--from", str(source))
    if code == 1:
        assert err.startswith(f"refresh_specs: letta: {source} is no sound OpenAPI document: {place}")
        assert err.count("\n") == 1
    else:
        # What is merely not said is a difference like another.
        assert UNSOUND[place] is None or name == "$ref"
        assert (code in (3, 4), err) == (True, "")
        assert lines(out)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("configured_endpoints: 9\n", "names no document: the key openapi_spec_url is gone, or no https address"),
        ("openapi_spec_url: http://elsewhere.example.com/a.yml\n", "names no document"),
        ("openapi_spec_url: [", "while parsing a flow"),
    ],
)
def test_a_stats_file_that_leads_nowhere(text: str, words: str, site: Site, refused: Callable[..., str]) -> None:
    source = site.publish("/.stats.yml", text)
    assert words in refused("anthropic", "--from", source)


def test_bytes_that_are_no_text(tmp_path: Path, refused: Callable[..., str]) -> None:
    source = tmp_path / "letta.json"
    source.write_bytes(b"\xff\xfe\x00")
    assert "is not text" in refused("letta", "--from", str(source))


def test_a_page_that_no_longer_speaks_of_us(root: Path, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    source = site.publish("/page.md", "# Welcome to our new documentation")
    named(root, "anthropic", source)
    code, _, err = refresh(capsys, "anthropic", "--root", str(root))
    assert code == 1
    assert f"{source} is there, but no longer names /v1/messages/batches" in err


def test_a_body_without_end_is_not_read_to_its_end(site: Site, tmp_path: Path) -> None:
    bounds = Bounds(size=100_000)
    huge = site.publish("/huge", "x" * 300_000)
    with pytest.raises(SourceError, match="is larger than 100000 bytes: not the document"):
        fetching.fetch(huge, bounds, cleartext=True)
    file = tmp_path / "huge"
    file.write_bytes(b"x" * 100_001)
    with pytest.raises(SourceError, match="is larger than 100000 bytes"):
        fetching.fetch(str(file), bounds, cleartext=True)


def test_a_source_that_sends_for_ever_is_given_up(site: Site) -> None:
    now = iter(range(0, 1000, 40))
    url = site.publish("/slow", "x" * 200_000)
    with pytest.raises(SourceError, match="was still sending after 60 seconds"):
        fetching.fetch(url, Bounds(clock=lambda: float(next(now))), cleartext=True)


def test_cleartext_is_for_loopback_and_for_what_the_user_names(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named(root, "letta", "http://specs.example.com/openapi.json")
    code, _, err = refresh(capsys, "letta", "--root", str(root))
    assert code == 1
    assert "is plain http, which anybody on the way could change: use https, or name it with --from" in err


@pytest.mark.parametrize("source", ["ftp://specs.example.com/a.json", "https://"])
def test_what_is_no_address(source: str, refused: Callable[..., str]) -> None:
    assert "no address" in refused("letta", "--from", source)


# -- usage


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("acme",), f"unknown vendor 'acme'; the manifest has {', '.join(MANIFEST)}"),
        (("--from", "a.json"), "--from goes with exactly one VENDOR"),
        (("letta", "meshapi", "--from", "a.json"), "--from goes with exactly one VENDOR"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(capsys, *arguments) == (2, "", f"refresh_specs: {words}\n")


def test_an_unknown_option_is_wrong_usage_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["--force"])
    assert stopped.value.code == 2


def test_the_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    told = capsys.readouterr().out
    readme = (ROOT / "specs" / "README.md").read_text(encoding="utf-8")
    for code in range(5):
        assert re.search(rf"(?m)^  {code}  \w", told)
        assert re.search(rf"(?m)^\| {code} \| \w", readme)


def test_with_several_vendors_the_highest_code_counts(
    root: Path, site: Site, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = published("letta")
    del broken["components"]["schemas"]["BatchJob"]["properties"]["status"]
    named(root, "letta", site.publish("/letta.json", json.dumps(broken)))
    named(root, "meshapi", f"{site.url}/nowhere")
    report = tmp_path / "report.md"
    code, out, err = refresh(capsys, "meshapi", "letta", "--root", str(root), "--report", str(report))
    assert code == 4
    assert err == f"refresh_specs: meshapi: {site.url}/nowhere answers 404 Not Found\n"
    assert max(map(len, out.splitlines())) <= 80
    told = report.read_text(encoding="utf-8")
    assert "| letta | breaking | 1 | 0 | 0 |" in told
    assert "| breaking | `response 200 of list_batches: [].status (BatchJob)` | `field is gone` |  |" in told
    assert f"* `{site.url}/nowhere answers 404 Not Found`" in told


def test_the_block_finder_knows_fences_of_any_length() -> None:
    text = "~~~yaml\nopenapi: 1\n```\n~~~\n\n````json x\n```\n````\n"
    assert [(line, language) for line, language, _ in sources.blocks("page", text)] == [(1, "yaml"), (6, "json")]
