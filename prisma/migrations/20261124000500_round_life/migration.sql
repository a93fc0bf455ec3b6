-- The life of a round: planned, open, published. Rounds follow each other, and a result is published whole: everybody who
-- was in has a decision, no decision contradicts a gate, and as many go on as planned, or the round says why not.

-- Rounds that are under way, or done, before an earlier one of their programme is published.
CREATE FUNCTION round_order_faults(ids text[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT DISTINCT ON (r.id) fault(r.id, 'state', 'round-out-of-order',
               format('`%s` cannot be %s: `%s` comes before it and is %s', r.id, r.state, earlier.id, earlier.state))
    FROM rounds r JOIN rounds earlier ON earlier.program = r.program AND earlier.ordinal < r.ordinal
   WHERE r.id = ANY (ids) AND r.state <> 'planned' AND earlier.state <> 'published'
   ORDER BY r.id, earlier.ordinal
$$;

-- What is missing or contradictory in the results of published rounds. A stated deviation excuses an unusual number and
-- a missing decision, but nothing excuses advancing with a failed gate.
CREATE FUNCTION publication_faults(ids text[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  WITH published AS MATERIALIZED (
    SELECT * FROM rounds WHERE id = ANY (ids) AND state = 'published'
  ), results AS (
    SELECT p.id AS round, d.consortium, d.outcome FROM published p JOIN decisions d ON d.round = p.id
  ), were_in AS (
    SELECT p.id AS round, c.id AS consortium
      FROM published p JOIN consortiums c ON c.program = p.program
     WHERE (SELECT d.outcome FROM decisions d LEFT JOIN rounds r ON r.id = d.round
             WHERE d.consortium = c.id AND coalesce(r.ordinal < p.ordinal, period_end(d.decided_on) <= period_end(p.published_on))
             ORDER BY period_end(d.decided_on) DESC, decision_order(d.outcome) DESC, d.id DESC LIMIT 1)
           IN ('selected', 'added', 'advanced')
  )
  SELECT fault(w.round, 'state', 'round-incomplete', format('`%s` is in and has no decision in `%s`; decide, or say why in deviationReason', w.consortium, w.round))
    FROM were_in w JOIN published p ON p.id = w.round
   WHERE p.deviation_reason IS NULL
     AND NOT EXISTS (SELECT FROM results r WHERE r.round = w.round AND r.consortium = w.consortium)
  UNION ALL
  SELECT fault(r.round, 'state', 'gate-contradicts-decision', format('`%s` failed the gate `%s` and cannot be %s', r.consortium, e.criterion, r.outcome))
    FROM results r JOIN evaluations e ON e.round = r.round AND e.consortium = r.consortium AND NOT e.passed
   WHERE r.outcome IN ('advanced', 'champion')
  UNION ALL
  SELECT fault(p.id, 'deviationReason', 'deviation-unexplained', format('%s were to go on and %s do: say why in deviationReason', p.planned_advancing, n.advancing))
    FROM published p,
         LATERAL (SELECT count(DISTINCT r.consortium) AS advancing FROM results r WHERE r.round = p.id AND r.outcome IN ('advanced', 'champion')) n
   WHERE p.deviation_reason IS NULL AND n.advancing <> p.planned_advancing
$$;

CREATE FUNCTION rounds_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM take_turns('program', ARRAY(SELECT program FROM changed));
  -- A round that falls back, or moves, is judged with those that come after it.
  PERFORM judge('round_order_faults', ARRAY(
    SELECT r.id FROM rounds r WHERE EXISTS (SELECT FROM changed c WHERE c.program = r.program AND c.ordinal <= r.ordinal)));
  IF TG_OP = 'UPDATE' THEN
    PERFORM judge('publication_faults', ARRAY(SELECT c.id FROM changed c JOIN before b ON b.id = c.id
                                               WHERE c.state = 'published' AND b.state <> 'published'));
  END IF;
  RETURN NULL;
END $$;
CALL add_rule('rounds_in_order', 'rounds', 'rounds_in_order()', 'insert', 'update');

-- A round that is recorded as published gets its decisions later in the same transaction.
CREATE FUNCTION round_published() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM judge('publication_faults', ARRAY[NEW.id]);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER round_recorded_as_published AFTER INSERT ON rounds DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state = 'published') EXECUTE FUNCTION round_published();

-- A round that is published stays whole, whatever is corrected in it. One that this very transaction records is judged
-- when it ends.
CREATE FUNCTION published_rounds_stay_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE published text[] := ARRAY(
  SELECT r.id FROM rounds r
   WHERE r.state = 'published' AND r.created_at <> transaction_timestamp() AND r.id IN (SELECT round FROM changed));
BEGIN
  -- A score cannot make a round incomplete; only a failed gate can contradict what was decided.
  PERFORM refuse((SELECT jsonb_agg(f) FROM faults_of('publication_faults', published) AS f
                   WHERE TG_TABLE_NAME = 'decisions' OR f ->> 'code' = 'gate-contradicts-decision'));
  RETURN NULL;
END $$;
CALL add_rule('stays_whole', 'decisions', 'published_rounds_stay_whole()', 'insert', 'update', 'delete');
CALL add_rule('stays_whole', 'evaluations', 'published_rounds_stay_whole()', 'insert', 'update');

-- By what was judged is part of a published result.
CREATE FUNCTION criteria_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM correct('criteria', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round WHERE r.state = 'published'));
  ELSE
    PERFORM correct('criteria', (
      SELECT jsonb_agg(b.id) FROM before b JOIN changed c ON c.id = b.id JOIN rounds r ON r.id = b.round
       WHERE r.state = 'published' AND (b.program, b.round, b.stage, b.parent, b.max_score, b.weight, b.gate)
             IS DISTINCT FROM (c.program, c.round, c.stage, c.parent, c.max_score, c.weight, c.gate)));
  END IF;
  RETURN NULL;
END $$;
-- Triggers fire by name: what is wrong with the change itself is told first.
CALL add_rule('published_criteria', 'criteria', 'criteria_corrected()', 'update', 'delete');
