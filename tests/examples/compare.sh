#!/bin/sh
# The same questions to two vendors at the same time, and their answers side by side in one table.
#
# Without a key, and at the vendor itself:
#
#     polybatch sandbox sh compare.sh
#     ANTHROPIC_API_KEY=... MESHAPI_API_KEY=... sh compare.sh
#
# An address that is not set is the vendor's own.
polybatch run data/questions.jsonl --to anthropic:claude-opus-5-5 --to meshapi:openai/gpt-5 \
  --base-url "anthropic=$ANTHROPIC_BASE_URL" --base-url "meshapi=$MESHAPI_BASE_URL" -o compared.csv
