"""A vendor's web site on loopback for the tests of refresh_specs, and ways to publish a document as vendors do."""

from __future__ import annotations

import copy
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("openapi_python_client", reason="needs the codegen extra: pip install -e '.[codegen]'")

from scripts.spec_compiler.documents import load_yaml
from scripts.spec_refresh import main as command

ROOT = Path(__file__).parents[2]
VENDORS = ("anthropic", "letta", "meshapi", "onerouter")


read_once = cache(load_yaml)
"""For tests that write nothing: a document of a thousand lines takes its time."""


@dataclass
class Site:
    """What is served: by path, the status, the headers and the body."""

    url: str
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    def publish(self, path: str, text: str, media: str = "text/plain", status: int = 200, **headers: str) -> str:
        self.pages[path] = (status, {"Content-Type": media, **headers}, text.encode())
        return self.url + path


@contextmanager
def serving() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = site.pages.get(self.path, (404, {}, b"nothing here"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def published(vendor: str, root: Path = ROOT) -> dict[str, Any]:
    """The vendor's document as it was last taken over, to be edited."""
    return copy.deepcopy(read_once(root / "specs" / vendor / "openapi.yaml"))


def talkative(node: Any) -> Any:
    """The document as a vendor writes it: with prose, examples and extensions wherever OpenAPI allows them."""
    if isinstance(node, list):
        return [talkative(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    told = {key: talkative(inner) for key, inner in node.items()}
    # Only what is a schema or an operation: a map of fields must not get another one.
    if isinstance(node.get("type"), str) or isinstance(node.get("responses"), dict):
        told |= {"description": "Long words about it.", "x-doc-tool": {"group": 1}}
    if isinstance(node.get("type"), str) and "in" not in node and "scheme" not in node:
        told |= {"title": "Told", "examples": ["one"]}
    return told


def page(document: dict[str, Any], language: str) -> str:
    """A page of documentation with the document in a fenced block, after one that is something else."""
    text = json.dumps(document) if language == "json" else yaml.safe_dump(document, sort_keys=False)
    return (
        "# Create a batch\n\nSend this:\n\n```json\n"
        '{"requests": []}\n```\n\n## OpenAPI Specification\n\n'
        f"````{language} POST /v1/batches\n{text}\n````\n\nThen wait.\n"
    )


def offered(site: Site, vendor: str, document: dict[str, Any]) -> str:
    """Publishes the document in the vendor's own form; what --from is given for it."""
    told = talkative(document)
    if vendor == "letta":
        site.publish("/openapi.json", json.dumps(told), "application/json")
        return site.url
    if vendor == "anthropic":
        named = site.publish("/spec.yml", json.dumps(told))
        return site.publish("/.stats.yml", f"configured_endpoints: 140\nopenapi_spec_url: {named}\n")
    return site.publish(f"/{vendor}.md", page(told, "json" if vendor == "onerouter" else "yaml"), "text/markdown")


def refresh(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors; the lines of the output are put together again."""
    capsys.readouterr()
    code = command.main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def lines(out: str) -> list[str]:
    """One line for each difference, however it was wrapped."""
    found: list[str] = []
    for line in out.splitlines():
        if line.startswith(("  breaking  ", "  additive  ", "  explained  ")):
            found.append(" ".join(line.split()))
        elif line.startswith("     ") and found:
            found[-1] += " " + line.strip()
    return found


def specs_only(folder: Path) -> Path:
    """A tree with a copy of specs/, for a manifest that is edited."""
    shutil.copytree(ROOT / "specs", folder / "specs")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
