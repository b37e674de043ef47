-- The journal's first tables. Times are microseconds since 1970 UTC.

PRAGMA application_id = 0x554E5348;

-- Rows are never deleted, so sequence numbers grow without gaps and the greatest one is their count.
CREATE TABLE assertion (
    seq        INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    system     TEXT    NOT NULL,
    event_time INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    topic      TEXT    NOT NULL,
    body       BLOB    NOT NULL,
    digest     BLOB
);
CREATE UNIQUE INDEX assertion_digest ON assertion (digest) WHERE digest IS NOT NULL;
-- An index ends in the row's number, so this one gives an id's history in order of sequence.
CREATE INDEX assertion_history ON assertion (kind, id);

-- Everything up to `applied` is in the graph or has failed; beyond it, what `applied_ahead` lists is in the graph.
CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), applied INTEGER NOT NULL);
INSERT INTO progress VALUES (1, 0);
CREATE TABLE applied_ahead (seq INTEGER PRIMARY KEY);
CREATE TABLE failed (seq INTEGER PRIMARY KEY);

CREATE TABLE event (
    seq        INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    path       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    time       INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    topic      TEXT    NOT NULL,
    body       BLOB    NOT NULL,
    digest     BLOB
);
CREATE UNIQUE INDEX event_digest ON event (digest) WHERE digest IS NOT NULL;
CREATE INDEX event_series ON event (kind, path, name, time);

-- The newest value of each tag.
CREATE TABLE tag (
    path       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    time       INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    PRIMARY KEY (path, name)
) WITHOUT ROWID;

CREATE TABLE dead_letter (
    number     INTEGER PRIMARY KEY,
    topic      TEXT    NOT NULL,
    payload    BLOB    NOT NULL,
    properties BLOB    NOT NULL,
    received   INTEGER NOT NULL,
    reasons    BLOB    NOT NULL,
    replayed   INTEGER
);
CREATE INDEX dead_letter_waiting ON dead_letter (number) WHERE replayed IS NULL;

CREATE TABLE checkpoint (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
