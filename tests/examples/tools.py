"""Tool use: the first batch asks, your code does what the model called for, the second batch answers.

Without a key, and at the vendor itself:

    polybatch sandbox python tools.py
    ANTHROPIC_API_KEY=... python tools.py
"""

import json
import os
from typing import Any

from polybatch import BatchClient, Request, Result

STOCK = {"lamp": 3, "chair": 0}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "stock",
            "description": "How many pieces of an article there are.",
            "parameters": {
                "type": "object",
                "properties": {"article": {"enum": [*STOCK]}},
                "required": ["article"],
            },
        },
    }
]
QUESTIONS = {"mail-1": "What is in stock of the lamp?", "mail-2": "May I pay by card?", "mail-3": "Any chair in stock?"}


def ask(client: BatchClient, name: str, talks: dict[str, list[dict[str, Any]]]) -> dict[str, Result]:
    requests = [Request.chat(key, talk, model="claude-opus-5-5", tools=TOOLS) for key, talk in talks.items()]
    with client.run(requests, run_dir=f"{name}.polybatch", out=f"{name}.jsonl") as run:
        return {result.custom_id: result for result in run.results()}


def called(result: Result) -> list[dict[str, Any]]:
    """What the model said, and what came of each of its calls."""
    found = [
        {"role": "tool", "tool_call_id": call.id, "content": json.dumps({"pieces": STOCK[call.input["article"]]})}
        for call in result.tool_calls
    ]
    return [result.message, *found]


base_url = os.environ.get("ANTHROPIC_BASE_URL")  # not set: the vendor itself
with BatchClient("anthropic", base_url=base_url) as client:
    talks = {key: [{"role": "user", "content": text}] for key, text in QUESTIONS.items()}
    answers = ask(client, "asked", talks)
    open_ = {key: talks[key] + called(answer) for key, answer in answers.items() if answer.tool_calls}
    answers |= ask(client, "answered", open_) if open_ else {}
    for key in QUESTIONS:
        print(key, answers[key].outcome, answers[key].text)
