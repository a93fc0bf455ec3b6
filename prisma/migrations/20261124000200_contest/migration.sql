-- The rules of the contest: what a score may be, which decision may follow which, and that a published result is
-- only ever corrected, never silently changed. Each rule is a function that lists the faults of the given rows;
-- triggers call it for whatever rows a statement touched, one or a million.

-- A fault of one row that a change to another one brought about is told of the row that was changed.
CREATE FUNCTION blamed(fault jsonb, row_id text, field text, why text DEFAULT NULL) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN fault || jsonb_build_object('row', row_id, 'field', field, 'detail', concat_ws(': ', why, fault ->> 'detail'));

-- ── Where rows belong ─────────────────────────────────────────────────────────────────────────────────────────

-- A criterion and its parent serve one programme and one round.
CREATE FUNCTION criterion_faults(ids text[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT fault(c.id, 'parent', 'program-mismatch', format('`%s` belongs to another programme, round or stage', p.id))
    FROM criteria c JOIN criteria p ON p.id = c.parent
   WHERE c.id IN (SELECT unnest(ids)) AND (p.program, p.round, p.stage) IS DISTINCT FROM (c.program, c.round, c.stage)
  UNION ALL
  SELECT fault(child.id, 'parent', 'program-mismatch', format('`%s` belongs to another programme, round or stage', p.id))
    FROM criteria p JOIN criteria child ON child.parent = p.id
   WHERE p.id IN (SELECT unnest(ids)) AND child.id NOT IN (SELECT unnest(ids))
     AND (p.program, p.round, p.stage) IS DISTINCT FROM (child.program, child.round, child.stage)
  UNION ALL
  SELECT fault(c.id, 'maxScore', 'gate-has-no-score', 'a gate is passed or failed: maxScore and weight must be null')
    FROM criteria c WHERE c.id IN (SELECT unnest(ids)) AND c.gate AND (c.max_score IS NOT NULL OR c.weight IS NOT NULL)
$$;

CREATE FUNCTION bid_faults(ids text[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT fault(b.id, 'criteria', 'program-mismatch', format('`%s` belongs to another programme', c.id))
    FROM bids b, unnest(b.criteria) AS listed(id) JOIN criteria c ON c.id = listed.id
   WHERE b.id IN (SELECT unnest(ids)) AND c.program <> b.program
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
  ), climb AS (
    SELECT e.id, e.round, e.consortium, e.score, c.parent AS at
      FROM pairs JOIN evaluations e USING (round, consortium) JOIN criteria c ON c.id = e.criterion
     WHERE e.score IS NOT NULL AND c.parent IS NOT NULL
    UNION -- without ALL it comes back from a circle, which another rule refuses
    SELECT climb.id, climb.round, climb.consortium, climb.score, c.parent
      FROM climb JOIN criteria c ON c.id = climb.at
     WHERE c.parent IS NOT NULL
       AND NOT EXISTS (SELECT FROM evaluations known
                        WHERE known.round = climb.round AND known.consortium = climb.consortium AND known.criterion = climb.at
                          AND known.score IS NOT NULL)
  )
  SELECT fault(whole.id::text, 'score', 'parts-exceed-whole',
               format('the parts of `%s` add up to %s for `%s`, more than its %s',
                      whole.criterion, trim_scale(sum(climb.score)), whole.consortium, trim_scale(whole.score)))
    FROM climb JOIN evaluations whole ON whole.round = climb.round AND whole.consortium = climb.consortium AND whole.criterion = climb.at
   WHERE whole.score IS NOT NULL
   GROUP BY whole.id
  HAVING sum(climb.score) > whole.score
$$;

-- An evaluation joins what belongs together, and takes what its criterion gives.
CREATE FUNCTION scoring_faults(ids uuid[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  WITH touched AS MATERIALIZED (
    SELECT e.*, r.program, k.program AS consortium_program, c.program AS criterion_program,
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
$$;

-- Who is out is not evaluated in a later round.
CREATE FUNCTION elimination_faults(ids uuid[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT fault(e.id::text, 'consortium', 'consortium-eliminated',
               format('`%s` was eliminated in round `%s` and has not been added again', e.consortium, d.round))
    FROM evaluations e JOIN rounds r ON r.id = e.round
    JOIN decisions d ON d.consortium = e.consortium AND d.outcome = 'eliminated'
    JOIN rounds past ON past.id = d.round AND past.program = r.program AND past.ordinal < r.ordinal
   WHERE e.id IN (SELECT unnest(ids))
     AND NOT EXISTS (SELECT FROM decisions again
                      WHERE again.consortium = e.consortium AND again.outcome = 'added'
                        AND period_end(again.decided_on) >= period_end(d.decided_on))
$$;

CREATE FUNCTION evaluation_faults(ids uuid[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT * FROM scoring_faults(ids)
  UNION ALL
  SELECT * FROM elimination_faults(ids)
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
DECLARE reason text := nullif(regexp_replace(current_setting('tracker.correction', true), '^\s+|\s+$', '', 'g'), '');
BEGIN
  IF rows IS NULL THEN RETURN; END IF;
  IF reason IS NULL THEN
    PERFORM refuse((SELECT jsonb_agg(fault(row_id, 'correction', 'correction-required',
      'the round is published: send correction: true and a reason')) FROM jsonb_array_elements_text(rows) AS r(row_id)));
  END IF;
  INSERT INTO corrections (resource, row_id, reason, actor)
  SELECT resource, row_id, reason, nullif(current_setting('tracker.actor', true), '') FROM jsonb_array_elements_text(rows) AS r(row_id);
END $$;

-- ── Who judges what, and when ─────────────────────────────────────────────────────────────────────────────────
-- A row that moves is judged in both programmes, so its writer takes turns in both. EXECUTE stands where many rows meet
-- many: a plan that was kept from one row would compare each with each.

ALTER TABLE rounds ADD CONSTRAINT rounds_published_check CHECK ((state = 'published') = (published_on IS NOT NULL));

CREATE FUNCTION rounds_checked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moved text[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM take_turns('program', ARRAY(SELECT program FROM changed));
    PERFORM correct('rounds', (SELECT jsonb_agg(id) FROM changed WHERE state = 'published'));
    RETURN NULL;
  END IF;
  PERFORM take_turns('program', ARRAY(SELECT program FROM before UNION ALL SELECT program FROM changed));
  PERFORM correct('rounds', (SELECT jsonb_agg(id) FROM before WHERE state = 'published'));
  moved := ARRAY(SELECT id FROM (SELECT id, program, ordinal FROM changed EXCEPT SELECT id, program, ordinal FROM before) AS m);
  PERFORM refuse((SELECT jsonb_agg(blamed(f, e.round, 'program'))
                    FROM faults_of('scoring_faults', ARRAY(SELECT id FROM evaluations WHERE round IN (SELECT unnest(moved)))) AS f
                    JOIN evaluations e ON e.id = (f ->> 'row')::uuid));
  -- Where the order of the rounds breaks a rule, the consortium has a result or a score in one that moved.
  PERFORM refuse((
    SELECT jsonb_agg(DISTINCT blamed(f, r.id, 'ordinal'))
      FROM (SELECT f, e.consortium
              FROM faults_of('elimination_faults', ARRAY(
                     SELECT id FROM evaluations
                      WHERE round IN (SELECT unnest(moved))
                         OR consortium IN (SELECT consortium FROM decisions WHERE round IN (SELECT unnest(moved)) AND outcome = 'eliminated'))) AS f
              JOIN evaluations e ON e.id = (f ->> 'row')::uuid
            UNION ALL
            SELECT f, d.consortium
              FROM faults_of('decision_faults', ARRAY(SELECT consortium FROM decisions WHERE round IN (SELECT unnest(moved)))) AS f
              JOIN decisions d ON d.id = (f ->> 'row')::uuid) AS broken
      JOIN unnest(moved) AS r(id)
        ON EXISTS (SELECT FROM decisions d WHERE d.round = r.id AND d.consortium = broken.consortium)
        OR EXISTS (SELECT FROM evaluations e WHERE e.round = r.id AND e.consortium = broken.consortium)));
  RETURN NULL;
END $$;
CALL add_rule('rounds_checked', 'rounds', 'rounds_checked()', 'update', 'delete');

CREATE FUNCTION consortiums_checked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moved text[] := ARRAY(SELECT id FROM (SELECT id, program FROM changed EXCEPT SELECT id, program FROM before) AS m);
BEGIN
  IF moved = '{}' THEN RETURN NULL; END IF;
  PERFORM take_turns('program', ARRAY(SELECT program FROM before UNION ALL SELECT program FROM changed));
  PERFORM refuse((SELECT jsonb_agg(DISTINCT blamed(f, e.consortium, 'program'))
                    FROM faults_of('scoring_faults', ARRAY(SELECT id FROM evaluations WHERE consortium IN (SELECT unnest(moved)))) AS f
                    JOIN evaluations e ON e.id = (f ->> 'row')::uuid));
  RETURN NULL;
END $$;
CALL add_rule('consortiums_checked', 'consortiums', 'consortiums_checked()', 'update');

-- A change to a criterion is judged by what was scored against it, and by the bids that name it.
CREATE FUNCTION criteria_checked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE altered text[]; faults jsonb;
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM take_turns('program', ARRAY(SELECT program FROM changed));
    PERFORM judge('criterion_faults', ARRAY(SELECT id FROM changed));
    RETURN NULL;
  END IF;
  PERFORM take_turns('program', ARRAY(SELECT program FROM before UNION ALL SELECT program FROM changed));
  PERFORM judge('criterion_faults', ARRAY(SELECT id FROM changed));
  altered := ARRAY(SELECT id FROM (SELECT id, program, round, stage, gate, max_score FROM changed
                                   EXCEPT SELECT id, program, round, stage, gate, max_score FROM before) AS a);
  PERFORM refuse((
    SELECT jsonb_agg(blamed(f, c.id, CASE f ->> 'code' WHEN 'score-out-of-range' THEN 'maxScore' WHEN 'program-mismatch' THEN
                       CASE WHEN c.program <> r.program THEN 'program' WHEN c.stage <> 'evaluation' THEN 'stage' ELSE 'round' END
                       ELSE 'gate' END, 'scores stand against it'))
      FROM faults_of('scoring_faults', ARRAY(SELECT id FROM evaluations WHERE criterion IN (SELECT unnest(altered)))) AS f
      JOIN evaluations e ON e.id = (f ->> 'row')::uuid JOIN criteria c ON c.id = e.criterion JOIN rounds r ON r.id = e.round));
  -- All that stands under a new part counts against all wholes above it, whether the part itself was scored or not.
  PERFORM refuse((
    WITH RECURSIVE above AS (
      SELECT id AS part, parent AS whole FROM (SELECT id, parent FROM changed EXCEPT SELECT id, parent FROM before) AS a
      UNION
      SELECT above.part, c.parent FROM above JOIN criteria c ON c.id = above.whole
    )
    SELECT jsonb_agg(blamed(f, above.part, 'parent', 'scores stand against it'))
      FROM faults_of('part_faults', ARRAY(SELECT id FROM evaluations WHERE criterion IN (SELECT whole FROM above))) AS f
      JOIN evaluations e ON e.id = (f ->> 'row')::uuid JOIN above ON above.whole = e.criterion));
  altered := ARRAY(SELECT id FROM (SELECT id, program FROM changed EXCEPT SELECT id, program FROM before) AS a);
  EXECUTE $query$
    WITH named AS MATERIALIZED (
      SELECT b.id AS bid, listed.id AS criterion FROM bids b, unnest(b.criteria) AS listed(id) WHERE listed.id = ANY ($1)
    )
    SELECT jsonb_agg(blamed(f, named.criterion, 'program', format('bid `%s` names it', named.bid)))
      FROM faults_of('bid_faults', ARRAY(SELECT DISTINCT bid FROM named)) AS f JOIN named ON named.bid = f ->> 'row'
  $query$ INTO faults USING altered;
  PERFORM refuse(faults);
  RETURN NULL;
END $$;
CALL add_rule('criteria_checked', 'criteria', 'criteria_checked()', 'insert', 'update');

CREATE FUNCTION bids_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM take_turns('program', ARRAY(SELECT program FROM changed));
  PERFORM judge('bid_faults', ARRAY(SELECT id FROM changed));
  RETURN NULL;
END $$;
CALL add_rule('bids_checked', 'bids', 'bids_checked()', 'insert', 'update');

-- What was withheld may be disclosed at any time; what was disclosed in a published round is only corrected.
CREATE FUNCTION evaluations_checked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  judged text[] := ARRAY(SELECT DISTINCT round FROM changed);
  corrected jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN judged := judged || ARRAY(SELECT DISTINCT round FROM before); END IF;
  -- The lock keeps a round in its programme while its turn is taken.
  PERFORM take_turns('program', ARRAY(SELECT program FROM rounds WHERE id IN (SELECT unnest(judged)) ORDER BY id FOR KEY SHARE));
  IF TG_OP = 'DELETE' THEN
    PERFORM correct('evaluations', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round
                                     WHERE r.state = 'published' AND c.status = 'disclosed'));
    RETURN NULL;
  END IF;
  PERFORM judge('evaluation_faults', ARRAY(SELECT id FROM changed));
  IF TG_OP = 'UPDATE' THEN
    -- A day that was not known may be told later; coalesce leaves that out.
    EXECUTE $query$
      SELECT jsonb_agg(b.id) FROM before b JOIN rounds r ON r.id = b.round JOIN changed c ON c.id = b.id
       WHERE r.state = 'published' AND b.status = 'disclosed'
         AND (b.round, b.consortium, b.criterion, b.status, b.score, b.passed,
              coalesce(b.evaluated_on, c.evaluated_on), coalesce(b.disclosed_on, c.disclosed_on))
             IS DISTINCT FROM (c.round, c.consortium, c.criterion, c.status, c.score, c.passed, c.evaluated_on, c.disclosed_on)
    $query$ INTO corrected;
    PERFORM correct('evaluations', corrected);
  END IF;
  RETURN NULL;
END $$;
CALL add_rule('evaluations_checked', 'evaluations', 'evaluations_checked()', 'insert', 'update', 'delete');

-- A result may be added to a round while it is not published, and changed or taken back only as a correction
-- afterwards. Rank and total may follow later: publishing them is a disclosure, not a correction.
CREATE FUNCTION decisions_checked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  programs text[] := ARRAY(SELECT DISTINCT program FROM changed);
  careers text[] := ARRAY(SELECT DISTINCT consortium FROM changed);
  corrected jsonb;
  -- Which decision put a consortium out or in again.
  turned jsonb := (SELECT jsonb_object_agg(consortium, id) FROM changed WHERE outcome IN ('eliminated', 'added'));
BEGIN
  IF TG_OP = 'UPDATE' THEN
    programs := programs || ARRAY(SELECT DISTINCT program FROM before);
    careers := careers || ARRAY(SELECT DISTINCT consortium FROM before);
    turned := coalesce(turned, '{}') ||
              coalesce((SELECT jsonb_object_agg(consortium, id) FROM before WHERE outcome IN ('eliminated', 'added')), '{}');
  END IF;
  PERFORM take_turns('program', programs);
  PERFORM judge('decision_faults', careers);
  PERFORM refuse((SELECT jsonb_agg(DISTINCT blamed(f, turned ->> e.consortium, 'outcome'))
                    FROM faults_of('elimination_faults', ARRAY(
                           SELECT id FROM evaluations WHERE consortium IN (SELECT jsonb_object_keys(turned)))) AS f
                    JOIN evaluations e ON e.id = (f ->> 'row')::uuid));
  IF TG_OP = 'INSERT' THEN
    -- A round that this very transaction records was not published before it.
    PERFORM correct('decisions', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round
                                   WHERE r.state = 'published' AND r.created_at <> transaction_timestamp()));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM correct('decisions', (SELECT jsonb_agg(c.id) FROM changed c JOIN rounds r ON r.id = c.round WHERE r.state = 'published'));
  ELSE
    -- What was not known may follow; the day on which rank and total became public stands as soon as one of them did.
    EXECUTE $query$
      SELECT jsonb_agg(b.id) FROM before b JOIN changed c ON c.id = b.id
       WHERE EXISTS (SELECT FROM rounds r WHERE r.id IN (b.round, c.round) AND r.state = 'published')
         AND ((b.program, b.round, b.consortium, b.outcome, b.decided_on,
               coalesce(b.official_rank, c.official_rank), coalesce(b.official_total, c.official_total))
              IS DISTINCT FROM (c.program, c.round, c.consortium, c.outcome, c.decided_on, c.official_rank, c.official_total)
              OR num_nonnulls(b.official_rank, b.official_total) > 0
                 AND coalesce(b.disclosed_on, b.decided_on) <> coalesce(c.disclosed_on, c.decided_on))
    $query$ INTO corrected;
    PERFORM correct('decisions', corrected);
  END IF;
  RETURN NULL;
END $$;
CALL add_rule('decisions_checked', 'decisions', 'decisions_checked()', 'insert', 'update', 'delete');
