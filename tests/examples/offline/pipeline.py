"""A pipeline of yours: it summarises the notes in a CSV file, and says how many it got a summary of."""

import os
from pathlib import Path

from polybatch import BatchClient


def summarise(notes: Path, summaries: Path) -> dict[str, int]:
    base_url = os.environ.get("ANTHROPIC_BASE_URL")  # not set: the vendor itself
    with (
        BatchClient("anthropic", base_url=base_url) as client,
        client.run(
            notes, prompt="Summarise: {note}", model="claude-opus-5-5", max_tokens=100, out=summaries, retries=1
        ) as run,
    ):
        return run.wait().outcomes
