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
