"""Repair what failed: errors that may pass are sent again by the run, answers that were cut are asked for once more.

Without a key, and at the vendor itself:

    polybatch sandbox --script anthropic.create=fail:2:overloaded_error+truncate:1 python repair.py
    ANTHROPIC_API_KEY=... python repair.py

In the sandbox two requests of the first batch fail, and one answer is cut.
"""

import os
from collections.abc import Iterable

from polybatch import BatchClient, Finish, Request, Result

QUESTIONS = {f"q-{number}": f"Explain the number {number} to a child." for number in range(1, 7)}


def ask(client: BatchClient, name: str, keys: Iterable[str], max_tokens: int) -> dict[str, Result]:
    requests = [Request.chat(key, QUESTIONS[key], model="claude-opus-5-5", max_tokens=max_tokens) for key in keys]
    with client.run(requests, run_dir=f"{name}.polybatch", out=f"{name}.jsonl", retries=2) as run:
        answers = {result.custom_id: result for result in run.results()}
        print(f"{name}: {run.status().outcomes}, sent again: {run.status().repeated}")
        return answers


base_url = os.environ.get("ANTHROPIC_BASE_URL")  # not set: the vendor itself
with BatchClient("anthropic", base_url=base_url) as client:
    answers = ask(client, "first", QUESTIONS, max_tokens=200)
    if cut := sorted(key for key, answer in answers.items() if answer.finish is Finish.LENGTH):
        print("cut, asked again with more room:", *cut)
        answers |= ask(client, "longer", cut, max_tokens=2000)
    for key in QUESTIONS:
        print(key, answers[key].finish, answers[key].text)
