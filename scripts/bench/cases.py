"""What is measured: for each goal its cases, a task at one size, and for each case who takes part in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from scripts.bench import pages
from scripts.bench.racing import Case, Contender, Stage

ANTHROPIC, LETTA, MESH = "anthropic-2.12.0", "letta-client-1.6.5", "meshapi-0.1.11"
OURS, OURS_READ = "polybatch", "polybatch, text, usage"
SDK, SDK_READ = "anthropic SDK", "anthropic SDK, text, usage"
MESH_SDK, LETTA_SDK = "meshapi SDK", "letta-client, one page"
ENVELOPE, NORMAL = "httpx, msgspec envelope", "httpx, msgspec, normalised"
ARRAY, READY = "JSONL → array, ids checked", "httpx, body file streamed"
REFERENCE, SERVER = "bare durable reference", "the server alone"
EACH, LIST = "anthropic SDK, one by one", "anthropic SDK, one list"
OWN, BASE, FIRST = "import polybatch", "httpx, attrs, msgspec", "polybatch, first client"
HELP, NOTHING = "polybatch --help", "a worker doing nothing"
PANDAS = "pandas, both files alone"


@dataclass(frozen=True)
class Sizes:
    """How many requests a case has: all goals, or the same a hundred times smaller."""

    small: int = 10_000
    large: int = 100_000
    huge: int = 1_000_000
    watched: int = 1_000
    rows: int = 200_000


FULL, QUICK = Sizes(), Sizes(100, 1_000, 10_000, 20, 2_000)


def ours(label: str, function: str, **arguments: Any) -> Contender:
    """polybatch."""
    return Contender(label, "ours", function, arguments)


def floor(label: str, function: str, module: str = "floors", **arguments: Any) -> Contender:
    """What it could cost."""
    return Contender(label, module, function, arguments)


def official(label: str, function: str, sdk: str = ANTHROPIC, rounds: int | None = None, **arguments: Any) -> Contender:
    """A vendor's SDK."""
    return Contender(label, "sdks", function, arguments, sdk, rounds)


# -- what is measured


def results(stage: Stage, sizes: Sizes) -> list[Case]:
    """Download and decode the results of an ended batch."""
    cases = []
    for size in (sizes.small, sizes.large, sizes.huge):
        batch_id = f"msgbatch_pages_{size}"
        given: dict[str, Any] = {"url": stage.url("long"), "batch_id": batch_id, "count": size}
        own = [ours(OURS, "results", **given), ours(OURS_READ, "results", read=True, **given)]
        floors = [floor(ENVELOPE, "results", depth="envelope", **given)]
        sdks = [official(SDK, "results", rounds=1 if size == sizes.huge else None, **given)]
        if size != sizes.huge:
            sdks.append(official(SDK_READ, "results", read=True, **given))
            floors += [
                floor(NORMAL, "results", depth="normalised", **given),
                floor("httpx, lines", "results", depth="lines", **given),
                floor("httpx, bytes", "results", depth="bytes", **given),
                floor(SERVER, "server_download", url=given["url"], target=f"v1/messages/batches/{batch_id}/results"),
            ]
        prepare = partial(pages.result_file, stage.folder, size)
        cases.append(Case(f"results-{size}", f"{size:,} result lines of 2.1 KB", size, [*own, *sdks, *floors], prepare))
    return cases


def submit(stage: Stage, sizes: Sizes) -> list[Case]:
    """One create from a file."""
    cases = []
    for size in (sizes.small, sizes.large):
        path, body = stage.folder / f"requests-{size}.jsonl", stage.folder / f"body-{size}.json"
        given: dict[str, Any] = {"url": stage.url("hold"), "path": str(path), "count": size}
        contenders = [
            ours(OURS, "submit", **given), official(SDK, "submit", **given), floor(ARRAY, "submit", **given),
            floor(READY, "submit", ready=True, **{**given, "path": str(body)}),
            floor(SERVER, "server_upload", url=given["url"], path=str(body)),
        ]  # fmt: skip
        cases.append(
            Case(
                f"submit-{size}",
                f"{size:,} requests of 1 KB, one create",
                size,
                contenders,
                partial(_both, stage, size),
            )
        )
    return cases


def submit_run(stage: Stage, sizes: Sizes) -> list[Case]:
    """The same through a durable run."""
    cases = []
    for size in (sizes.small, sizes.large, sizes.huge):
        given: dict[str, Any] = {
            "url": stage.url("hold"),
            "path": str(stage.folder / f"requests-{size}.jsonl"),
            "count": size,
        }
        contenders = [ours(OURS, "submit_run", scratch=stage.scratch, **given)]
        if size == sizes.large:
            contenders += [official(SDK, "submit", **given), floor(ARRAY, "submit", **given)]
        prepare = partial(pages.request_file, stage.folder, size)
        cases.append(Case(f"submit-run-{size}", f"{size:,} requests of 1 KB, sent durably", size, contenders, prepare))
    return cases


def whole_run(stage: Stage, sizes: Sizes) -> list[Case]:
    """From file to file."""
    size = sizes.small
    given: dict[str, Any] = {
        "url": stage.url("long"),
        "path": str(stage.folder / f"requests-{size}.jsonl"),
        "count": size,
    }
    contenders = [
        ours(OURS, "whole_run", scratch=stage.scratch, **given),
        official(SDK, "whole_run", scratch=stage.scratch, **given),
        floor(REFERENCE, "whole_run", "reference", scratch=stage.scratch, **given),
        floor("the same, the vendor's lines", "whole_run", "reference", raw=True, scratch=stage.scratch, **given),
        floor(SERVER, "server_run", url=given["url"], path=str(stage.folder / f"body-{size}.json")),
    ]
    title = f"{size:,} requests, from file to file; the SDK by hand, nothing durable"
    return [Case(f"run-{size}", title, size, contenders, partial(_both, stage, size))]


def million(stage: Stage, sizes: Sizes) -> list[Case]:
    """Many requests end to end, and a tenth of them to compare the memory with."""
    cases = []
    for size in (sizes.large, sizes.huge):
        path = stage.folder / f"requests-short-{size}.jsonl"
        given = {"url": stage.url("short"), "path": str(path), "count": size, "scratch": stage.scratch}
        contenders = [ours(OURS, "whole_run", **given), floor(REFERENCE, "whole_run", "reference", **given)]
        title = f"{size:,} requests end to end, 590 bytes up, 440 down"
        prepare = partial(pages.request_file, stage.folder, size, short=True)
        cases.append(Case(f"million-{size}", title, size, contenders, prepare))
    return cases


def tables(stage: Stage, sizes: Sizes) -> list[Case]:
    """From Parquet to Parquet."""
    size = sizes.rows
    given: dict[str, Any] = {"path": str(stage.folder / f"rows-{size}.parquet"), "count": size}
    contenders = [
        ours(OURS, "tables", url=stage.url("long"), scratch=stage.scratch, **given),
        floor(PANDAS, "tables", scratch=stage.scratch, **given),
    ]
    title = f"{size:,} rows of 0.7 KB from Parquet to Parquet, answers of 1.6 KB; pandas has them at hand"
    return [Case(f"tables-{size}", title, size, contenders, partial(pages.table_file, stage.folder, size))]


def mesh(stage: Stage, sizes: Sizes) -> list[Case]:
    """Results inside one document."""
    cases = []
    for size in (sizes.small, sizes.large):
        given: dict[str, Any] = {"url": stage.url("mesh"), "count": size}
        named: dict[str, Any] = {"batch_id": f"batch_pages_{size}", "look": "batch_pages_1"}
        target = f"v1/batches/batch_pages_{size}"
        contenders = [
            ours(OURS, "results", vendor="meshapi", **given, **named),
            official(MESH_SDK, "mesh_results", MESH, **given, **named),
            floor("httpx, msgspec, whole", "whole", target=target, member="results", **given),
            floor(SERVER, "server_download", url=given["url"], target=target),
        ]
        title = f"MeshAPI: {size:,} results of 2.1 KB in one document"
        cases.append(Case(f"meshapi-{size}", title, size, contenders, partial(_mesh, stage, size)))
    return cases


def letta(stage: Stage, sizes: Sizes) -> list[Case]:
    """The messages of a job."""
    cases = []
    for size in (sizes.small // 2, sizes.large // 2):
        batch_id = pages.letta_id(size)
        given: dict[str, Any] = {"url": stage.url("letta"), "batch_id": batch_id, "count": size}
        target = f"v1/messages/batches/{batch_id}/messages?limit={2 * size}"
        contenders = [
            ours(OURS, "results", vendor="letta", **given),
            official(LETTA_SDK, "letta_messages", LETTA, limit=2 * size, **given),
            floor("httpx, msgspec, whole", "whole", url=given["url"], target=target, member="messages", count=2 * size),
            floor(SERVER, "server_download", url=given["url"], target=target),
        ]  # fmt: skip
        title = f"Letta: {2 * size:,} messages of {size:,} agents, 2 KB each"
        cases.append(
            Case(f"letta-{2 * size}", title, 2 * size, contenders, partial(pages.letta_file, stage.folder, size))
        )
    return cases


def watching(stage: Stage, sizes: Sizes) -> list[Case]:
    """Looking at many batches once."""
    size = sizes.watched
    given: dict[str, Any] = {"path": str(stage.folder / f"requests-{size}.jsonl"), "count": size}
    contenders = [
        ours(OURS, "watching", url=stage.url("hold"), scratch=stage.scratch, **given),
        official(EACH, "watch_each", url=stage.url("hold"), **given),
        official(LIST, "watch_list", url=stage.url("hold"), **given),
    ]
    prepare = partial(pages.request_file, stage.folder, size)
    return [Case(f"watching-{size}", f"{size:,} batches in progress, one sweep", size, contenders, prepare)]


def startup(_: Stage, sizes: Sizes) -> list[Case]:
    """Imports and the command line."""
    times = 15 if sizes is FULL else 3
    imports = {
        OWN: "import polybatch",
        BASE: "import httpx, attrs, msgspec",
        FIRST: "import polybatch; polybatch.BatchClient('anthropic', api_key='key')",
    }
    contenders = [floor(label, "imports", "starting", code=code, times=times) for label, code in imports.items()]
    contenders.append(floor(HELP, "command", "starting", words=["-m", "polybatch", "--help"], times=times))
    contenders.append(floor(NOTHING, "nothing", "starting"))
    return [Case("startup", f"fresh processes, each the median of {times}", times, contenders, compared=False)]


def _both(stage: Stage, size: int) -> None:
    pages.request_file(stage.folder, size)
    pages.body_file(stage.folder, size)


def _mesh(stage: Stage, size: int) -> None:
    pages.mesh_file(stage.folder, 1)
    pages.mesh_file(stage.folder, size)
