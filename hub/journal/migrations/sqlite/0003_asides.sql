-- Things that change with the assertions up to a sequence, though none of them names them: one who goes on from a position
-- before it must hear of them too.
CREATE TABLE aside (
    seq  INTEGER NOT NULL,
    kind TEXT    NOT NULL,
    id   TEXT    NOT NULL,
    PRIMARY KEY (seq, kind, id)
) WITHOUT ROWID;
