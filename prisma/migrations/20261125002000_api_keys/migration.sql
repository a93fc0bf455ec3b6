-- API keys that can be rotated and bound to a programme, what became of each, and that a bound key writes nothing that
-- belongs elsewhere.

-- ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- The secret before the last rotation stays valid beside the new one for a while.
-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "former_hash" BYTEA,
ADD COLUMN     "former_until" TIMESTAMPTZ,
ADD COLUMN     "hint" TEXT,
ADD COLUMN     "last_used_at" TIMESTAMPTZ,
ADD COLUMN     "program" TEXT,
ADD COLUMN     "rotated_at" TIMESTAMPTZ,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "imports" ADD COLUMN     "program" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_former_hash_key" ON "api_keys"("former_hash");

ALTER TABLE "api_keys"
  ADD CONSTRAINT "api_keys_scopes_check" CHECK (cardinality("scopes") > 0 AND "scopes" <@ ARRAY['import', 'import:plan', 'import:apply', 'write', 'admin']),
  -- It could make itself a key that is bound to nothing.
  ADD CONSTRAINT "api_keys_admin_is_unbound" CHECK ("program" IS NULL OR NOT 'admin' = ANY ("scopes")),
  ADD CONSTRAINT "api_keys_former_check" CHECK (("former_hash" IS NULL) = ("former_until" IS NULL));

CREATE FUNCTION history.refuse_escalation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'what a key may do, and whose it is, never changes: make another one' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER a_never_changes BEFORE UPDATE ON public.api_keys FOR EACH ROW
  WHEN ((OLD.id, OLD.name, OLD.scopes, OLD.program, OLD.created_by, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.name, NEW.scopes, NEW.program, NEW.created_by, NEW.created_at))
  EXECUTE FUNCTION history.refuse_escalation();
-- A key is revoked, and stays there.
CREATE TRIGGER closed BEFORE DELETE OR TRUNCATE ON public.api_keys FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change();

-- What was done to keys, by whom; kept by the database, whoever does it.
CREATE TABLE history.key_events (
  n            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key          uuid NOT NULL,
  event        text COLLATE "C" NOT NULL CHECK (event IN ('created', 'changed', 'rotated', 'revoked', 'restored')),
  at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor        text COLLATE "C" NOT NULL,
  request      text COLLATE "C",
  -- As they were from then on.
  expires_at   timestamptz,
  former_until timestamptz
);
CREATE INDEX key_events_key_idx ON history.key_events (key, n);
INSERT INTO history.key_events (key, event, at, actor, expires_at)
SELECT id, 'created', created_at, 'migration', expires_at FROM public.api_keys ORDER BY created_at, id;
INSERT INTO history.key_events (key, event, at, actor, expires_at)
SELECT id, 'revoked', revoked_at, 'migration', expires_at FROM public.api_keys WHERE revoked_at IS NOT NULL ORDER BY revoked_at, id;
CALL history.close_table('key_events');

CREATE FUNCTION history.keep_key_event() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO history.key_events (key, event, actor, request, expires_at, former_until)
  VALUES (NEW.id,
          CASE WHEN TG_OP = 'INSERT' THEN 'created'
               WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN 'revoked'
               WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL THEN 'restored'
               WHEN OLD.hash <> NEW.hash THEN 'rotated' ELSE 'changed' END,
          coalesce(nullif(current_setting('tracker.actor', true), ''), 'database:' || session_user),
          nullif(current_setting('tracker.request', true), ''), NEW.expires_at, NEW.former_until);
  RETURN NULL;
END $$;
CREATE TRIGGER kept_on_insert AFTER INSERT ON public.api_keys FOR EACH ROW EXECUTE FUNCTION history.keep_key_event();
CREATE TRIGGER kept_on_update AFTER UPDATE ON public.api_keys FOR EACH ROW
  WHEN ((OLD.hash, OLD.former_hash, OLD.former_until, OLD.expires_at, OLD.revoked_at) IS DISTINCT FROM (NEW.hash, NEW.former_hash, NEW.former_until, NEW.expires_at, NEW.revoked_at))
  EXECUTE FUNCTION history.keep_key_event();

-- ── Rows of one programme ─────────────────────────────────────────────────────────────────────────────────────

-- How the programme of a row `t` is told, from columns that are written (staged rows of an import have no others). Tables
-- whose rows belong to no single programme are not here.
CREATE TABLE history.belonging (
  holder  text COLLATE "C" PRIMARY KEY,
  program text NOT NULL
);

CREATE FUNCTION history.outside(own text, id text, other text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT public.fault(id, 'program', 'outside-program', format('the key is bound to the programme `%s`; this belongs to %s', own,
                      coalesce(format('`%s`', other), 'no single programme')))
$$;

-- A transaction that says `tracker.program` writes rows of that programme only: neither what they were nor what they become
-- may belong to another, or to none.
CREATE PROCEDURE history.add_guard(holder text, program text) LANGUAGE plpgsql AS $$
DECLARE belongs text := coalesce(program, 'NULL::text');
BEGIN
  IF belongs <> 'NULL::text' THEN
    INSERT INTO history.belonging AS b (holder, program) VALUES (holder, belongs) ON CONFLICT ON CONSTRAINT belonging_pkey DO UPDATE SET program = belongs;
  END IF;
  EXECUTE format($define$
    CREATE OR REPLACE FUNCTION history.%1$I() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$
    DECLARE own text := current_setting('tracker.program');
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        PERFORM refuse((SELECT jsonb_agg(history.outside(own, o.id, o.program)) FROM
          (SELECT w.* FROM (SELECT t.id::text AS id, %2$s AS program FROM before t) AS w WHERE w.program IS DISTINCT FROM own LIMIT 200) AS o));
      END IF;
      IF TG_OP <> 'DELETE' THEN
        PERFORM refuse((SELECT jsonb_agg(history.outside(own, o.id, o.program)) FROM
          (SELECT w.* FROM (SELECT t.id::text AS id, %2$s AS program FROM changed t) AS w WHERE w.program IS DISTINCT FROM own LIMIT 200) AS o));
      END IF;
      RETURN NULL;
    END $guard$ $define$, 'guard_' || holder, belongs);
  EXECUTE format($define$
    CREATE OR REPLACE TRIGGER b_guard_on_insert AFTER INSERT ON public.%1$I REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
      WHEN (current_setting('tracker.program', true) <> '') EXECUTE FUNCTION history.%2$I();
    CREATE OR REPLACE TRIGGER b_guard_on_update AFTER UPDATE ON public.%1$I REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT
      WHEN (current_setting('tracker.program', true) <> '') EXECUTE FUNCTION history.%2$I();
    CREATE OR REPLACE TRIGGER b_guard_on_delete AFTER DELETE ON public.%1$I REFERENCING OLD TABLE AS before FOR EACH STATEMENT
      WHEN (current_setting('tracker.program', true) <> '') EXECUTE FUNCTION history.%2$I();
  $define$, holder, 'guard_' || holder);
END $$;

CALL history.add_guard('sources', NULL);
CALL history.add_guard('organizations', NULL);
CALL history.add_guard('programs', 't.id');
CALL history.add_guard('consortiums', 't.program');
CALL history.add_guard('consortium_members', '(SELECT c.program FROM public.consortiums c WHERE c.id = t.consortium)');
CALL history.add_guard('calls', 't.program');
CALL history.add_guard('rounds', 't.program');
CALL history.add_guard('criteria', 't.program');
CALL history.add_guard('bids', 't.program');
CALL history.add_guard('evaluations', '(SELECT r.program FROM public.rounds r WHERE r.id = t.round)');
CALL history.add_guard('decisions', 't.program');
CALL history.add_guard('funding_figures', $$CASE t.subject_type WHEN 'program' THEN t.subject_id
  WHEN 'consortium' THEN (SELECT c.program FROM public.consortiums c WHERE c.id = t.subject_id) END$$);
CALL history.add_guard('models', NULL);
CALL history.add_guard('benchmarks', NULL);
CALL history.add_guard('benchmark_results', NULL);
CALL history.add_guard('partnerships', NULL);
CALL history.add_guard('observations', $$CASE t.subject_type WHEN 'program' THEN t.subject_id
  WHEN 'consortium' THEN (SELECT c.program FROM public.consortiums c WHERE c.id = t.subject_id)
  WHEN 'round' THEN (SELECT r.program FROM public.rounds r WHERE r.id = t.subject_id) END$$);
CALL history.add_guard('milestones', 't.program');
CALL history.add_guard('disclosures', 't.program');
CALL history.add_guard('aliases', $$CASE t.entity_type WHEN 'program' THEN t.entity_id
  WHEN 'consortium' THEN (SELECT c.program FROM public.consortiums c WHERE c.id = t.entity_id) END$$);

-- As before (see the migration history), and with the guard. `program` leans on columns that are written.
CREATE OR REPLACE PROCEDURE add_history(holder text, program text DEFAULT 'NULL::text', large boolean DEFAULT false) LANGUAGE plpgsql SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $$
DECLARE is_new boolean := to_regclass(format('history.%I', holder)) IS NULL;
BEGIN
  CALL history.add_columns(holder);
  CALL history.add_past(holder);
  CALL history.add_keeper(holder, program);
  CALL history.add_continuation(holder);
  CALL history.add_known_view(holder, large);
  CALL history.add_guard(holder, program);
  IF is_new THEN
    ALTER TABLE history.changes DISABLE TRIGGER by_hand;
    EXECUTE history.log_of(holder, program, (SELECT max(s.shape) FROM history.shapes s WHERE s.holder = add_history.holder), 'create', format('public.%I', holder));
    ALTER TABLE history.changes ENABLE TRIGGER by_hand;
  END IF;
END $$;
