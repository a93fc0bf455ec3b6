-- The log as a chain: each transaction is sealed with a hash over itself and the hash before, so that whoever keeps one
-- hash can tell later whether anything up to it was changed.

-- What is hashed is text: one field a line, each as JSON, so that no two contents have the same text.
CREATE FUNCTION history.quoted(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(to_json(value)::text, 'null');
CREATE FUNCTION history.utc(value timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(value AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- The columns by name: their number says nothing to whoever changes history.shapes.
CREATE FUNCTION history.line_hash(line history.changes) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(E'\n',
  line.n, history.quoted(line.holder), history.quoted(line.program), history.quoted(line.operation),
  (SELECT to_json(s.columns)::text FROM history.shapes s WHERE s.shape = line.shape),
  to_json(line.ids)::text, to_json(line.versions)::text, encode(line.digests, 'hex')), 'UTF8'));

-- Over the hashes of the lines, not over the lines: a text of all of them has no bound.
CREATE FUNCTION history.entry_hash(entry history.transactions) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(E'\n',
  entry.tx, history.quoted(history.utc(entry.began_at)), history.quoted(history.utc(entry.recorded_at)), history.quoted(entry.actor),
  history.quoted(entry.request), history.quoted(entry.import::text), history.quoted(entry.reason),
  (SELECT string_agg(encode(history.line_hash(l), 'hex'), E'\n' ORDER BY l.n) FROM history.changes l WHERE l.tx = entry.tx)), 'UTF8'));

-- ── The chain ─────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE history.chain (
  position    bigint PRIMARY KEY,
  tx          bigint NOT NULL UNIQUE,
  -- As it was sealed: where the order goes on does not hang on the row that is sealed.
  recorded_at timestamptz NOT NULL,
  -- SHA-256 of the hash before (of 32 zero bytes for the first) and history.entry_hash.
  hash        bytea NOT NULL,
  -- Not hashed: a tail that was cut off grows again as it was.
  sealed_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER closed BEFORE UPDATE OR DELETE OR TRUNCATE ON history.chain FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change();

-- What comes after the head and was recorded before a moment, in order. (One that was sealed and has another moment now
-- was tampered with, and is not sealed twice. As a subquery, so that it is looked up row by row.)
CREATE FUNCTION history.unsealed(until timestamptz) RETURNS SETOF history.transactions LANGUAGE sql STABLE AS $$
  SELECT t.* FROM history.transactions t
   WHERE (t.recorded_at, t.tx) > (coalesce((SELECT c.recorded_at FROM history.chain c ORDER BY c.position DESC LIMIT 1), '-infinity'),
                                  coalesce((SELECT c.tx FROM history.chain c ORDER BY c.position DESC LIMIT 1), 0))
     AND t.recorded_at < until AND (SELECT c.position FROM history.chain c WHERE c.tx = t.tx) IS NULL
   ORDER BY t.recorded_at, t.tx
$$;

-- The database itself works out what stands in a row of the chain: whoever inserts one cannot make it wrong.
CREATE FUNCTION history.link() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE last history.chain; entry history.transactions;
BEGIN
  PERFORM pg_advisory_xact_lock(20261125, 800);
  SELECT * INTO last FROM history.chain ORDER BY position DESC LIMIT 1;
  SELECT * INTO entry FROM history.unsealed('infinity') LIMIT 1;
  IF entry.tx IS NULL OR entry.tx <> NEW.tx THEN
    RAISE EXCEPTION 'history.chain goes on with %', coalesce('transaction ' || entry.tx, 'what is recorded next') USING ERRCODE = 'insufficient_privilege';
  END IF;
  NEW.position := coalesce(last.position, 0) + 1;
  NEW.recorded_at := entry.recorded_at;
  NEW.hash := sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) || history.entry_hash(entry));
  NEW.sealed_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER link BEFORE INSERT ON history.chain FOR EACH ROW EXECUTE FUNCTION history.link();

-- Seals what was recorded before a settled moment, for some seconds at most; gives how many, 0 when there are no more.
CREATE FUNCTION history.seal(until timestamptz, patience interval DEFAULT '5 seconds') RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE entry history.transactions; sealed int := 0; ends timestamptz;
BEGIN
  -- Before anything is read: what another server seals meanwhile has to be seen.
  PERFORM pg_advisory_xact_lock(20261125, 800);
  ends := clock_timestamp() + patience;
  FOR entry IN SELECT * FROM history.unsealed(until) LOOP
    INSERT INTO history.chain (tx) VALUES (entry.tx);
    sealed := sealed + 1;
    EXIT WHEN clock_timestamp() > ends;
  END LOOP;
  RETURN sealed;
END $$;

-- ── Keys that heads are signed with ───────────────────────────────────────────────────────────────────────────

-- The public keys of all that ever were, so that what they signed can still be checked. A private one stands here only
-- where none is given from outside, and then there is one.
CREATE TABLE history.signing_keys (
  kid         text PRIMARY KEY,
  -- The coordinate x of RFC 8037.
  public_key  text NOT NULL,
  private_key text,
  made_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX signing_keys_own_key ON history.signing_keys ((true)) WHERE private_key IS NOT NULL;
