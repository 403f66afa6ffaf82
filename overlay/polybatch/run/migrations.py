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

SURVIVAL = """
ALTER TABLE shard ADD COLUMN token TEXT NOT NULL DEFAULT '';
ALTER TABLE shard ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN parents TEXT NOT NULL DEFAULT '[]';
ALTER TABLE shard ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN repaired INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN watched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN intent_at TEXT;
ALTER TABLE shard ADD COLUMN until TEXT;
ALTER TABLE shard ADD COLUMN created_at TEXT;
ALTER TABLE shard ADD COLUMN watch_from TEXT;
ALTER TABLE shard ADD COLUMN watch_until TEXT;
ALTER TABLE shard ADD COLUMN usage TEXT NOT NULL DEFAULT '{}';
ALTER TABLE shard ADD COLUMN odd TEXT NOT NULL DEFAULT '{}';
ALTER TABLE shard ADD COLUMN since TEXT NOT NULL DEFAULT '';
ALTER TABLE shard ADD COLUMN succeeded_map BLOB;
ALTER TABLE shard ADD COLUMN moved_map BLOB;
UPDATE shard SET token = (SELECT json_extract(value, '$') FROM meta WHERE key = 'run_id') || '-' || number || '-' ||
    generation;
CREATE TABLE exception (
    shard INTEGER NOT NULL, place INTEGER NOT NULL, outcome TEXT NOT NULL, code TEXT, moved INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (shard, place)) STRICT, WITHOUT ROWID;
"""
"""Finding lost creates again, repairs, an outcome bitmap a shard and the exceptions from it."""

STEPS: tuple[tuple[str, str], ...] = (("m001_first", FIRST), ("m002_survival", SURVIVAL))
