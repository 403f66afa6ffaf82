"""Classify the reviews in a CSV file; every answer fits a schema, and is joined to the columns of its review.

Without a key, and at the vendor itself:

    polybatch sandbox python classify.py
    ANTHROPIC_API_KEY=... python classify.py

The same as one command, without a key:

    polybatch run data/reviews.csv --vendor anthropic --model claude-opus-5-5 --id-column review \\
      --prompt 'How does this customer feel about the {product}? {text}' --schema data/verdict.schema.json \\
      --sandbox --run-dir trial -o trial.csv
"""

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from polybatch import BatchClient


@dataclass
class Verdict:
    mood: Literal["angry", "happy", "neutral"]
    reason: str


base_url = os.environ.get("ANTHROPIC_BASE_URL")  # not set: the vendor itself
with (
    BatchClient("anthropic", base_url=base_url) as client,
    client.run(
        "data/reviews.csv",
        prompt="How does this customer feel about the {product}? {text}",
        schema=Verdict,
        model="claude-opus-5-5",
        id_column="review",
        out="verdicts.csv",
    ) as run,
):
    run.wait()

with Path("verdicts.csv").open(encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        print(row["review"], row["product"], row["parsed_mood"] or row["invalid"] or row["error_message"])
