"""The command line in this process, against a sandbox on real ports; each call in a directory of its own."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click.testing
import pytest

from polybatch.cli import main
from polybatch.vendors import find_vendor, names
from polybatch_sandbox import Server

VARIABLES = tuple(find_vendor(vendor).profile.key_variable for vendor in names())
FAST = ("--poll", "0.02")
RUN, OUT = Path("in.jsonl.anthropic.polybatch"), Path("in.anthropic.results.jsonl")
Cli = Callable[..., click.testing.Result]


def calling(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Calls the command line in a folder, with a key for every vendor; no call may show a traceback or the key."""
    monkeypatch.chdir(folder)
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "sk-CANARY")

    def call(*arguments: object, stdin: str | None = None) -> click.testing.Result:
        done = click.testing.CliRunner().invoke(main, list(map(str, arguments)), input=stdin)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        assert "Traceback" not in done.stderr
        assert "sk-CANARY" not in done.output
        return done

    return call


def item(vendor: str, number: int, **changes: Any) -> dict[str, Any]:
    """A request in the vendor's own form."""
    messages = [{"role": "user", "content": f"héllo {number}"}]
    if vendor == "letta":
        return {"custom_id": f"row {number}", "agent_id": f"agent-00000000-0000-4000-8000-{number + 1:012}",
                "messages": messages}  # fmt: skip
    body = {"model": "m/n", "max_tokens": 9, "messages": messages, **changes}
    return {"custom_id": f"row {number}", "body" if vendor == "meshapi" else "params": body}


def requests_file(vendor: str = "anthropic", count: int = 3, name: str = "in.jsonl") -> Path:
    """A request file in the current directory."""
    path = Path(name)
    lines = [json.dumps(item(vendor, number), ensure_ascii=False) for number in range(count)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def at(served: Server, vendor: str = "anthropic") -> tuple[str, ...]:
    """The options that lead to a vendor in the sandbox."""
    return ("--vendor", vendor, "--base-url", served.base_url(vendor))


def told(served: Server, path: str, document: object = None, method: str = "POST") -> Any:
    """The sandbox's control."""
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(f"{served.url}/_sandbox{path}", body, method=method if body else "GET")
    with urllib.request.urlopen(request) as reply:
        return json.loads(reply.read())


def script(served: Server, operation: str, *words: str) -> None:
    """Trouble for the next calls."""
    told(served, "/faults", {"vendor": "anthropic", "operation": operation, "script": list(words)})


def ledger(served: Server) -> list[dict[str, Any]]:
    """What Anthropic's imitation has accepted."""
    found: list[dict[str, Any]] = told(served, "/ledger")["anthropic"]
    return found


def lines(path: Path | str) -> list[dict[str, Any]]:
    """The objects of a JSON lines file."""
    return [json.loads(line) for line in Path(path).read_bytes().splitlines()]
