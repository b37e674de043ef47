-- Drops the tables of months that ended by then, and rows of times that have no months.
--
-- Nobody can append meanwhile. So it doesn't wait for who reads those tables, as `pg_dump` does for as long as it runs:
-- nothing is dropped then, and it is to be tried again later.
CREATE OR REPLACE FUNCTION forget_months(before bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month regclass;
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(0));
    PERFORM set_config('lock_timeout', '2s', true);
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
