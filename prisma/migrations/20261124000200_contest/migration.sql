-- The rules of the contest: what a score may be, which decision may follow which, and that a published result is
-- only ever corrected, never silently changed. Each rule is a function that lists the faults of the given rows;
-- triggers call it for whatever rows a statement touched, one or a million.

-- ── Where rows belong ─────────────────────────────────────────────────────────────────────────────────────────

-- A criterion and its parent serve one programme and one round.
CREATE FUNCTION criterion_faults(ids text[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT fault(c.id, 'parent', 'program-mismatch', format('`%s` belongs to another programme, round or stage', p.id))
    FROM criteria c JOIN criteria p ON p.id = c.parent
   WHERE c.id = ANY (ids) AND (p.program, p.round, p.stage) IS DISTINCT FROM (c.program, c.round, c.stage)
  UNION ALL
  SELECT fault(child.id, 'parent', 'program-mismatch', format('`%s` belongs to another programme, round or stage', p.id))
    FROM criteria p JOIN criteria child ON child.parent = p.id
   WHERE p.id = ANY (ids) AND NOT child.id = ANY (ids)
     AND (p.program, p.round, p.stage) IS DISTINCT FROM (child.program, child.round, child.stage)
  UNION ALL
  SELECT fault(c.id, 'maxScore', 'gate-has-no-score', 'a gate is passed or failed: maxScore and weight must be null')
    FROM criteria c WHERE c.id = ANY (ids) AND c.gate AND (c.max_score IS NOT NULL OR c.weight IS NOT NULL)
$$;

CREATE FUNCTION bid_faults(ids text[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT fault(b.id, 'criteria', 'program-mismatch', format('`%s` belongs to another programme', c.id))
    FROM bids b, unnest(b.criteria) AS listed(id) JOIN criteria c ON c.id = listed.id
   WHERE b.id = ANY (ids) AND c.program <> b.program
$$;

-- ── Evaluations ───────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE evaluations ADD CONSTRAINT evaluations_withheld_has_no_score
  CHECK (status = 'disclosed' OR (score IS NULL AND passed IS NULL));

-- The parts of a whole may not add up to more than the whole. A known score counts against its nearest known
-- ancestor, so a level that was not published (a subtotal) does not hide the rule.
CREATE FUNCTION part_faults(ids uuid[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  WITH RECURSIVE pairs AS MATERIALIZED (
    SELECT DISTINCT e.round, e.consortium FROM evaluations e JOIN criteria c ON c.id = e.criterion
     WHERE e.id IN (SELECT unnest(ids))
       AND (c.parent IS NOT NULL OR EXISTS (SELECT FROM criteria part WHERE part.parent = c.id))
  ), known AS MATERIALIZED (
    SELECT e.id, e.round, e.consortium, e.criterion, e.score, c.parent
      FROM pairs JOIN evaluations e USING (round, consortium) JOIN criteria c ON c.id = e.criterion
     WHERE e.score IS NOT NULL
  ), climb AS (
    SELECT id, round, consortium, score, parent AS at FROM known WHERE parent IS NOT NULL
    UNION ALL
    SELECT climb.id, climb.round, climb.consortium, climb.score, c.parent
      FROM climb JOIN criteria c ON c.id = climb.at
     WHERE c.parent IS NOT NULL
       AND NOT EXISTS (SELECT FROM known k
                        WHERE k.round = climb.round AND k.consortium = climb.consortium AND k.criterion = climb.at)
  )
  SELECT fault(whole.id::text, 'score', 'parts-exceed-whole',
               format('the parts of `%s` add up to %s for `%s`, more than its %s',
                      whole.criterion, trim_scale(sum(climb.score)), whole.consortium, trim_scale(whole.score)))
    FROM climb JOIN known whole ON whole.round = climb.round AND whole.consortium = climb.consortium AND whole.criterion = climb.at
   GROUP BY whole.id, whole.criterion, whole.consortium, whole.score
  HAVING sum(climb.score) > whole.score
$$;

CREATE FUNCTION evaluation_faults(ids uuid[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  WITH touched AS MATERIALIZED (
    SELECT e.*, r.program, r.ordinal, k.program AS consortium_program, c.program AS criterion_program,
           c.round AS criterion_round, c.stage, c.gate, c.max_score
      FROM evaluations e
      JOIN rounds r ON r.id = e.round JOIN consortiums k ON k.id = e.consortium JOIN criteria c ON c.id = e.criterion
     WHERE e.id IN (SELECT unnest(ids))
  )
  SELECT fault(id::text, 'consortium', 'program-mismatch',
               format('consortium `%s` is of programme `%s`, round `%s` of `%s`', consortium, consortium_program, round, program))
    FROM touched WHERE consortium_program <> program
  UNION ALL
  SELECT fault(id::text, 'criterion', 'program-mismatch',
               format('criterion `%s` is not an evaluation criterion of round `%s`', criterion, round))
    FROM touched WHERE criterion_program <> program OR criterion_round <> round OR stage <> 'evaluation'
  UNION ALL
  SELECT fault(id::text, 'passed', 'gate-takes-passed', format('`%s` is a gate: give passed (true or false) and no score', criterion))
    FROM touched WHERE status = 'disclosed' AND gate AND (passed IS NULL OR score IS NOT NULL)
  UNION ALL
  SELECT fault(id::text, 'score', 'score-required', format('a disclosed evaluation of `%s` needs a score, and passed must be null', criterion))
    FROM touched WHERE status = 'disclosed' AND NOT gate AND (score IS NULL OR passed IS NOT NULL)
  UNION ALL
  SELECT fault(id::text, 'score', 'score-out-of-range',
               format('%s is more than the %s that `%s` gives at most', trim_scale(score), trim_scale(max_score), criterion))
    FROM touched WHERE score > max_score
  UNION ALL
  SELECT fault(t.id::text, 'consortium', 'consortium-eliminated',
               format('`%s` was eliminated in round `%s` and has not been added again', t.consortium, d.round))
    FROM touched t JOIN decisions d ON d.consortium = t.consortium AND d.outcome = 'eliminated'
    JOIN rounds past ON past.id = d.round AND past.ordinal < t.ordinal
   WHERE NOT EXISTS (SELECT FROM decisions again
                      WHERE again.consortium = t.consortium AND again.outcome = 'added'
                        AND period_end(again.decided_on) >= period_end(d.decided_on))
  UNION ALL
  SELECT * FROM part_faults(ids)
$$;

-- ── Decisions ─────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE decisions ADD CONSTRAINT decisions_round_check
  CHECK ((outcome IN ('selected', 'added')) = (round IS NULL));

-- The order in which decisions follow each other; on one day a selection comes before a result, a result before
-- an addition, the title last.
CREATE FUNCTION decision_order(outcome text) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE outcome WHEN 'selected' THEN 0 WHEN 'advanced' THEN 1 WHEN 'eliminated' THEN 1 WHEN 'added' THEN 2 ELSE 3 END;

CREATE FUNCTION decision_faults(touched text[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  WITH career AS (
    SELECT d.id, d.outcome, d.consortium, r.ordinal, d.decided_on,
           lag(d.outcome) OVER w AS before, lag(d.decided_on) OVER w AS before_on,
           max(r.ordinal) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_ordinal
      FROM decisions d LEFT JOIN rounds r ON r.id = d.round
     WHERE d.consortium IN (SELECT unnest(touched))
    WINDOW w AS (PARTITION BY d.consortium ORDER BY period_end(d.decided_on), decision_order(d.outcome), r.ordinal, d.id)
  )
  SELECT fault(id::text, 'outcome', 'decision-out-of-order',
               CASE WHEN before IS NULL THEN format('`%s` cannot be %s: it was neither selected nor added before %s', consortium, outcome, decided_on)
                    ELSE format('`%s` cannot be %s on %s: it was %s on %s', consortium, outcome, decided_on, before, before_on) END)
    FROM career
   WHERE NOT CASE outcome
     WHEN 'selected' THEN before IS NULL
     WHEN 'added' THEN before IS NULL OR before = 'eliminated'
     -- advanced, eliminated, champion: only somebody who is in
     ELSE before IS NOT NULL AND before IN ('selected', 'added', 'advanced')
   END
  UNION ALL
  SELECT fault(id::text, 'round', 'decision-out-of-order', format('`%s` already has a result of this or a later round', consortium))
    FROM career WHERE ordinal < last_ordinal OR (ordinal = last_ordinal AND outcome <> 'champion')
$$;

-- ── A published result is corrected, not changed ──────────────────────────────────────────────────────────────

-- The writer states the reason in tracker.correction (SET LOCAL or set_config); it is kept in corrections.
CREATE FUNCTION correct(resource text, rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE reason text := nullif(trim(current_setting('tracker.correction', true)), '');
BEGIN
  IF rows IS NULL THEN RETURN; END IF;
  IF reason IS NULL THEN
    PERFORM refuse((SELECT jsonb_agg(fault(row_id, 'correction', 'correction-required',
      'the round is published: send correction: true and a reason')) FROM jsonb_array_elements_text(rows) AS r(row_id)));
  END IF;
  INSERT INTO corrections (resource, row_id, reason, actor)
  SELECT resource, row_id, reason, nullif(current_setting('tracker.actor', true), '') FROM jsonb_array_elements_text(rows) AS r(row_id);
END $$;

CREATE FUNCTION rounds_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM take_turns('program', ARRAY[OLD.program, CASE WHEN TG_OP = 'UPDATE' THEN NEW.program END]);
  IF OLD.state = 'published' THEN PERFORM correct('rounds', jsonb_build_array(OLD.id)); END IF;
  IF TG_OP = 'UPDATE' AND (NEW.program, NEW.ordinal) IS DISTINCT FROM (OLD.program, OLD.ordinal) THEN
    PERFORM refuse((SELECT jsonb_agg(f || jsonb_build_object('row', NEW.id, 'field', 'program'))
                      FROM evaluation_faults(ARRAY(SELECT id FROM evaluations WHERE round = NEW.id)) AS f));
    PERFORM refuse((SELECT jsonb_agg(f || jsonb_build_object('row', NEW.id, 'field', 'ordinal'))
                      FROM decision_faults(ARRAY(SELECT consortium FROM decisions WHERE round = NEW.id)) AS f));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER rounds_checked AFTER UPDATE OR DELETE ON rounds FOR EACH ROW EXECUTE FUNCTION rounds_checked();
ALTER TABLE rounds ADD CONSTRAINT rounds_published_check CHECK ((state = 'published') = (published_on IS NOT NULL));

CREATE FUNCTION consortiums_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM take_turns('program', ARRAY[OLD.program, NEW.program]);
  PERFORM refuse((SELECT jsonb_agg(f || jsonb_build_object('row', NEW.id, 'field', 'program'))
                    FROM evaluation_faults(ARRAY(SELECT id FROM evaluations WHERE consortium = NEW.id)) AS f));
  RETURN NULL;
END $$;
CREATE TRIGGER consortiums_checked AFTER UPDATE OF program ON consortiums FOR EACH ROW
  WHEN (OLD.program IS DISTINCT FROM NEW.program) EXECUTE FUNCTION consortiums_checked();

-- A change to a criterion is judged by what was scored against it.
CREATE FUNCTION criteria_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM take_turns('program', ARRAY(SELECT program FROM changed));
  PERFORM refuse((SELECT jsonb_agg(f) FROM criterion_faults(ARRAY(SELECT id FROM changed)) AS f));
  IF TG_OP = 'UPDATE' THEN
    PERFORM refuse((SELECT jsonb_agg(f || jsonb_build_object('row', e.criterion, 'detail', 'scores stand against it: ' || (f ->> 'detail'),
                     'field', CASE f ->> 'code' WHEN 'score-out-of-range' THEN 'maxScore' WHEN 'parts-exceed-whole' THEN 'parent'
                                                WHEN 'program-mismatch' THEN 'round' ELSE 'gate' END))
      FROM evaluation_faults(ARRAY(
             SELECT e.id FROM evaluations e JOIN changed c ON c.id = e.criterion JOIN before b ON b.id = c.id
              WHERE (c.program, c.round, c.stage, c.parent, c.gate, c.max_score)
                    IS DISTINCT FROM (b.program, b.round, b.stage, b.parent, b.gate, b.max_score))) AS f
      JOIN evaluations e ON e.id = (f ->> 'row')::uuid));
    PERFORM refuse((SELECT jsonb_agg(f) FROM bid_faults(ARRAY(
      SELECT b.id FROM bids b JOIN changed c ON b.criteria @> ARRAY[c.id])) AS f));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER criteria_checked_on_insert AFTER INSERT ON criteria REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION criteria_checked();
CREATE TRIGGER criteria_checked_on_update AFTER UPDATE ON criteria REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION criteria_checked();

CREATE FUNCTION bids_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse((SELECT jsonb_agg(f) FROM bid_faults(ARRAY(SELECT id FROM changed)) AS f));
  RETURN NULL;
END $$;
CREATE TRIGGER bids_checked_on_insert AFTER INSERT ON bids REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION bids_checked();
CREATE TRIGGER bids_checked_on_update AFTER UPDATE ON bids REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION bids_checked();

CREATE FUNCTION evaluations_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM take_turns('program', ARRAY(SELECT DISTINCT r.program FROM changed c JOIN rounds r ON r.id = c.round));
  PERFORM refuse((SELECT jsonb_agg(f) FROM evaluation_faults(ARRAY(SELECT id FROM changed)) AS f));
  RETURN NULL;
END $$;
CREATE TRIGGER evaluations_checked_on_insert AFTER INSERT ON evaluations REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION evaluations_checked();
CREATE TRIGGER evaluations_checked_on_update AFTER UPDATE ON evaluations REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION evaluations_checked();

-- What was withheld may be disclosed at any time; what was disclosed in a published round is only corrected.
CREATE FUNCTION evaluations_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM correct('evaluations', (SELECT jsonb_agg(b.id) FROM before b JOIN rounds r ON r.id = b.round
                                     WHERE r.state = 'published' AND b.status = 'disclosed'));
  ELSE
    PERFORM correct('evaluations', (SELECT jsonb_agg(b.id) FROM before b JOIN rounds r ON r.id = b.round JOIN changed c ON c.id = b.id
      WHERE r.state = 'published' AND b.status = 'disclosed'
        AND (b.round, b.consortium, b.criterion, b.status, b.score, b.passed)
            IS DISTINCT FROM (c.round, c.consortium, c.criterion, c.status, c.score, c.passed)));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER evaluations_corrected_on_update AFTER UPDATE ON evaluations REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION evaluations_corrected();
CREATE TRIGGER evaluations_corrected_on_delete AFTER DELETE ON evaluations REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION evaluations_corrected();

-- A result may be added to a round while it is not published, and changed or taken back only as a correction
-- afterwards. Rank and total may follow later: publishing them is a disclosure, not a correction.
CREATE FUNCTION decisions_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    PERFORM take_turns('program', ARRAY(SELECT program FROM changed));
    PERFORM refuse((SELECT jsonb_agg(f) FROM decision_faults(ARRAY(SELECT consortium FROM changed)) AS f));
  END IF;
  IF TG_OP <> 'INSERT' THEN
    PERFORM take_turns('program', ARRAY(SELECT program FROM before));
    PERFORM refuse((SELECT jsonb_agg(f) FROM decision_faults(ARRAY(SELECT consortium FROM before)) AS f));
    PERFORM refuse((SELECT jsonb_agg(f || jsonb_build_object('row', b.id, 'field', 'outcome'))
                      FROM before b JOIN evaluations e ON e.consortium = b.consortium, evaluation_faults(ARRAY[e.id]) AS f
                     WHERE b.outcome = 'added' AND f ->> 'code' = 'consortium-eliminated'));
  END IF;
  IF TG_OP = 'INSERT' THEN
    -- A round that this very transaction records was not published before it.
    PERFORM correct('decisions', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round
                                   WHERE r.state = 'published' AND r.created_at <> transaction_timestamp()));
    PERFORM refuse((SELECT jsonb_agg(f || jsonb_build_object('row', c.id, 'field', 'outcome'))
                      FROM changed c JOIN evaluations e ON e.consortium = c.consortium, evaluation_faults(ARRAY[e.id]) AS f
                     WHERE c.outcome = 'eliminated' AND f ->> 'code' = 'consortium-eliminated'));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM correct('decisions', (SELECT jsonb_agg(b.id) FROM before b JOIN rounds r ON r.id = b.round WHERE r.state = 'published'));
  ELSE
    PERFORM correct('decisions', (SELECT jsonb_agg(b.id) FROM before b JOIN changed c ON c.id = b.id
      WHERE EXISTS (SELECT FROM rounds r WHERE r.id IN (b.round, c.round) AND r.state = 'published')
        AND ((b.program, b.round, b.consortium, b.outcome, b.decided_on) IS DISTINCT FROM (c.program, c.round, c.consortium, c.outcome, c.decided_on)
             OR b.official_rank <> c.official_rank OR b.official_total <> c.official_total
             OR (b.official_rank IS NOT NULL AND c.official_rank IS NULL)
             OR (b.official_total IS NOT NULL AND c.official_total IS NULL))));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER decisions_checked_on_insert AFTER INSERT ON decisions REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION decisions_checked();
CREATE TRIGGER decisions_checked_on_update AFTER UPDATE ON decisions REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION decisions_checked();
CREATE TRIGGER decisions_checked_on_delete AFTER DELETE ON decisions REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION decisions_checked();
