-- Where the parts of a whole state a weight, a point of theirs is not a point of the whole, and their sum says nothing.
CREATE FUNCTION is_weighted(whole text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM criteria part WHERE part.parent = whole AND part.weight IS NOT NULL);

-- The parts of a whole may not add up to more than the whole. A known score counts against its nearest known
-- ancestor, so a level that was not published (a subtotal) does not hide the rule.
CREATE OR REPLACE FUNCTION part_faults(ids uuid[]) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  WITH RECURSIVE pairs AS MATERIALIZED (
    SELECT DISTINCT e.round, e.consortium FROM evaluations e JOIN criteria c ON c.id = e.criterion
     WHERE e.id IN (SELECT unnest(ids))
       AND (c.parent IS NOT NULL OR EXISTS (SELECT FROM criteria part WHERE part.parent = c.id))
  ), climb AS (
    SELECT e.id, e.round, e.consortium, e.score, c.parent AS at
      FROM pairs JOIN evaluations e USING (round, consortium) JOIN criteria c ON c.id = e.criterion
     WHERE e.score IS NOT NULL AND c.parent IS NOT NULL AND NOT is_weighted(c.parent)
    UNION -- without ALL it comes back from a circle, which another rule refuses
    SELECT climb.id, climb.round, climb.consortium, climb.score, c.parent
      FROM climb JOIN criteria c ON c.id = climb.at
     WHERE c.parent IS NOT NULL AND NOT is_weighted(c.parent)
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
