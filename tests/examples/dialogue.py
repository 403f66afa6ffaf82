"""Several turns: one batch a turn for all conversations, each of which goes on with what was answered.

Without a key, and at the vendor itself:

    polybatch sandbox python dialogue.py
    ANTHROPIC_API_KEY=... python dialogue.py
"""

import os
from typing import Any

from polybatch import BatchClient, Request

TURNS = ["Name a river in {}.", "How long is it?", "Put all of that into one sentence."]
talks: dict[str, list[dict[str, Any]]] = {"France": [], "Ghana": [], "Peru": []}

base_url = os.environ.get("ANTHROPIC_BASE_URL")  # not set: the vendor itself
with BatchClient("anthropic", base_url=base_url) as client:
    for number, turn in enumerate(TURNS, 1):
        for country, talk in talks.items():
            talk.append({"role": "user", "content": turn.format(country)})
        requests = [
            Request.chat(country, talk, model="claude-opus-5-5", system="Answer briefly.", max_tokens=200)
            for country, talk in talks.items()
        ]
        with client.run(requests, run_dir=f"turn-{number}.polybatch", out=f"turn-{number}.jsonl") as run:
            for result in run.results():
                if result.text:
                    talks[result.custom_id].append(result.message)
                else:  # errored, refused …: this conversation ends here
                    del talks[result.custom_id]
                    print(result.custom_id, "ends with", result.error or result.finish)

for country, talk in talks.items():
    print(country, len(talk), "messages; at last:", talk[-1]["content"])
