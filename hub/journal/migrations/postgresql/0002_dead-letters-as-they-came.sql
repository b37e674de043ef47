-- What it takes to read a refused message again as it came: its content type, and whether the broker had kept it.

ALTER TABLE dead_letter ADD COLUMN content_type bytea;
ALTER TABLE dead_letter ADD COLUMN retained bigint NOT NULL DEFAULT 0;

DROP FUNCTION keep_rows(
    text[], bytea[], text[], bigint[], bigint[], bytea[], bytea[], bytea[],
    text[], bytea[], bytea[], bigint[], bigint[], bytea[], bytea[], bytea[],
    bytea[], bytea[], bigint[], bigint[], bytea[],
    bytea[], bytea[], bytea[], bigint[], bytea[]
);

-- Keeps the rows given, column by column, in one transaction and one round trip. All of the data is here before the lock
-- is taken, so that a hub that is cut off never has the others wait for it.
CREATE FUNCTION keep_rows(
    a_kind text[], a_id bytea[], a_system text[], a_event_time bigint[], a_received bigint[], a_topic bytea[],
    a_body bytea[], a_digest bytea[],
    e_kind text[], e_path bytea[], e_name bytea[], e_time bigint[], e_received bigint[], e_topic bytea[],
    e_body bytea[], e_digest bytea[],
    t_path bytea[], t_name bytea[], t_time bigint[], t_received bigint[], t_body bytea[],
    r_topic bytea[], r_payload bytea[], r_properties bytea[], r_received bigint[], r_reasons bytea[],
    r_content_type bytea[], r_retained bigint[]
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
        INSERT INTO dead_letter (topic, payload, properties, received, reasons, content_type, retained)
        SELECT * FROM unnest(r_topic, r_payload, r_properties, r_received, r_reasons, r_content_type, r_retained);
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
