"""Tell Letta's agents some news, as a batch. An agent remembers; one that has two messages gets them in turn.

Without a key, and at the vendor itself:

    polybatch sandbox python agents.py
    LETTA_API_KEY=... python agents.py

data/news.csv names the agents; put in yours.
"""

import os

from polybatch import BatchClient

base_url = os.environ.get("LETTA_BASE_URL")  # not set: the vendor itself; or your own server
with (
    BatchClient("letta", base_url=base_url) as client,
    client.run("data/news.csv", prompt="News for you: {news}", out="heard.csv") as run,
):
    for result in run.results():
        print(result.custom_id, result.outcome, result.text)
