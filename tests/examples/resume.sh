#!/bin/sh
# Press Ctrl-C while the vendor works: the run stops; the same command again goes on, and nothing is paid twice.
#
# Without a key, and at the vendor itself:
#
#     polybatch sandbox --speed 5 sh resume.sh
#     ANTHROPIC_API_KEY=... sh resume.sh
#
# In the sandbox a batch takes 12 seconds. An address that is not set is the vendor's own.
go() {
  polybatch run data/questions.jsonl --vendor anthropic --base-url "$ANTHROPIC_BASE_URL" --model claude-opus-5-5 \
    --poll 1 -o resumed.jsonl
}
trap : INT  # Ctrl-C ends the command, not this script
go || {
  code=$?
  [ "$code" -eq 130 ] || exit "$code"  # 130: Ctrl-C
  echo "The same command again:"
  go
}
polybatch verify data/questions.jsonl.anthropic.polybatch
