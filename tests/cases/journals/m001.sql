-- A run directory as polybatch left it when its journal had the schema m001_first: eight requests in four shards, of
-- which one is done, one is submitted, the reply to one's create was lost, and one is planned.
-- The table `file` is no part of the journal: it holds the other files, by their path from the directory of the input.
-- @HOME@ stands for that directory, @SUBMITTED@ for the id of the submitted shard's batch.
BEGIN TRANSACTION;
CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, shard INTEGER, generation INTEGER,
    kind TEXT NOT NULL, data TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO "event" VALUES(1,'2026-11-22T21:34:53.608+00:00',NULL,NULL,'planned','{"shards": 4}');
INSERT INTO "event" VALUES(2,'2026-11-22T21:34:53.610+00:00',0,0,'submitting','{"batch_id": null, "note": "", "sha256": "51fe917dc604c1625267239b8287062c12142de11f9b115fed99d733101b56f2"}');
INSERT INTO "event" VALUES(3,'2026-11-22T21:34:53.625+00:00',0,0,'submitted','{"batch_id": "msgbatch_01CGeFHPxNVPD8fCHmDTDJhG", "note": ""}');
INSERT INTO "event" VALUES(4,'2026-11-22T21:34:53.627+00:00',1,0,'submitting','{"batch_id": null, "note": "", "sha256": "9181609e7af224e4f927ac7a509ed64bd8cd0460c6becfa2be06dfef0117eac3"}');
INSERT INTO "event" VALUES(5,'2026-11-22T21:34:53.629+00:00',1,0,'submitted','{"batch_id": "@SUBMITTED@", "note": ""}');
INSERT INTO "event" VALUES(6,'2026-11-22T21:34:53.630+00:00',2,0,'submitting','{"batch_id": null, "note": "", "sha256": "3f93d332280347a8bbdedf8d59bab2fb468171f6d54c08cbc0908b26032609b8"}');
INSERT INTO "event" VALUES(7,'2026-11-22T21:34:53.631+00:00',2,0,'unknown','{"batch_id": null, "note": "the create was sent and its reply was lost"}');
INSERT INTO "event" VALUES(8,'2026-11-22T21:34:53.638+00:00',0,0,'ended','{"batch_id": "msgbatch_01CGeFHPxNVPD8fCHmDTDJhG", "note": ""}');
INSERT INTO "event" VALUES(9,'2026-11-22T21:34:53.644+00:00',0,0,'fetched','{"batch_id": "msgbatch_01CGeFHPxNVPD8fCHmDTDJhG", "note": "", "sha256": "37f3091081a5c185ea90b7c50c0db54ea3abd81746606e5f642267f07c26f8a0", "bytes": 1162}');
INSERT INTO "event" VALUES(10,'2026-11-22T21:34:53.646+00:00',NULL,NULL,'output_begun','{}');
INSERT INTO "event" VALUES(11,'2026-11-22T21:34:53.648+00:00',0,0,'done','{"outcomes": {"succeeded": 2}}');
CREATE TABLE file (path TEXT PRIMARY KEY, content ANY NOT NULL) STRICT;
INSERT INTO "file" VALUES('in.anthropic.results.jsonl','{"custom_id":"row-1","outcome":"succeeded","text":"question 1","body":{"id":"msg_01ztftfAeXLRNMKPC5nWXXgV","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"question 1","citations":null}],"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"container":null,"usage":{"input_tokens":27,"output_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"server_tool_use":null,"inference_geo":null,"service_tier":"batch"}},"usage":{"input_tokens":27,"output_tokens":3,"cache_read_tokens":0,"cache_write_tokens":0,"reasoning_tokens":null},"error":null,"vendor":"anthropic","batch_id":"msgbatch_01CGeFHPxNVPD8fCHmDTDJhG"}
{"custom_id":"row-0","outcome":"succeeded","text":"question 0","body":{"id":"msg_01TtgDbEerfQxHvC3HFUshCP","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"question 0","citations":null}],"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"container":null,"usage":{"input_tokens":27,"output_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"server_tool_use":null,"inference_geo":null,"service_tier":"batch"}},"usage":{"input_tokens":27,"output_tokens":3,"cache_read_tokens":0,"cache_write_tokens":0,"reasoning_tokens":null},"error":null,"vendor":"anthropic","batch_id":"msgbatch_01CGeFHPxNVPD8fCHmDTDJhG"}
');
INSERT INTO "file" VALUES('in.jsonl','{"custom_id": "row-0", "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": [{"role": "user", "content": "question 0"}]}}
{"custom_id": "row-1", "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": [{"role": "user", "content": "question 1"}]}}
{"custom_id": "row-2", "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": [{"role": "user", "content": "question 2"}]}}
{"custom_id": "row-3", "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": [{"role": "user", "content": "question 3"}]}}
{"custom_id": "row-4", "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": [{"role": "user", "content": "question 4"}]}}
{"custom_id": "row-5", "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": [{"role": "user", "content": "question 5"}]}}
{"custom_id": "row-6", "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": [{"role": "user", "content": "question 6"}]}}
{"custom_id": "row-7", "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": [{"role": "user", "content": "question 7"}]}}
');
INSERT INTO "file" VALUES('in.jsonl.anthropic.polybatch/payload/000002.json','{"requests":[{"custom_id":"798f6130-000002-0-000000","params":{"model":"claude-opus-5-5","max_tokens":16,"messages":[{"role":"user","content":"question 4"}]}},{"custom_id":"798f6130-000002-0-000001","params":{"model":"claude-opus-5-5","max_tokens":16,"messages":[{"role":"user","content":"question 5"}]}}]}');
INSERT INTO "file" VALUES('in.jsonl.anthropic.polybatch/plan/000000.members',X'00000000000000008A0000000000000001000000000000000200000000000000');
INSERT INTO "file" VALUES('in.jsonl.anthropic.polybatch/plan/000001.members',X'14010000000000009E0100000000000003000000000000000400000000000000');
INSERT INTO "file" VALUES('in.jsonl.anthropic.polybatch/plan/000002.members',X'2802000000000000B20200000000000005000000000000000600000000000000');
INSERT INTO "file" VALUES('in.jsonl.anthropic.polybatch/plan/000003.members',X'3C03000000000000C60300000000000007000000000000000800000000000000');
INSERT INTO "file" VALUES('in.jsonl.anthropic.polybatch/results/000000.jsonl','{"custom_id":"798f6130-000000-0-000001","result":{"type":"succeeded","message":{"id":"msg_01ztftfAeXLRNMKPC5nWXXgV","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"question 1","citations":null}],"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"container":null,"usage":{"input_tokens":27,"output_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"server_tool_use":null,"inference_geo":null,"service_tier":"batch"}}}}
{"custom_id":"798f6130-000000-0-000000","result":{"type":"succeeded","message":{"id":"msg_01TtgDbEerfQxHvC3HFUshCP","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"question 0","citations":null}],"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"container":null,"usage":{"input_tokens":27,"output_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"server_tool_use":null,"inference_geo":null,"service_tier":"batch"}}}}
');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('vendor','"anthropic"');
INSERT INTO "meta" VALUES('base_url','"http://127.0.0.1:1/anthropic"');
INSERT INTO "meta" VALUES('options','{}');
INSERT INTO "meta" VALUES('model','null');
INSERT INTO "meta" VALUES('run_id','"798f61305371d56105b8"');
INSERT INTO "meta" VALUES('input','"@HOME@/in.jsonl"');
INSERT INTO "meta" VALUES('input_sha256','"5d027c502acc0dad3b13edb30eb334c83a7605f0bfe8433b7018769e75c93a97"');
INSERT INTO "meta" VALUES('requests','"@HOME@/in.jsonl"');
INSERT INTO "meta" VALUES('out','"@HOME@/in.anthropic.results.jsonl"');
INSERT INTO "meta" VALUES('begun','true');
INSERT INTO "meta" VALUES('committed','1534');
CREATE TABLE migration (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
INSERT INTO "migration" VALUES('m001_first','2026-11-22T21:34:53.596+00:00');
CREATE TABLE shard (
    number INTEGER NOT NULL, generation INTEGER NOT NULL, items INTEGER NOT NULL, size INTEGER NOT NULL, grp TEXT,
    state TEXT NOT NULL, batch_id TEXT UNIQUE, status TEXT NOT NULL DEFAULT 'unknown',
    outcomes TEXT NOT NULL DEFAULT '{}', note TEXT NOT NULL DEFAULT '', PRIMARY KEY (number, generation)) STRICT;
INSERT INTO "shard" VALUES(0,0,2,291,NULL,'done','msgbatch_01CGeFHPxNVPD8fCHmDTDJhG','completed','{"succeeded": 2}','');
INSERT INTO "shard" VALUES(1,0,2,291,NULL,'submitted','@SUBMITTED@','in_progress','{}','');
INSERT INTO "shard" VALUES(2,0,2,291,NULL,'unknown',NULL,'unknown','{}','the create was sent and its reply was lost');
INSERT INTO "shard" VALUES(3,0,2,291,NULL,'planned',NULL,'unknown','{}','');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',11);
COMMIT;
