-- The journal's first tables. Times are microseconds since 1970 UTC.
--
-- What comes from outside is kept as bytes of UTF-8: text here takes no U+0000, which an id may hold, and bytes are in the
-- order of code points whatever the database's language. `convert_from(id, 'UTF8')` shows it to people.

-- `keep_rows` takes a lock before it numbers rows and holds it until they are committed. So sequence numbers become
-- visible in their order, and a reader who goes on from the last one it saw misses nothing. Numbers may be left out.
CREATE TABLE assertion (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text   NOT NULL COLLATE "C",
    id         bytea  NOT NULL,
    system     text   NOT NULL COLLATE "C",
    event_time bigint NOT NULL,
    received   bigint NOT NULL,
    topic      bytea  NOT NULL,
    body       bytea  NOT NULL,
    digest     bytea
);
-- A digest stands for the event time too. With the time first, new rows go where the last ones went, and the part of the
-- index that is in use stays small however long the history grows.
CREATE UNIQUE INDEX assertion_digest ON assertion (event_time, digest) WHERE digest IS NOT NULL;
CREATE INDEX assertion_history ON assertion (kind, id, seq);
CREATE TABLE failed (seq bigint PRIMARY KEY);

-- What is accepted and not yet in the graph. `holder` is the number of the session that has taken a row to apply it (see
-- hub/journal/postgres_queue.py).
CREATE TABLE queue (seq bigint PRIMARY KEY, holder integer) WITH (
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000
);
-- How often everything was made pending again.
CREATE TABLE reset (times bigint NOT NULL);
INSERT INTO reset VALUES (0);
CREATE SEQUENCE holder_number AS integer CYCLE;
CREATE TABLE holder (number integer PRIMARY KEY);

-- One table a month of event times, made when its first event comes. Equal digests have equal times, so that each table
-- can tell its own duplicates. Times that are no use have tables of their own.
CREATE TABLE event (
    kind       text   NOT NULL COLLATE "C",
    path       bytea  NOT NULL,
    name       bytea  NOT NULL,
    time       bigint NOT NULL,
    received   bigint NOT NULL,
    topic      bytea  NOT NULL,
    body       bytea  NOT NULL,
    digest     bytea
) PARTITION BY RANGE (time);
CREATE UNIQUE INDEX event_digest ON event (time, digest);
-- The longest names would be too long for an index; nearly all are told apart by their first bytes.
CREATE INDEX event_series ON event (kind, path, substring(name FOR 400), time);
CREATE TABLE event_before_2000 PARTITION OF event FOR VALUES FROM (MINVALUE) TO (946684800000000);
CREATE TABLE event_after_2099 PARTITION OF event FOR VALUES FROM (4102444800000000) TO (MAXVALUE);

-- The newest value of each tag. The index can't hold the longest paths and names together, so it holds a digest of the name.
CREATE TABLE tag (
    path       bytea  NOT NULL,
    name       bytea  NOT NULL,
    time       bigint NOT NULL,
    received   bigint NOT NULL,
    body       bytea  NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
CREATE UNIQUE INDEX tag_key ON tag (path, sha256(name));

CREATE TABLE dead_letter (
    number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic      bytea  NOT NULL,
    payload    bytea  NOT NULL,
    properties bytea  NOT NULL,
    received   bigint NOT NULL,
    reasons    bytea  NOT NULL,
    replayed   bigint
);
CREATE INDEX dead_letter_waiting ON dead_letter (number) WHERE replayed IS NULL;

CREATE TABLE checkpoint (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);

-- What each append kept, summed up now and then. Counting the rows themselves would take minutes one day.
CREATE TABLE tally (assertions bigint NOT NULL, events bigint NOT NULL);

-- The key of an advisory lock, told apart from those of journals in other schemas of the same database.
CREATE FUNCTION lock_key(number bigint) RETURNS bigint STABLE LANGUAGE sql AS $$
    SELECT ('queue'::regclass::oid::bigint << 32) | number
$$;

-- Makes the tables that events of these times go into. The caller has the lock.
CREATE FUNCTION make_months(times bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month timestamp;
BEGIN
    FOR month IN
        SELECT DISTINCT date_trunc('month', to_timestamp(t / 1000000) AT TIME ZONE 'UTC') FROM unnest(times) AS t
        WHERE t >= 946684800000000 AND t < 4102444800000000
    LOOP
        CONTINUE WHEN to_regclass('event_' || to_char(month, 'YYYY_MM')) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF event FOR VALUES FROM (%s) TO (%s)',
            'event_' || to_char(month, 'YYYY_MM'),
            (extract(epoch FROM month) * 1000000)::bigint,
            (extract(epoch FROM month + interval '1 month') * 1000000)::bigint
        );
    END LOOP;
END $$;

-- Drops the tables of months that ended by then, and rows of times that have no months.
CREATE FUNCTION forget_months(before bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month regclass;
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(0));
    FOR month IN
        SELECT p.oid FROM pg_inherits JOIN pg_class AS p ON p.oid = inhrelid
        WHERE inhparent = 'event'::regclass AND p.relname ~ '^event_\d{4}_\d{2}$'
          AND to_date(right(p.relname, 7), 'YYYY_MM') + interval '1 month'
              <= to_timestamp(before / 1000000) AT TIME ZONE 'UTC'
    LOOP
        EXECUTE format('DROP TABLE %s', month);
    END LOOP;
    DELETE FROM event_before_2000 WHERE time < before;
    DELETE FROM event_after_2099 WHERE time < before;
END $$;

CREATE FUNCTION sum_tally() RETURNS void LANGUAGE sql AS $$
    WITH gone AS (DELETE FROM tally RETURNING assertions, events)
    INSERT INTO tally SELECT sum(assertions), sum(events) FROM gone HAVING count(*) > 0
$$;

-- Keeps the rows given, column by column, in one transaction and one round trip. All of the data is here before the lock
-- is taken, so that a hub that is cut off never has the others wait for it.
CREATE FUNCTION keep_rows(
    a_kind text[], a_id bytea[], a_system text[], a_event_time bigint[], a_received bigint[], a_topic bytea[],
    a_body bytea[], a_digest bytea[],
    e_kind text[], e_path bytea[], e_name bytea[], e_time bigint[], e_received bigint[], e_topic bytea[],
    e_body bytea[], e_digest bytea[],
    t_path bytea[], t_name bytea[], t_time bigint[], t_received bigint[], t_body bytea[],
    r_topic bytea[], r_payload bytea[], r_properties bytea[], r_received bigint[], r_reasons bytea[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    new_assertions bigint := 0;
    new_events bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(0));
    IF cardinality(a_kind) > 0 THEN
        WITH new AS (
            INSERT INTO assertion (kind, id, system, event_time, received, topic, body, digest)
            SELECT * FROM unnest(a_kind, a_id, a_system, a_event_time, a_received, a_topic, a_body, a_digest)
            ON CONFLICT (event_time, digest) WHERE digest IS NOT NULL DO NOTHING
            RETURNING seq
        ), queued AS (
            INSERT INTO queue (seq) SELECT seq FROM new
        )
        SELECT count(*) FROM new INTO new_assertions;
    END IF;
    IF cardinality(e_kind) > 0 THEN
        PERFORM make_months(e_time);
        INSERT INTO event (kind, path, name, time, received, topic, body, digest)
        SELECT * FROM unnest(e_kind, e_path, e_name, e_time, e_received, e_topic, e_body, e_digest)
        ON CONFLICT (time, digest) DO NOTHING;
        GET DIAGNOSTICS new_events = ROW_COUNT;
    END IF;
    IF cardinality(t_path) > 0 THEN
        -- Values of the same time and arrival are told apart by their bytes, so that any order of arrival ends in one value.
        INSERT INTO tag (path, name, time, received, body)
        SELECT * FROM unnest(t_path, t_name, t_time, t_received, t_body)
        ON CONFLICT (path, sha256(name)) DO UPDATE
        SET time = excluded.time, received = excluded.received, body = excluded.body
        WHERE (excluded.time, excluded.received, excluded.body) > (tag.time, tag.received, tag.body);
    END IF;
    IF cardinality(r_topic) > 0 THEN
        INSERT INTO dead_letter (topic, payload, properties, received, reasons)
        SELECT * FROM unnest(r_topic, r_payload, r_properties, r_received, r_reasons);
    END IF;
    IF new_assertions + new_events > 0 THEN
        INSERT INTO tally VALUES (new_assertions, new_events);
        IF random() < 0.001 THEN
            PERFORM sum_tally();
        END IF;
    END IF;
    IF new_assertions > 0 THEN
        PERFORM pg_notify('journal_' || 'queue'::regclass::oid, '');
    END IF;
END $$;
