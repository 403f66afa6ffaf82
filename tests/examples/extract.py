"""Extract fields from texts in a Parquet file, into a Parquet file with a typed column for each field.

Without a key, and at the vendor itself:

    polybatch sandbox python extract.py
    ANTHROPIC_API_KEY=... python extract.py

It needs the extra: pip install 'polybatch[parquet]'.
"""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from polybatch import BatchClient

SCHEMA = {
    "type": "object",
    "properties": {
        "total": {"type": "number"},
        "currency": {"enum": ["EUR", "USD", "GBP"]},
        "due_days": {"type": ["integer", "null"]},
    },
    "required": ["total", "currency", "due_days"],
    "additionalProperties": False,
}
if not Path("letters.parquet").exists():  # yours has millions of rows
    bodies = ["You owe us 129.90 EUR within 14 days.", "Invoice: 80 USD", "We charged 3.50 GBP, payable in 30 days."]
    pq.write_table(pa.table({"letter": [101, 102, 103], "body": bodies}), "letters.parquet")

base_url = os.environ.get("ANTHROPIC_BASE_URL")  # not set: the vendor itself
with (
    BatchClient("anthropic", base_url=base_url) as client,
    client.run(
        "letters.parquet",
        prompt="{body}",
        system="Extract what is to be paid, in which currency, and within how many days if the letter says so.",
        schema=SCHEMA,
        id_column="letter",
        model="claude-opus-5-5",
        max_tokens=200,
        out="invoices.parquet",
    ) as run,
):
    run.wait()

for row in pq.read_table("invoices.parquet").to_pylist():
    print(row["letter"], row["outcome"], row["parsed_total"], row["parsed_currency"], row["parsed_due_days"])
