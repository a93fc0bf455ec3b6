-- A rule over a few rows, as of each single write, keeps its plan: to plan it anew took longer than all the rest (measured:
-- 14 to 17 ms for one evaluation before, 7 after). The plan may be of the time when the tables were empty, so it is made to go
-- by indexes, which is right for a few rows however many there are beside them.
CREATE PROCEDURE add_few(rule text, ids text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format($define$
    CREATE FUNCTION %1$I(ids %3$s) RETURNS SETOF jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $few$
    BEGIN RETURN QUERY SELECT f FROM %2$I(ids) AS f; END $few$ $define$, 'few_' || rule, rule, ids);
END $$;
DO $$
DECLARE rule record;
BEGIN
  FOR rule IN SELECT p.proname, format_type(p.proargtypes[0], NULL) AS ids FROM pg_proc p
               WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE '%\_faults' AND p.proretset AND p.pronargs = 1 LOOP
    CALL add_few(rule.proname, rule.ids);
  END LOOP;
END $$;

-- Over many rows it is planned for as many as there are: a plan that was kept from one row, or from an empty table, would be
-- very slow for a hundred thousand. Over none there is nothing to judge. A migration that adds a rule calls add_few.
CREATE OR REPLACE FUNCTION faults_of(rule text, ids anyarray) RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE many int := coalesce(cardinality(ids), 0);
BEGIN
  IF many = 0 THEN RETURN; END IF;
  RETURN QUERY EXECUTE format('SELECT f FROM %I($1) AS f', CASE WHEN many <= 20 THEN 'few_' || rule ELSE rule END) USING ids;
END $$;
