-- A library as version 1 of its tables wrote it: its own words, and a few rows.
CREATE TABLE backbones(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE);
CREATE TABLE features(
    row INTEGER PRIMARY KEY,
    backbone INTEGER NOT NULL REFERENCES backbones(id),
    image_hash TEXT NOT NULL,
    vector BLOB NOT NULL);              -- float32, little-endian
CREATE UNIQUE INDEX features_key ON features(backbone, image_hash);
CREATE TABLE facts(
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs(
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    created TEXT NOT NULL,              -- ISO 8601, UTC
    dataset TEXT NOT NULL,
    dataset_hash TEXT NOT NULL,
    backbone TEXT NOT NULL,
    weights_file TEXT NOT NULL,
    config TEXT NOT NULL,               -- JSON
    model TEXT NOT NULL,
    note TEXT NOT NULL,
    error TEXT NOT NULL,
    mean_predictor_loss REAL,
    request TEXT NOT NULL,              -- JSON
    train_ids TEXT NOT NULL,            -- JSON; the long columns last, so that lists need not read them
    validation_ids TEXT NOT NULL,
    test_ids TEXT NOT NULL);
CREATE TABLE epochs(
    run INTEGER NOT NULL REFERENCES runs(run) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    train_loss REAL,                    -- NULL: not a number
    validation_loss REAL,
    seconds REAL,
    PRIMARY KEY(run, epoch)) WITHOUT ROWID;
CREATE TABLE exclusions(
    dataset TEXT NOT NULL,
    meme TEXT NOT NULL,
    PRIMARY KEY(dataset, meme)) WITHOUT ROWID;
CREATE TABLE recents(
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    used INTEGER NOT NULL,              -- greater is later
    PRIMARY KEY(kind, path)) WITHOUT ROWID;
INSERT INTO backbones VALUES(1, 'classic/whole/fp32/v3');
INSERT INTO features VALUES(1, 1, 'aa', x'0000803F00000040');
INSERT INTO runs VALUES(1, 'done', '2026-01-02T03:04:05Z', '/d/db.json', 'hash', 'classic/whole/fp32/v3', '',
    '{"preset":"standard","epochs":2,"seed":42}', '', 'the first', '', 0.3, '{}', '["a"]', '["b"]', '["c"]');
INSERT INTO runs VALUES(2, 'failed', '2026-01-03T03:04:05Z', '/d/db.json', 'hash', 'classic/whole/fp32/v3', '',
    '{"preset":"paper","epochs":5,"seed":1}', '', '', 'the loss became NaN', 0.3, '{}', '["a"]', '["b"]', '["c"]');
INSERT INTO epochs VALUES(1, 1, 0.5, 0.4, 0.1), (1, 2, 0.4, 0.3, 0.1), (2, 1, NULL, NULL, 0.1);
PRAGMA application_id=1684106859;
PRAGMA user_version=1;
