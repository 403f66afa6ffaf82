"""The journal's schema, step by step; a step is recorded by name and never changed once released."""

from __future__ import annotations

NAME = "journal.sqlite"
"""The journal's file in a run directory."""
FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE shard (
    number INTEGER NOT NULL, generation INTEGER NOT NULL, items INTEGER NOT NULL, size INTEGER NOT NULL, grp TEXT,
    state TEXT NOT NULL, batch_id TEXT UNIQUE, status TEXT NOT NULL DEFAULT 'unknown',
    outcomes TEXT NOT NULL DEFAULT '{}', note TEXT NOT NULL DEFAULT '', PRIMARY KEY (number, generation)) STRICT;
CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, shard INTEGER, generation INTEGER,
    kind TEXT NOT NULL, data TEXT NOT NULL DEFAULT '{}') STRICT;
"""

STEPS: tuple[tuple[str, str], ...] = (("m001_first", FIRST),)
