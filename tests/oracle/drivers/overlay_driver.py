"""Drives oas-patch: a document and actions per line of standard input, the document it makes per line of output.

in   {"document", "actions"}
out  {"document"}  or  {"error": "…"}
"""

from __future__ import annotations

import json
import sys

from oas_patch.overlay import apply_overlay

for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"document": apply_overlay(asked["document"], {"overlay": "1.1.0", "actions": asked["actions"]})}
    except Exception as error:  # noqa: BLE001 - what the tool raises is what the test asks
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
