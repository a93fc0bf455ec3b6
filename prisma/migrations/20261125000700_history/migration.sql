-- What the tracker said, and when. A row's versions are kept by the database itself, whoever writes: the one that holds in
-- the table, the former ones in the table of the same name in the schema history. Every version knows the transaction that
-- recorded it, and the former ones the one that superseded them; a transaction knows when it was recorded, by whom and why.
-- The schema known has a view of each table as it was at a moment, so that the past is read by the queries of the present.

-- A history whose tables were dropped with the schema public is laid aside, not mixed with the new one.
DO $$ BEGIN
  IF to_regnamespace('history') IS NOT NULL THEN
    EXECUTE format('ALTER SCHEMA history RENAME TO %I', 'history_until_' || to_char(clock_timestamp(), 'YYYYMMDDHH24MISSUS'));
  END IF;
END $$;
CREATE SCHEMA history;
DROP SCHEMA IF EXISTS known CASCADE;
CREATE SCHEMA known;
CREATE SCHEMA IF NOT EXISTS as_of_known;

-- ── Transactions ──────────────────────────────────────────────────────────────────────────────────────────────

-- A number of our own: those of PostgreSQL begin anew when a dump is restored into another cluster.
CREATE SEQUENCE history.numbers;
CREATE TABLE history.transactions (
  tx          bigint PRIMARY KEY,
  xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- Read before the number is taken: whoever has a higher number was recorded after this.
  began_at    timestamptz NOT NULL,
  -- The moment from which on its changes count; set when it commits, null only inside of itself.
  recorded_at timestamptz,
  actor       text COLLATE "C",
  request     text COLLATE "C",
  import      uuid,
  reason      text COLLATE "C"
) WITH (fillfactor = 70);
CREATE INDEX transactions_recorded_at_idx ON history.transactions (recorded_at, tx) INCLUDE (began_at) WHERE recorded_at IS NOT NULL;
-- Which ones were under way at a moment.
CREATE INDEX transactions_under_way_idx ON history.transactions USING gist (tstzrange(began_at, recorded_at)) WHERE recorded_at IS NOT NULL;

-- The log: what each statement did, by transaction. One line for up to a thousand rows of one table and programme; the
-- digests are those of their contents in the columns that the shape names, 16 bytes of SHA-256 for each row in order.
CREATE TABLE history.shapes (
  shape   int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  holder  text COLLATE "C" NOT NULL,
  columns text[] NOT NULL
);
CREATE TABLE history.changes (
  n         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tx        bigint NOT NULL,
  holder    text COLLATE "C" NOT NULL,
  program   text COLLATE "C",
  operation text COLLATE "C" NOT NULL CHECK (operation IN ('create', 'update', 'delete')),
  ids       text[] COLLATE "C" NOT NULL,
  versions  int[] NOT NULL,
  shape     int NOT NULL REFERENCES history.shapes,
  digests   bytea NOT NULL
);
CREATE INDEX changes_tx_idx ON history.changes (tx, n);

-- The database itself says what a new one is: whoever inserts one cannot choose its number or moment, and it goes when it
-- has no changes.
CREATE FUNCTION history.begin_own() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.recorded_at := NULL;
  NEW.xid := pg_current_xact_id();
  NEW.began_at := clock_timestamp();
  NEW.tx := nextval('history.numbers');
  RETURN NEW;
END $$;
CREATE TRIGGER begin_own BEFORE INSERT ON history.transactions FOR EACH ROW EXECUTE FUNCTION history.begin_own();

-- The number of this transaction; taken by the first statement that writes.
CREATE FUNCTION history.own_number() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN nullif(current_setting('tracker.tx', true), '')::bigint;

CREATE FUNCTION history.take_number() RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE number bigint := history.own_number();
BEGIN
  IF number IS NOT NULL THEN RETURN number; END IF;
  -- A transaction may have said SET CONSTRAINTS ALL IMMEDIATE before it wrote anything.
  SET CONSTRAINTS history.recorded DEFERRED;
  INSERT INTO history.transactions DEFAULT VALUES RETURNING tx INTO number;
  PERFORM set_config('tracker.tx', number::text, true);
  RETURN number;
END $$;

CREATE FUNCTION history.begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF history.own_number() IS NULL THEN PERFORM history.take_number(); END IF;
  RETURN NULL;
END $$;

-- After each statement that wrote: the number is really ours, and where the moment was set too early (SET CONSTRAINTS ALL
-- IMMEDIATE does that) it is set anew.
CREATE FUNCTION history.wrote() RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE number bigint := history.own_number(); early boolean;
BEGIN
  SELECT recorded_at IS NOT NULL INTO early FROM history.transactions WHERE tx = number AND xid = pg_current_xact_id();
  IF early IS NULL THEN
    RAISE EXCEPTION 'tracker.tx is for the database to set' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF early THEN UPDATE history.transactions SET recorded_at = NULL WHERE tx = number; END IF;
  RETURN number;
END $$;

-- The lock under which a transaction reads the clock and commits. Nobody waits for it to be free: who wants to know that
-- nothing more will be recorded for a moment waits for those who hold it at that moment (history.committing).
CREATE FUNCTION history.set_recorded_at() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM history.changes WHERE tx = NEW.tx) THEN
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
  NOTIFY tracker_changes;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER recorded AFTER INSERT OR UPDATE ON history.transactions DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.recorded_at IS NULL) EXECUTE FUNCTION history.set_recorded_at();

-- Who is about to commit, by virtual transaction.
CREATE FUNCTION history.committing() RETURNS text[] LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(array_agg(l.virtualtransaction), '{}') FROM pg_locks l
   WHERE l.locktype = 'advisory' AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
     AND l.classid = 20261125 AND l.objid = 700 AND l.objsubid = 2 AND l.granted
$$;

-- Rules that are judged when a transaction ends, judged now. (SET CONSTRAINTS ALL would set the moment as well.)
CREATE FUNCTION judge_deferred() RETURNS void LANGUAGE plpgsql AS $$
DECLARE rules text := (SELECT string_agg(format('%I.%I', n.nspname, c.conname), ', ') FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
                        WHERE c.condeferrable AND n.nspname = 'public');
BEGIN
  EXECUTE format('SET CONSTRAINTS %s IMMEDIATE', rules);
  EXECUTE format('SET CONSTRAINTS %s DEFERRED', rules);
END $$;

-- ── Nobody changes what was ───────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION history.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% keeps what was, and is not changed', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION history.refuse_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION '%.% is written by the database only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE PROCEDURE history.close_table(holder text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER closed BEFORE UPDATE OR DELETE OR TRUNCATE ON history.%I FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change()', holder);
  EXECUTE format('CREATE TRIGGER by_hand BEFORE INSERT ON history.%I FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_by_hand()', holder);
END $$;
CALL history.close_table('changes');
CREATE TRIGGER own_only BEFORE UPDATE OR DELETE ON history.transactions FOR EACH ROW
  WHEN (OLD.xid <> pg_current_xact_id() OR pg_trigger_depth() < 1) EXECUTE FUNCTION history.refuse_change();
CREATE TRIGGER closed BEFORE TRUNCATE ON history.transactions FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change();

-- ── What a moment sees ────────────────────────────────────────────────────────────────────────────────────────

-- Transactions are seen by number: all up to one, except those that were still under way. `tracker.known_until` and
-- `tracker.known_except` say so for the moment that history.look_at() was asked for, in the snapshot of the reading.
CREATE FUNCTION history.known_until() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('tracker.known_until')::bigint;
CREATE FUNCTION history.known_except() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('tracker.known_except')::bigint[];

-- Who was recorded before the last one at that moment and has a higher number was recorded while that one was under way.
CREATE FUNCTION history.look_at(moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE highest bigint;
BEGIN
  SELECT coalesce(max(m.tx), 0) INTO highest
    FROM (SELECT l.began_at, l.recorded_at FROM history.transactions l
           WHERE l.recorded_at <= moment ORDER BY l.recorded_at DESC LIMIT 1) AS last
    JOIN history.transactions m ON m.recorded_at BETWEEN last.began_at AND last.recorded_at;
  PERFORM set_config('tracker.known_until', highest::text, true),
          set_config('tracker.known_except', (
            SELECT coalesce(array_agg(u.tx), '{}')::text FROM history.transactions u
             WHERE tstzrange(u.began_at, u.recorded_at) @> moment AND u.recorded_at IS NOT NULL AND u.tx < highest), true);
END $$;

-- ── Versions of a row ─────────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id IS DISTINCT FROM OLD.id THEN
    PERFORM refuse(jsonb_build_array(fault(OLD.id::text, 'id', 'id-is-fixed', 'an id never changes')));
  END IF;
  NEW.version := OLD.version + 1;
  NEW.created_at := OLD.created_at;
  NEW.updated_at := clock_timestamp();
  NEW.recorded_in := history.own_number();
  RETURN NEW;
END $$;

-- Of a row that is part of another: it has a version and no dates of its own.
CREATE FUNCTION history.next_part_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id IS DISTINCT FROM OLD.id THEN RAISE EXCEPTION 'an id never changes' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  NEW.version := OLD.version + 1;
  NEW.recorded_in := history.own_number();
  RETURN NEW;
END $$;

-- The columns that say which version a row is. Rows that are there already were recorded by this very migration.
CREATE PROCEDURE history.add_columns(holder text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ADD COLUMN IF NOT EXISTS version integer NOT NULL DEFAULT 1', holder);
  EXECUTE format('ALTER TABLE %I ADD COLUMN IF NOT EXISTS recorded_in bigint NOT NULL DEFAULT %s', holder, history.take_number());
  EXECUTE format('ALTER TABLE %I ALTER COLUMN recorded_in SET DEFAULT (current_setting(''tracker.tx''))::bigint', holder);
END $$;

-- The table of former versions: the same columns, those that the table computes as values, and the same ways to find rows.
CREATE PROCEDURE history.add_past(holder text) LANGUAGE plpgsql AS $$
DECLARE present regclass := format('public.%I', holder); missing record; found record;
BEGIN
  IF to_regclass(format('history.%I', holder)) IS NOT NULL THEN
    FOR missing IN SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
                    WHERE a.attrelid = present AND a.attnum > 0 AND NOT a.attisdropped
                      AND a.attname NOT IN (SELECT h.attname FROM pg_attribute h WHERE h.attrelid = format('history.%I', holder)::regclass) LOOP
      EXECUTE format('ALTER TABLE history.%I ADD COLUMN %I %s', holder, missing.attname, missing.type);
    END LOOP;
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE history.%1$I (LIKE public.%1$I, superseded_in bigint NOT NULL)', holder);
  EXECUTE format('CREATE INDEX %I ON history.%I (id, version)', holder || '_versions_idx', holder);
  FOR found IN SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
                WHERE i.indrelid = present AND NOT i.indisprimary AND NOT i.indisexclusion LOOP
    EXECUTE regexp_replace(replace(replace(found.definition, 'CREATE UNIQUE INDEX', 'CREATE INDEX'), ' NULLS NOT DISTINCT', ''),
                           ' ON \S+ ', format(' ON history.%I ', holder));
  END LOOP;
  CALL history.close_table(holder);
END $$;

-- The content of a row `t` as one text.
CREATE FUNCTION history.line_of(of_shape int) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('ROW(%s)::text', string_agg(format('t.%I', c.name), ', ' ORDER BY c.nth))
    FROM history.shapes s, unnest(s.columns) WITH ORDINALITY AS c(name, nth) WHERE s.shape = of_shape
$$;

-- What is written to the log about the rows of a relation: a SELECT, over the columns of a shape.
CREATE FUNCTION history.log_of(holder text, program text, shape int, operation text, relation text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format($log$
    INSERT INTO history.changes (tx, holder, program, operation, ids, versions, shape, digests)
    SELECT history.own_number(), %L, w.program, %L, array_agg(w.id), array_agg(w.version), %s, string_agg(substr(sha256(convert_to(w.line, 'UTF8')), 1, 16), '')
      FROM (SELECT t.id::text AS id, t.version, %s AS program, %s AS line, (row_number() OVER () - 1) / 1000 AS part FROM %s t) AS w
     GROUP BY w.program, w.part$log$, holder, operation, shape, program, history.line_of(shape), relation)
$$;
-- The triggers that keep the versions. They come last, when the rules have let the rows through.
CREATE PROCEDURE history.add_keeper(holder text, program text) LANGUAGE plpgsql AS $$
DECLARE all_columns text; hashed text[]; shape int;
BEGIN
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum), array_agg(attname::text ORDER BY attnum) FILTER (WHERE attgenerated = '')
    INTO all_columns, hashed FROM pg_attribute WHERE attrelid = format('public.%I', holder)::regclass AND attnum > 0 AND NOT attisdropped;
  INSERT INTO history.shapes (holder, columns) VALUES (holder, hashed) RETURNING shapes.shape INTO shape;
  EXECUTE format($define$
    CREATE OR REPLACE FUNCTION history.%1$I() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $keep$
    DECLARE number bigint := history.wrote();
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        INSERT INTO history.%2$I (%3$s, superseded_in) SELECT %3$s, number FROM before;
      END IF;
      IF TG_OP = 'DELETE' THEN %6$s; RETURN NULL; END IF;
      IF EXISTS (SELECT FROM changed WHERE recorded_in <> number) THEN
        RAISE EXCEPTION 'recorded_in is for the database to set' USING ERRCODE = 'insufficient_privilege';
      END IF;
      IF TG_OP = 'INSERT' THEN %4$s; ELSE %5$s; END IF;
      RETURN NULL;
    END $keep$ $define$, 'keep_' || holder, holder, all_columns,
    history.log_of(holder, program, shape, 'create', 'changed'), history.log_of(holder, program, shape, 'update', 'changed'),
    history.log_of(holder, program, shape, 'delete', 'before'));
  EXECUTE format($define$
    CREATE OR REPLACE TRIGGER a_number BEFORE INSERT OR UPDATE OR DELETE ON public.%1$I FOR EACH STATEMENT EXECUTE FUNCTION history.begins();
    CREATE OR REPLACE TRIGGER zz_kept_on_insert AFTER INSERT ON public.%1$I REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION history.%2$I();
    CREATE OR REPLACE TRIGGER zz_kept_on_update AFTER UPDATE ON public.%1$I REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION history.%2$I();
    CREATE OR REPLACE TRIGGER zz_kept_on_delete AFTER DELETE ON public.%1$I REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION history.%2$I();
  $define$, holder, 'keep_' || holder);
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = format('public.%I', holder)::regclass AND tgname = 'next_version') THEN
    EXECUTE format('CREATE TRIGGER next_version BEFORE UPDATE ON public.%I FOR EACH ROW EXECUTE FUNCTION history.next_part_version()', holder);
  END IF;
END $$;

-- A slug that was deleted may be taken again, and a row be put back under its UUID; its versions are counted on, so that each
-- number names one version. A UUID that this very transaction has made is not looked for.
CREATE PROCEDURE history.add_continuation(holder text) LANGUAGE plpgsql AS $$
DECLARE type regtype := (SELECT atttypid FROM pg_attribute WHERE attrelid = format('public.%I', holder)::regclass AND attname = 'id');
BEGIN
  IF type NOT IN ('text'::regtype, 'uuid'::regtype) THEN RETURN; END IF;
  EXECUTE format($define$
    CREATE OR REPLACE FUNCTION history.%2$I() RETURNS trigger LANGUAGE plpgsql AS $continue$
    BEGIN
      NEW.version := greatest(NEW.version, (SELECT max(h.version) + 1 FROM history.%1$I h WHERE h.id = NEW.id));
      RETURN NEW;
    END $continue$;
    CREATE OR REPLACE TRIGGER continue_version BEFORE INSERT ON public.%1$I FOR EACH ROW %3$s EXECUTE FUNCTION history.%2$I()
  $define$, holder, 'continue_' || holder,
    CASE type WHEN 'uuid'::regtype THEN 'WHEN ((uuid_extract_timestamp(NEW.id) > transaction_timestamp()) IS NOT TRUE)' END);
END $$;

-- The condition stands outside of the union, so that each of its branches is read in the order of an index; as one CASE,
-- since the planner takes half of the rows for its share, where it would take hardly any for that of the comparisons.
CREATE PROCEDURE history.add_known_view(holder text, large boolean) LANGUAGE plpgsql AS $$
DECLARE all_columns text; versions text; gate text := 'true';
BEGIN
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO all_columns
    FROM pg_attribute WHERE attrelid = format('public.%I', holder)::regclass AND attnum > 0 AND NOT attisdropped;
  versions := format('SELECT 1 AS branch, %2$s, NULL::bigint AS superseded_in FROM public.%1$I UNION ALL SELECT 2, %2$s, superseded_in FROM history.%1$I', holder, all_columns);
  IF large THEN
    -- A walk along an index would pass by a million versions where hardly any was there at the moment: nearly all of the
    -- present ones long ago, nearly all of the former ones lately. So where a branch has few, these are looked up first.
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I USING brin (recorded_in)', holder || '_recorded_in_idx', holder);
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON history.%I USING brin (superseded_in)', holder || '_superseded_in_idx', holder);
    versions := versions || format($few$
      UNION ALL SELECT 3, %2$s, NULL::bigint FROM (SELECT %2$s FROM public.%1$I WHERE recorded_in <= history.known_until() OFFSET 0) AS few
      UNION ALL SELECT 4, %2$s, superseded_in FROM (SELECT %2$s, superseded_in FROM history.%1$I
                         WHERE superseded_in > history.known_until() OR superseded_in = ANY (history.known_except()) OFFSET 0) AS few $few$, holder, all_columns);
    gate := format($gate$ CASE branch WHEN 1 THEN NOT %1$s WHEN 3 THEN %1$s WHEN 2 THEN NOT %2$s ELSE %2$s END $gate$,
      format('(SELECT count(*) <= 1000 FROM (SELECT FROM public.%I WHERE recorded_in <= history.known_until() LIMIT 1001) AS seen)', holder),
      format('(SELECT count(*) <= 1000 FROM (SELECT FROM history.%I WHERE superseded_in > history.known_until() LIMIT 1001) AS seen)', holder));
  END IF;
  EXECUTE format($define$
    CREATE OR REPLACE VIEW known.%I AS SELECT %s FROM (%s) AS versions
     WHERE %s AND CASE WHEN recorded_in <= (SELECT history.known_until()) AND recorded_in <> ALL ((SELECT history.known_except())::bigint[])
                       THEN superseded_in IS NULL OR superseded_in > (SELECT history.known_until()) OR superseded_in = ANY ((SELECT history.known_except())::bigint[])
                       ELSE false END
  $define$, holder, all_columns, versions, gate);
END $$;

-- Gives a table a history: when it is made, and again by each migration that adds columns to it. `program` says, over the
-- row `t`, which programme a change belongs to; `large`, that there may be a million rows.
CREATE PROCEDURE add_history(holder text, program text DEFAULT 'NULL::text', large boolean DEFAULT false) LANGUAGE plpgsql SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $$
DECLARE is_new boolean := to_regclass(format('history.%I', holder)) IS NULL;
BEGIN
  CALL history.add_columns(holder);
  CALL history.add_past(holder);
  CALL history.add_keeper(holder, program);
  CALL history.add_continuation(holder);
  CALL history.add_known_view(holder, large);
  IF is_new THEN
    ALTER TABLE history.changes DISABLE TRIGGER by_hand;
    EXECUTE history.log_of(holder, program, (SELECT max(s.shape) FROM history.shapes s WHERE s.holder = add_history.holder), 'create', format('public.%I', holder));
    ALTER TABLE history.changes ENABLE TRIGGER by_hand;
  END IF;
END $$;

SELECT set_config('tracker.actor', 'migration', true);
CALL add_history('sources');
CALL add_history('organizations');
CALL add_history('programs', 't.id');
CALL add_history('consortiums', 't.program');
CALL add_history('consortium_members', '(SELECT c.program FROM public.consortiums c WHERE c.id = t.consortium)');
CALL add_history('calls', 't.program');
CALL add_history('rounds', 't.program');
CALL add_history('criteria', 't.program');
CALL add_history('bids', 't.program');
CALL add_history('evaluations', '(SELECT r.program FROM public.rounds r WHERE r.id = t.round)', true);
CALL add_history('decisions', 't.program');
CALL add_history('funding_figures', 'coalesce(t.subject_program, (SELECT c.program FROM public.consortiums c WHERE c.id = t.subject_consortium))');
CALL add_history('models');
CALL add_history('benchmarks');
CALL add_history('benchmark_results');
CALL add_history('partnerships');
CALL add_history('observations', 'coalesce(t.subject_program, (SELECT c.program FROM public.consortiums c WHERE c.id = t.subject_consortium), (SELECT r.program FROM public.rounds r WHERE r.id = t.subject_round))');
CALL add_history('milestones', 't.program');
CALL add_history('disclosures', 't.program');
CALL add_history('aliases', 'coalesce(t.entity_program, (SELECT c.program FROM public.consortiums c WHERE c.id = t.entity_consortium))');

-- ── Both clocks ───────────────────────────────────────────────────────────────────────────────────────────────

-- As before (see the migration as_of_sources), for the present and for what was known at a moment. A migration that adds
-- a resource calls this once, after add_history.
DROP PROCEDURE add_as_of_view(text, text, jsonb, text, text, text);
CREATE PROCEDURE history.add_as_of_view(name text, day text, masks jsonb, filter text, target text, base text) LANGUAGE plpgsql AS $$
DECLARE
  cites boolean := EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'sources');
  -- A table without citations, the sources themselves, has nothing else to go by.
  earliest text := CASE WHEN cites
    THEN format('(SELECT min(period_end(s.published_on)) FROM %I.sources s WHERE s.id = ANY (t.sources))', base) ELSE 'NULL::date' END;
  cited text := format('(SELECT array_agg(s.id ORDER BY c.nth) FROM unnest(t.sources) WITH ORDINALITY AS c(id, nth)
                           JOIN %I.sources s ON s.id = c.id WHERE reached(period_end(s.published_on)))', base);
  visible text := CASE WHEN day IS NULL THEN 'true' ELSE format('reached(coalesce(%s, %s))', day, earliest) END;
  columns text;
BEGIN
  -- Where none of them was public the row is there for its own date, and still says on whose word.
  IF cites THEN masks := '{"sources": "coalesce({cited}, t.sources)"}' || masks; END IF;
  SELECT string_agg(coalesce(replace(replace(masks ->> attname, '{earliest}', earliest), '{cited}', cited) || ' AS ', 't.') || quote_ident(attname),
                    ', ' ORDER BY attnum)
    INTO columns FROM pg_attribute WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped;
  EXECUTE replace(format('CREATE OR REPLACE VIEW %1$I.%2$I AS SELECT %3$s FROM %4$I.%2$I t WHERE (%5$s) AND (%6$s)',
                         target, name, columns, base, visible, filter), '{base}', quote_ident(base));
END $$;

CREATE PROCEDURE add_as_of_view(name text, day text, masks jsonb DEFAULT '{}', filter text DEFAULT 'true') LANGUAGE plpgsql AS $$
BEGIN
  CALL history.add_as_of_view(name, day, masks, filter, 'as_of', 'public');
  CALL history.add_as_of_view(name, day, masks, filter, 'as_of_known', 'known');
END $$;

CALL add_as_of_view('sources', 'period_end(t.published_on)');
CALL add_as_of_view('organizations', NULL);
CALL add_as_of_view('programs', NULL);
CALL add_as_of_view('criteria', NULL);
CALL add_as_of_view('benchmarks', NULL);
CALL add_as_of_view('aliases', NULL);
CALL add_as_of_view('consortiums', '(SELECT min(period_end(d.decided_on)) FROM {base}.decisions d WHERE d.consortium = t.id)');
-- The day of leaving is not a day of membership; that somebody will leave is not known before.
CALL add_as_of_view('consortium_members', 'period_end(t.joined_on)', '{"left_on": "NULL::text"}',
                    't.left_on IS NULL OR period_end(t.left_on) > as_of_day()');
-- A call is public from its opening; how many came is known when it closes, how many passed when it was decided on them.
CALL add_as_of_view('calls', 'period_end(t.opened_on)',
  shown_when('reached(period_end(t.closed_on))', 'applicants')
  || shown_when('reached((SELECT min(period_end(b.decided_on)) FROM {base}.bids b WHERE b.call = t.id AND b.outcome <> ''declined''))', 'shortlisted')
  || shown_when('reached((SELECT min(period_end(b.decided_on)) FROM {base}.bids b WHERE b.call = t.id AND b.outcome IN (''selected'', ''excluded'')))', 'selected'));
CALL add_as_of_view('bids', 'period_end(t.decided_on)');
-- A round is always there, as a plan; what came of it is known from its publication.
CALL add_as_of_view('rounds', NULL,
  shown_when('reached(period_end(t.presented_on))', 'presented_on')
  || shown_when('reached(period_end(t.published_on))', 'published_on', 'deviation_reason')
  || shown_when('reached(coalesce(period_end(t.published_on), (SELECT max(period_end(s.published_on)) FROM {base}.sources s WHERE s.id = ANY (t.sources))))', 'note')
  || jsonb_build_object('state', 'CASE WHEN t.state <> ''published'' OR reached(period_end(t.published_on)) THEN t.state
                                       WHEN reached(period_end(t.presented_on)) THEN ''open'' ELSE ''planned'' END'));
-- An evaluation that took place and whose result was not public yet is there as undisclosed.
CALL add_as_of_view('evaluations', 'least(period_end(t.evaluated_on), period_end(t.disclosed_on))',
  shown_when('reached(coalesce(period_end(t.disclosed_on), {earliest}))', 'score', 'passed', 'disclosed_on', 'note')
  || jsonb_build_object(
       'status', 'CASE WHEN reached(coalesce(period_end(t.disclosed_on), {earliest})) THEN t.status ELSE ''undisclosed'' END',
       -- That it took place is known from the pages about its round, where its own speak of the result only.
       'sources', 'coalesce({cited}, (SELECT array_agg(s.id ORDER BY s.id) FROM {base}.rounds r JOIN {base}.sources s ON s.id = ANY (r.sources)
                                       WHERE r.id = t.round AND reached(period_end(s.published_on))), t.sources)'));
-- Rank and total may have become public later than the decision; the rationale speaks of them.
CALL add_as_of_view('decisions', 'period_end(t.decided_on)',
  shown_when('reached(period_end(coalesce(t.disclosed_on, t.decided_on)))', 'disclosed_on', 'official_rank', 'official_total', 'rationale'));
CALL add_as_of_view('funding_figures', 'period_end(t.stated_on)');
CALL add_as_of_view('models', 'period_end(t.released_on)');
CALL add_as_of_view('benchmark_results', 'coalesce(period_end(t.measured_on),
  (SELECT period_end(m.released_on) FROM {base}.models m WHERE m.id = t.model))');
CALL add_as_of_view('partnerships', 'period_end(t.started_on)',
                    shown_when('reached(period_end(t.ended_on))', 'ended_on'),
                    't.ended_on IS NULL OR period_end(t.ended_on) >= as_of_day()');
CALL add_as_of_view('observations', 'period_end(t.observed_on)');
CALL add_as_of_view('milestones', 'period_end(t.date)');
CALL add_as_of_view('disclosures', 'period_end(t.disclosed_on)');
