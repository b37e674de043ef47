CREATE TABLE connector_checkpoint (
    connector  TEXT    NOT NULL,
    stream     TEXT    NOT NULL,
    position   BLOB    NOT NULL,
    generation INTEGER NOT NULL,
    complete   INTEGER NOT NULL,
    PRIMARY KEY (connector, stream)
) WITHOUT ROWID;

CREATE TABLE connector_record (
    connector  TEXT    NOT NULL,
    stream     TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    digest     BLOB    NOT NULL,
    observed   BIGINT  NOT NULL,
    mark       DOUBLE,
    generation INTEGER NOT NULL,
    PRIMARY KEY (connector, stream, key)
) WITHOUT ROWID;

CREATE TABLE connector_thing (
    connector TEXT NOT NULL,
    stream    TEXT NOT NULL,
    key       TEXT NOT NULL,
    kind      TEXT NOT NULL,
    id        TEXT NOT NULL,
    location  TEXT NOT NULL,
    PRIMARY KEY (connector, stream, key, kind, id)
) WITHOUT ROWID;
CREATE INDEX connector_thing_by_id ON connector_thing (connector, kind, id);

CREATE TABLE connector_withdrawn (
    connector TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    id        TEXT   NOT NULL,
    time      BIGINT NOT NULL,
    PRIMARY KEY (connector, kind, id)
) WITHOUT ROWID;

CREATE TABLE connector_letter (
    number    INTEGER PRIMARY KEY,
    connector TEXT   NOT NULL,
    stream    TEXT   NOT NULL,
    key       TEXT   NOT NULL,
    time      BIGINT NOT NULL,
    record    BLOB   NOT NULL,
    troubles  BLOB   NOT NULL
);
CREATE UNIQUE INDEX connector_letter_by_key ON connector_letter (connector, stream, key);

CREATE TABLE connector_switch (connector TEXT NOT NULL PRIMARY KEY, paused INTEGER NOT NULL, asked BLOB) WITHOUT ROWID;

CREATE TABLE connector_standing (
    connector TEXT NOT NULL,
    stream    TEXT NOT NULL,
    told      BLOB NOT NULL,
    PRIMARY KEY (connector, stream)
) WITHOUT ROWID;
