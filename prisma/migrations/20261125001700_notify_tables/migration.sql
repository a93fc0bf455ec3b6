-- Who listens is told which tables a transaction wrote, and so need not forget what was read from others. Otherwise as
-- before (see the migration history).
CREATE OR REPLACE FUNCTION history.set_recorded_at() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE written text := (SELECT string_agg(DISTINCT c.holder, ',') FROM history.changes c WHERE c.tx = NEW.tx);
BEGIN
  IF written IS NULL THEN
    DELETE FROM history.transactions WHERE tx = NEW.tx;
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(20261125, 700);
  UPDATE history.transactions t
     -- A clock that was turned back does not turn the history back.
     SET recorded_at = greatest(clock_timestamp(), t.began_at,
           (SELECT l.recorded_at + interval '1 microsecond' FROM history.transactions l WHERE l.recorded_at IS NOT NULL ORDER BY l.recorded_at DESC LIMIT 1)),
         actor = coalesce(nullif(current_setting('tracker.actor', true), ''), 'database:' || session_user),
         request = nullif(current_setting('tracker.request', true), ''),
         import = nullif(current_setting('tracker.import', true), '')::uuid,
         reason = nullif(current_setting('tracker.correction', true), '')
   WHERE t.tx = NEW.tx;
  PERFORM pg_notify('tracker_changes', written);
  RETURN NULL;
END $$;
