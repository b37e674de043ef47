-- Things that change with the assertions up to a sequence, though none of them names them: one who goes on from a position
-- before it must hear of them too.
CREATE TABLE aside (
    seq  bigint NOT NULL,
    kind text   NOT NULL COLLATE "C",
    id   bytea  NOT NULL,
    PRIMARY KEY (seq, kind, id)
);
