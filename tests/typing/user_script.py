"""What a user writes; checked by mypy --strict against the installed wheel, and run against the sandbox there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from polybatch import (
    AsyncBatchClient,
    Batch,
    BatchClient,
    BatchStatus,
    Finish,
    Outcome,
    OutputError,
    Request,
    Result,
    Usage,
)
from polybatch.run import Run, RunSettings, RunStatus
from polybatch_generated.anthropic.params import BetaCreateMessageParams
from polybatch_sandbox import serve


def body(text: str) -> BetaCreateMessageParams:
    """Parameters that a type checker understands."""
    return {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": text}]}


@dataclass
class Told:
    """What an answer may have to be."""

    colour: str


def show(result: Result) -> str:
    """Everything a result offers has a type."""
    usage: Usage | None = result.usage
    text: str | None = result.text
    outcome: Outcome = result.outcome
    tokens: int | None = usage.output_tokens if usage else None
    finish: Finish | None = result.finish
    named: str | None = result.model or result.refusal or result.request_id
    calls: list[tuple[str | None, Any]] = [(call.name, call.input) for call in result.tool_calls]
    assert (finish, named, calls) == (Finish.STOP, "claude-opus-5-5", [])
    problem = ""
    try:
        told: Told = result.parse(Told)
        problem = told.colour
    except OutputError as error:
        problem = error.problem
    assert "is no JSON" in problem
    return f"{result.custom_id} {outcome} {text} {tokens}"


def blocking(base_url: str) -> list[str]:
    """The blocking client."""
    with BatchClient("anthropic", base_url=base_url, api_key="any") as client:
        batch: Batch = client.create([Request("a", body("hello"))])
        batch = client.wait(batch.id, poll=0.05)
        status: BatchStatus = batch.status
        ended: datetime | None = batch.ended_at
        assert status.terminal
        assert ended is not None
        listed: list[str] = [found.id for found in client.list(limit=5)]
        assert batch.id in listed
        return [show(result) for result in client.results(batch.id)]


async def concurrent(base_url: str) -> list[str]:
    """The same names, awaited."""
    async with AsyncBatchClient("anthropic", base_url=base_url, api_key="any") as client:
        batch: Batch = await client.create([Request("a", body("hello"))])
        batch = await client.wait(batch.id, poll=0.05)
        listed: list[str] = [found.id async for found in client.list(limit=5)]
        assert batch.id in listed
        return [show(result) async for result in client.results(batch.id)]


def durable(base_url: str) -> RunStatus:
    """A run, with settings that a type checker knows."""
    with TemporaryDirectory() as folder, BatchClient("anthropic", base_url=base_url, api_key="any") as client:
        settings: RunSettings = {"run_dir": Path(folder, "run"), "poll": 0.05, "on_unknown": "hold"}
        run: Run = client.run([Request("a", body("hello"))], **settings)
        with run:
            return run.wait()


if __name__ == "__main__":
    with serve(speed=1000) as sandbox:
        url = f"{sandbox.url}/anthropic"
        first, second = blocking(url), asyncio.run(concurrent(url))
        assert first == second, (first, second)
        assert durable(url).all_succeeded
        print(*first)
