"""Caption the images of a folder: each goes along in its request, and nothing has to be on the web.

Without a key, and at the vendor itself:

    polybatch sandbox python caption.py
    ANTHROPIC_API_KEY=... python caption.py
"""

import os
from collections.abc import Iterator
from pathlib import Path

from polybatch import BatchClient, Request, image


def requests() -> Iterator[Request]:
    for path in sorted(Path("data/images").glob("*.png")):
        text = {"type": "text", "text": f"Caption the image {path.stem} in one sentence."}
        message = {"role": "user", "content": [image(path.read_bytes()), text]}
        yield Request.chat(path.name, [message], model="claude-opus-5-5", max_tokens=100)


base_url = os.environ.get("ANTHROPIC_BASE_URL")  # not set: the vendor itself
with (
    BatchClient("anthropic", base_url=base_url) as client,
    client.run(requests(), run_dir="captions.polybatch", out="captions.jsonl") as run,
):
    for result in run.results():
        print(f"{result.custom_id}: {result.text}")
