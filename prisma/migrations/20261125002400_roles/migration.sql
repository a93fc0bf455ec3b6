-- Who serves requests is not who owns the tables. The role tracker_api reads everything and writes rows of the present, and
-- what is kept of them is written by the database in the name of the owner. It cannot change a table, a rule, a former
-- version, the log or its chain, also where somebody makes the API say any SQL. It is a group, or the login itself.

-- Roles belong to the whole server, so that another database may have it already, or make it at this moment. Who may not make
-- roles goes on without: history.grant_api() is called again at each start of the server until the role is there.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tracker_api') THEN CREATE ROLE tracker_api NOLOGIN; END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN RAISE WARNING 'the role tracker_api is missing, and % may not make it', current_user;
END $$;

-- ── What the database writes in the name of the owner ─────────────────────────────────────────────────────────
-- Triggers, and one function that can be called. Whoever could make a trigger of such a function on a table of his own
-- could write what he likes with it, so nobody else may execute them (firing a trigger needs no such right). Each looks
-- for names in a path that nobody else can write to, temporary tables last.

CREATE PROCEDURE history.protect(name text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER FUNCTION %s() SECURITY DEFINER', name);
  EXECUTE format('REVOKE EXECUTE ON FUNCTION %s() FROM PUBLIC', name);
END $$;

ALTER FUNCTION history.begins() SET search_path = pg_catalog, pg_temp;
CALL history.protect('history.begins');
CALL history.protect('history.begin_own');
CALL history.protect('history.set_recorded_at');
CALL history.protect('history.keep_key_event');
CALL history.protect('history.link');
DO $$
DECLARE holder text;
BEGIN
  FOR holder IN SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'a_number' LOOP
    CALL history.protect(format('history.%I', 'keep_' || holder));
  END LOOP;
END $$;
-- These record corrections; their reasons are kept as well.
CALL history.protect('public.rounds_checked');
CALL history.protect('public.criteria_corrected');
CALL history.protect('public.evaluations_checked');
CALL history.protect('public.decisions_checked');
-- This locks rows of a table that is not written.
CALL history.protect('public.stated_currencies_exist');
CREATE TRIGGER closed BEFORE UPDATE OR DELETE OR TRUNCATE ON public.corrections FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change();

-- As before (see the migration audit); and since anybody who serves requests may call it, it sees for itself that nothing
-- more will be recorded before the moment: what came later would be left out of the chain for ever.
CREATE OR REPLACE FUNCTION history.seal(until timestamptz, patience interval DEFAULT '5 seconds') RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  entry history.transactions; sealed int := 0; under_way text[];
  ends timestamptz := clock_timestamp() + least(patience, '5 seconds');
BEGIN
  -- Each statement has to see what was committed before it.
  PERFORM public.refuse_isolation('repeatable read', 'serializable');
  -- Before anything is read: what another server seals meanwhile has to be seen.
  PERFORM pg_advisory_xact_lock(20261125, 800);
  until := least(until, clock_timestamp());
  under_way := history.committing();
  WHILE history.committing() && under_way LOOP
    IF clock_timestamp() > ends THEN RETURN 0; END IF;
    PERFORM pg_sleep(0.002);
  END LOOP;
  FOR entry IN SELECT * FROM history.unsealed(until) LOOP
    INSERT INTO history.chain (tx) VALUES (entry.tx);
    sealed := sealed + 1;
    EXIT WHEN clock_timestamp() > ends;
  END LOOP;
  RETURN sealed;
END $$;

-- ── What the role may ─────────────────────────────────────────────────────────────────────────────────────────

REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA history FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- All of it, as often as one likes; a migration that adds a table which is written (add_history does it for its own) adds it
-- here and calls it.
CREATE PROCEDURE history.grant_api() LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ours CONSTANT text[] := '{public,history,known,as_of,as_of_known}';
  one record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tracker_api') THEN RETURN; END IF;
  -- Also where a server takes these from everybody.
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO tracker_api', current_database());
  GRANT USAGE ON SCHEMA public, history, known, as_of, as_of_known, pgboss TO tracker_api;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public, history, known, as_of, as_of_known GRANT SELECT ON TABLES TO tracker_api;
  FOR one IN SELECT c.oid::regclass AS name, c.relnamespace = 'pgboss'::regnamespace AS queue,
                    EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'a_number') AS kept
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname = ANY (ours || '{pgboss}') AND pg_has_role(c.relowner, 'USAGE') LOOP
    EXECUTE format('GRANT %s ON %s TO tracker_api', CASE
      -- To analyze what an import has filled.
      WHEN one.kept THEN 'SELECT, INSERT, UPDATE, DELETE, MAINTAIN'
      WHEN one.queue THEN 'SELECT, INSERT, UPDATE, DELETE'
      ELSE 'SELECT' END, one.name);
  END LOOP;
  FOR one IN SELECT d.objid::regclass AS name FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
              WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
                AND d.refobjid IN (SELECT t.tgrelid FROM pg_trigger t WHERE t.tgname = 'a_number') LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO tracker_api', one.name);
  END LOOP;
  GRANT INSERT, UPDATE ON public.api_keys, public.turns TO tracker_api;
  GRANT INSERT, DELETE ON public.idempotency_keys, public.import_files TO tracker_api;
  GRANT INSERT, UPDATE, DELETE ON public.imports, public.import_rows, public.import_progress, public.rate_counts TO tracker_api;
  GRANT INSERT ON history.signing_keys TO tracker_api;
  -- Those that only read; what writes is for triggers, and for whoever migrates.
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
              WHERE p.pronamespace = 'history'::regnamespace AND p.prokind = 'f' AND NOT p.prosecdef AND p.prorettype <> 'trigger'::regtype
                AND p.oid <> ALL ('{history.take_number, history.wrote}'::regproc[]::oid[]) LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO tracker_api', one.name);
  END LOOP;
  GRANT EXECUTE ON FUNCTION history.seal(timestamptz, interval) TO tracker_api;
END $$;

-- As before (see the migration api_keys), with what the role may do with the table.
CREATE OR REPLACE PROCEDURE add_history(holder text, program text DEFAULT 'NULL::text', large boolean DEFAULT false) LANGUAGE plpgsql SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $$
DECLARE is_new boolean := to_regclass(format('history.%I', holder)) IS NULL;
BEGIN
  CALL history.add_columns(holder);
  CALL history.add_past(holder);
  CALL history.add_keeper(holder, program);
  CALL history.protect(format('history.%I', 'keep_' || holder));
  CALL history.add_continuation(holder);
  CALL history.add_known_view(holder, large);
  CALL history.add_guard(holder, program);
  CALL history.grant_api();
  IF is_new THEN
    ALTER TABLE history.changes DISABLE TRIGGER by_hand;
    EXECUTE history.log_of(holder, program, (SELECT max(s.shape) FROM history.shapes s WHERE s.holder = add_history.holder), 'create', format('public.%I', holder));
    ALTER TABLE history.changes ENABLE TRIGGER by_hand;
  END IF;
END $$;
CALL history.grant_api();
