"""`python -m polybatch_sandbox`: the sandbox until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from polybatch_sandbox.ports import interrupted
from polybatch_sandbox.sandbox import VENDORS
from polybatch_sandbox.server import serve


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m polybatch_sandbox", description="A local imitation of the vendors' batch APIs."
    )
    parser.add_argument("--port", type=int, default=0, help="port of the vendors (default: any free one)")
    parser.add_argument("--result-port", type=int, default=0, help="port of the result files (default: any free one)")
    parser.add_argument("--speed", type=float, default=1.0, help="sandbox seconds per real second (default 1)")
    parser.add_argument("--seed", type=int, default=0, help="what answers, ids and the order of results are drawn from")
    parser.add_argument(
        "--lenient-ids", action="store_true", help="any id stands for a batch, any operation is possible"
    )
    parser.add_argument("--state-dir", type=Path, help="where batches outlive the process")
    parser.add_argument("--fault-rate", type=float, default=0.0, help="how probable random trouble is, for each call")
    given = parser.parse_args(arguments)
    stop = interrupted()
    with serve(
        port=given.port,
        result_port=given.result_port,
        speed=given.speed,
        seed=given.seed,
        lenient_ids=given.lenient_ids,
        state_dir=given.state_dir,
        chaos=(given.seed, given.fault_rate),
    ) as server:
        lines = [
            f"sandbox    {server.url}",
            *(f"{vendor:<10} {server.base_url(vendor)}" for vendor in VENDORS),
            f"results    {server.result_url_base}",
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
