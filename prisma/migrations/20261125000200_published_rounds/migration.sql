-- What is published stays as it was published: nothing is slipped into it, its day fits what is known, and it stays whole.
-- And a text that is stored can be read.

-- ── By what a round is judged ─────────────────────────────────────────────────────────────────────────────────

-- A criterion without a round would count in every round of its programme, published ones included.
ALTER TABLE criteria ADD CONSTRAINT criteria_round_check CHECK ((stage = 'selection') = (round IS NULL));

-- By what was judged is part of a published result: a criterion that comes into it, leaves it or changes in it is a
-- correction. A round that this very transaction records was not published before its criteria.
CREATE OR REPLACE FUNCTION criteria_corrected() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM correct('criteria', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round
                                  WHERE r.state = 'published' AND r.created_at <> transaction_timestamp()));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM correct('criteria', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round WHERE r.state = 'published'));
  ELSE
    PERFORM correct('criteria', (
      SELECT jsonb_agg(b.id) FROM before b JOIN changed c ON c.id = b.id
       WHERE EXISTS (SELECT FROM rounds r WHERE r.id IN (b.round, c.round) AND r.state = 'published')
         AND (b.program, b.round, b.stage, b.parent, b.max_score, b.weight, b.gate)
             IS DISTINCT FROM (c.program, c.round, c.stage, c.parent, c.max_score, c.weight, c.gate)));
  END IF;
  RETURN NULL;
END $$;
CALL add_rule('published_criteria', 'criteria', 'criteria_corrected()', 'insert');

-- ── What was scored in it ─────────────────────────────────────────────────────────────────────────────────────

-- What was published is only corrected, with one exception: a score that the round was published without, and said so
-- by a row that is undisclosed, may be disclosed afterwards. That changes nothing that the round had said; authorities
-- do it weeks later. A row that was not there is no such thing, nor is a withheld one that goes away or belongs to
-- somebody else, nor a score that is said to have been public before the round was.
CREATE OR REPLACE FUNCTION evaluations_checked() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  judged text[] := ARRAY(SELECT DISTINCT round FROM changed);
  corrected jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN judged := judged || ARRAY(SELECT DISTINCT round FROM before); END IF;
  -- The lock keeps a round in its programme while its turn is taken.
  PERFORM take_turns('program', ARRAY(SELECT program FROM rounds WHERE id IN (SELECT unnest(judged)) ORDER BY id FOR KEY SHARE));
  IF TG_OP = 'DELETE' THEN
    PERFORM correct('evaluations', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round WHERE r.state = 'published'));
    RETURN NULL;
  END IF;
  PERFORM judge('evaluation_faults', ARRAY(SELECT id FROM changed));
  IF TG_OP = 'INSERT' THEN
    -- A round that this very transaction records was not published before its scores.
    PERFORM correct('evaluations', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round
                                     WHERE r.state = 'published' AND r.created_at <> transaction_timestamp()));
  ELSE
    -- A day that was not known may be told later; coalesce leaves that out.
    EXECUTE $query$
      SELECT jsonb_agg(DISTINCT b.id)
        FROM before b JOIN changed c ON c.id = b.id JOIN rounds r ON r.id IN (b.round, c.round) AND r.state = 'published'
       WHERE (b.round, b.consortium, b.criterion, coalesce(b.evaluated_on, c.evaluated_on))
             IS DISTINCT FROM (c.round, c.consortium, c.criterion, c.evaluated_on)
          OR CASE WHEN b.status = 'undisclosed' AND c.status = 'disclosed'
                  THEN period_end(c.disclosed_on) < period_start(r.published_on)
                  ELSE (b.status, b.score, b.passed, coalesce(b.disclosed_on, c.disclosed_on))
                       IS DISTINCT FROM (c.status, c.score, c.passed, c.disclosed_on) END
    $query$ INTO corrected;
    PERFORM correct('evaluations', corrected);
  END IF;
  RETURN NULL;
END $$;

-- ── A published round is whole, and its day fits ──────────────────────────────────────────────────────────────

-- What is missing, contradictory or out of order in published rounds. A stated deviation excuses an unusual number and
-- a missing decision, but nothing excuses advancing with a failed gate or an impossible day. Days of known precision are
-- out of order where they are so for certain: a month covers all its days.
CREATE OR REPLACE FUNCTION publication_faults(ids text[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  WITH published AS MATERIALIZED (
    SELECT r.*, first_in.day AS first_in, period_start(published_on) AS earliest, period_end(published_on) AS latest,
           -- The day to which it runs at least, whatever day is given for its publication: so nobody is passed over
           -- by a day that lies too early.
           greatest(period_end(published_on), period_start(presented_on), first_in.day,
                    (SELECT max(period_start(d.decided_on)) FROM decisions d WHERE d.round = r.id)) AS ended
      FROM rounds r,
           LATERAL (SELECT min(period_end(d.decided_on)) AS day FROM decisions d WHERE d.program = r.program AND d.round IS NULL) AS first_in
     WHERE r.id = ANY (ids) AND r.state = 'published'
  ), results AS (
    SELECT p.id AS round, d.consortium, d.outcome FROM published p JOIN decisions d ON d.round = p.id
  ), were_in AS (
    SELECT p.id AS round, c.id AS consortium
      FROM published p JOIN consortiums c ON c.program = p.program
     WHERE (SELECT d.outcome FROM decisions d LEFT JOIN rounds r ON r.id = d.round
             WHERE d.consortium = c.id AND coalesce(r.ordinal < p.ordinal, period_end(d.decided_on) <= p.ended)
             ORDER BY period_end(d.decided_on) DESC, decision_order(d.outcome) DESC, d.id DESC LIMIT 1)
           IN ('selected', 'added', 'advanced')
    UNION -- who was judged in it took part in it
    SELECT p.id, e.consortium FROM published p JOIN evaluations e ON e.round = p.id
  )
  SELECT fault(w.round, 'state', 'round-incomplete', format('`%s` is in and has no decision in `%s`; decide, or say why in deviationReason', w.consortium, w.round))
         || jsonb_build_object('consortium', w.consortium)
    FROM were_in w JOIN published p ON p.id = w.round
   WHERE p.deviation_reason IS NULL
     AND NOT EXISTS (SELECT FROM results r WHERE r.round = w.round AND r.consortium = w.consortium)
  UNION ALL
  SELECT fault(r.round, 'state', 'gate-contradicts-decision', format('`%s` failed the gate `%s` and cannot be %s', r.consortium, e.criterion, r.outcome))
         || jsonb_build_object('consortium', r.consortium)
    FROM results r JOIN evaluations e ON e.round = r.round AND e.consortium = r.consortium AND NOT e.passed
   WHERE r.outcome IN ('advanced', 'champion')
  UNION ALL
  SELECT fault(p.id, 'deviationReason', 'deviation-unexplained', format('%s were to go on and %s do: say why in deviationReason', p.planned_advancing, n.advancing))
    FROM published p,
         LATERAL (SELECT count(DISTINCT r.consortium) AS advancing FROM results r WHERE r.round = p.id AND r.outcome IN ('advanced', 'champion')) n
   WHERE p.deviation_reason IS NULL AND n.advancing <> p.planned_advancing
  UNION ALL
  SELECT fault(p.id, 'publishedOn', 'publication-out-of-order', format('`%s` cannot be published on %s: %s', p.id, p.published_on, misfit.why))
         || jsonb_build_object('consortium', misfit.consortium)
    FROM published p, LATERAL (
      SELECT NULL AS consortium, format('it was presented on %s', p.presented_on) AS why WHERE p.latest < period_start(p.presented_on)
      UNION ALL
      (SELECT d.consortium, format('`%s` was %s in it on %s', d.consortium, d.outcome, d.decided_on)
         FROM decisions d WHERE d.round = p.id AND p.latest < period_start(d.decided_on)
        ORDER BY period_start(d.decided_on) DESC, d.id LIMIT 1)
      UNION ALL
      (SELECT d.consortium, format('nobody was in before %s', d.decided_on)
         FROM decisions d
        WHERE d.program = p.program AND d.round IS NULL
          AND p.latest < (SELECT min(period_start(f.decided_on)) FROM decisions f WHERE f.program = p.program AND f.round IS NULL)
        ORDER BY period_start(d.decided_on), d.id LIMIT 1)
      UNION ALL
      (SELECT NULL, format('`%s` comes %s it and was published on %s', o.id, CASE WHEN o.ordinal < p.ordinal THEN 'before' ELSE 'after' END, o.published_on)
         FROM rounds o
        WHERE o.program = p.program AND o.state = 'published'
          AND (o.ordinal < p.ordinal AND p.latest < period_start(o.published_on)
               -- Told once, of the later of the two if both are judged.
               OR o.ordinal > p.ordinal AND period_end(o.published_on) < p.earliest AND o.id <> ALL (ids))
        ORDER BY abs(o.ordinal - p.ordinal), o.id LIMIT 1)
      UNION ALL
      -- Where it is tomorrow already, that may be today. A clock that lies behind what the round cites is wrong itself.
      SELECT NULL, 'that lies in the future'
       WHERE p.earliest > (now() AT TIME ZONE 'UTC')::date + 1
         AND NOT EXISTS (SELECT FROM sources s WHERE s.id = ANY (p.sources) AND period_end(s.published_on) >= p.earliest)
    ) AS misfit
$$;

-- A round that this very transaction records gets its decisions and scores later in it, and is judged when it ends: a
-- turn that is taken for it stands for that. Gives the others, to be judged at once.
CREATE FUNCTION recorded_before(ids text[]) RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO turns (scope, id, taken_by)
  SELECT 'publication', r.id, pg_current_xact_id() FROM rounds r
   WHERE r.id = ANY (ids) AND r.state = 'published' AND r.created_at = transaction_timestamp()
  ON CONFLICT (scope, id) DO UPDATE SET taken_by = excluded.taken_by;
  RETURN ARRAY(SELECT r.id FROM rounds r
                WHERE r.id = ANY (ids) AND r.state = 'published' AND r.created_at <> transaction_timestamp());
END $$;

DROP TRIGGER round_recorded_as_published ON rounds;
CREATE CONSTRAINT TRIGGER publication_recorded AFTER INSERT OR UPDATE ON turns DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.scope = 'publication') EXECUTE FUNCTION round_published();

CREATE OR REPLACE FUNCTION rounds_in_order() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE judged text[] := ARRAY(SELECT id FROM changed);
BEGIN
  PERFORM take_turns('program', ARRAY(SELECT program FROM changed));
  -- A round that falls back, or moves, is judged with those that come after it.
  PERFORM judge('round_order_faults', ARRAY(
    SELECT r.id FROM rounds r WHERE EXISTS (SELECT FROM changed c WHERE c.program = r.program AND c.ordinal <= r.ordinal)));
  IF TG_OP = 'UPDATE' THEN
    -- When it was published and which place it has say who was in in the others.
    judged := ARRAY(SELECT r.id FROM rounds r WHERE r.program IN (SELECT program FROM (
      SELECT id, program, ordinal, state, presented_on, published_on, planned_advancing, deviation_reason FROM changed
      EXCEPT SELECT id, program, ordinal, state, presented_on, published_on, planned_advancing, deviation_reason FROM before) AS altered));
  END IF;
  PERFORM refuse((
    SELECT jsonb_agg(blamed(f, coalesce((SELECT c.id FROM changed c WHERE c.id = f ->> 'row'),
                                        (SELECT min(c.id) FROM changed c JOIN rounds r USING (program) WHERE r.id = f ->> 'row')), f ->> 'field'))
      FROM faults_of('publication_faults', recorded_before(judged)) AS f));
  RETURN NULL;
END $$;

-- A round that is published stays whole, whatever is corrected in it, in an earlier one, or in who was selected and added.
CREATE OR REPLACE FUNCTION published_rounds_stay_whole() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE programs text[]; faults jsonb;
BEGIN
  IF TG_TABLE_NAME = 'evaluations' THEN
    SELECT jsonb_agg(blamed(f, (SELECT c.id::text FROM changed c WHERE c.round = f ->> 'row'
                                 ORDER BY c.consortium IS DISTINCT FROM f ->> 'consortium', c.passed, c.id LIMIT 1),
                            CASE f ->> 'code' WHEN 'gate-contradicts-decision' THEN 'passed' ELSE 'consortium' END))
      INTO faults FROM faults_of('publication_faults', recorded_before(ARRAY(SELECT DISTINCT round FROM changed))) AS f;
  ELSE
    programs := ARRAY(SELECT DISTINCT program FROM changed);
    IF TG_OP = 'UPDATE' THEN programs := programs || ARRAY(SELECT DISTINCT program FROM before); END IF;
    SELECT jsonb_agg(blamed(f, d.id::text, CASE WHEN d.round IS NULL OR f ->> 'code' = 'publication-out-of-order' THEN 'decidedOn' ELSE 'outcome' END))
      INTO faults
      FROM faults_of('publication_faults', recorded_before(ARRAY(SELECT id FROM rounds WHERE program = ANY (programs)))) AS f,
           LATERAL (SELECT c.id, c.round FROM changed c
                     ORDER BY c.consortium IS DISTINCT FROM f ->> 'consortium', c.round IS DISTINCT FROM f ->> 'row', c.id LIMIT 1) AS d;
  END IF;
  PERFORM refuse(faults);
  RETURN NULL;
END $$;

-- ── Texts that can be read ────────────────────────────────────────────────────────────────────────────────────

-- What the API takes for a text: no control characters but line breaks and tabs, nothing that turns the direction of other
-- text around, no code point that is no character; and something in it that is more than a blank or a mark of format. What
-- a later Unicode adds is taken for something that can be seen.
CREATE FUNCTION is_printable(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN value !~ ('[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff'
                 '\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U0004fffe\U0004ffff\U0005fffe\U0005ffff'
                 '\U0006fffe\U0006ffff\U0007fffe\U0007ffff\U0008fffe\U0008ffff\U0009fffe\U0009ffff\U000afffe\U000affff'
                 '\U000bfffe\U000bffff\U000cfffe\U000cffff\U000dfffe\U000dffff\U000efffe\U000effff\U000ffffe\U000fffff'
                 '\U0010fffe\U0010ffff]')
  AND value ~ ('[^\u0009\u000a\u000d\u0020\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f'
               '\u2028\u2029\u202f\u205f-\u2064\u206a-\u206f\u3000\ue000-\uf8ff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd'
               '\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef'
               '\U000f0000-\U000ffffd\U00100000-\U0010fffd]');

-- A migration that adds a resource calls this for the columns that take what people write.
CREATE PROCEDURE add_printable(holder text, VARIADIC columns text[]) LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY columns LOOP
    EXECUTE format('ALTER TABLE %1$I ADD CONSTRAINT %2$I CHECK (is_printable(%3$I))', holder, holder || '_' || name || '_printable', name);
  END LOOP;
END $$;

CALL add_printable('sources', 'title', 'publisher', 'language', 'url', 'cited_source');
CALL add_printable('organizations', 'name_en', 'name_ko', 'name_fr', 'website');
CALL add_printable('programs', 'name_en', 'name_ko', 'name_fr', 'objective', 'evaluation_cadence');
CALL add_printable('consortiums', 'name_en', 'name_ko', 'name_fr', 'strategy');
CALL add_printable('calls', 'name_en', 'name_ko', 'name_fr');
CALL add_printable('rounds', 'deviation_reason', 'note');
CALL add_printable('criteria', 'name_en', 'name_ko', 'name_fr', 'description');
CALL add_printable('bids', 'reason');
CALL add_printable('evaluations', 'note');
CALL add_printable('decisions', 'rationale');
CALL add_printable('funding_figures', 'rank_reason', 'note');
CALL add_printable('models', 'family', 'model_version', 'name_en', 'name_ko', 'name_fr', 'license', 'repository');
CALL add_printable('benchmarks', 'name_en', 'name_ko', 'name_fr', 'domain', 'metric');
CALL add_printable('partnerships', 'kind', 'description');
CALL add_printable('observations', 'indicator', 'unit', 'note');
CALL add_printable('milestones', 'kind', 'title');
CALL add_printable('disclosures', 'title', 'what');
CALL add_printable('aliases', 'alias', 'language');
CALL add_printable('corrections', 'reason');
