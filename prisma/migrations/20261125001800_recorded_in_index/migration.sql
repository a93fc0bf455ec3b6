-- A block range index never narrows: where a million rows were changed and their old versions cleaned away, its ranges still
-- said that the old ones were there, and a read of the past went through nearly all of the table to find that they were not
-- (measured: 400 ms of 420). A B-tree knows; rows of one transaction share their entry, so that it has a tenth of the size
-- of the others. Former versions are only ever added, in order: theirs stays, and is kept up while they are added.
DROP INDEX evaluations_recorded_in_idx;
CREATE INDEX evaluations_recorded_in_idx ON evaluations (recorded_in);
ALTER INDEX history.evaluations_superseded_in_idx SET (autosummarize = on);

-- For large tables to come; otherwise as before (see the migration history).
CREATE OR REPLACE PROCEDURE history.add_known_view(holder text, large boolean) LANGUAGE plpgsql AS $$
DECLARE all_columns text; versions text; gate text := 'true';
BEGIN
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO all_columns
    FROM pg_attribute WHERE attrelid = format('public.%I', holder)::regclass AND attnum > 0 AND NOT attisdropped;
  versions := format('SELECT 1 AS branch, %2$s, NULL::bigint AS superseded_in FROM public.%1$I UNION ALL SELECT 2, %2$s, superseded_in FROM history.%1$I', holder, all_columns);
  IF large THEN
    -- A walk along an index would pass by a million versions where hardly any was there at the moment: nearly all of the
    -- present ones long ago, nearly all of the former ones lately. So where a branch has few, these are looked up first.
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I (recorded_in)', holder || '_recorded_in_idx', holder);
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON history.%I USING brin (superseded_in) WITH (autosummarize = on)', holder || '_superseded_in_idx', holder);
    versions := versions || format($few$
      UNION ALL SELECT 3, %2$s, NULL::bigint FROM (SELECT %2$s FROM public.%1$I WHERE recorded_in <= history.known_until() OFFSET 0) AS few
      UNION ALL SELECT 4, %2$s, superseded_in FROM (SELECT %2$s, superseded_in FROM history.%1$I
                         WHERE superseded_in > history.known_until() OR superseded_in = ANY (history.known_except()) OFFSET 0) AS few $few$, holder, all_columns);
    -- Functions with a plan of their own that is kept: planned as part of each read, they took longer than the rest of it.
    EXECUTE format($count$
      CREATE OR REPLACE FUNCTION history.%2$I() RETURNS boolean LANGUAGE plpgsql STABLE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $few$
      BEGIN RETURN (SELECT count(*) <= 1000 FROM (SELECT FROM public.%1$I WHERE recorded_in <= history.known_until() LIMIT 1001) AS seen); END $few$;
      CREATE OR REPLACE FUNCTION history.%3$I() RETURNS boolean LANGUAGE plpgsql STABLE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $few$
      BEGIN RETURN (SELECT count(*) <= 1000 FROM (SELECT FROM history.%1$I WHERE superseded_in > history.known_until() LIMIT 1001) AS seen); END $few$
    $count$, holder, 'few_present_' || holder, 'few_former_' || holder);
    gate := format($gate$ CASE branch WHEN 1 THEN NOT (SELECT history.%1$I()) WHEN 3 THEN (SELECT history.%1$I()) WHEN 2 THEN NOT (SELECT history.%2$I()) ELSE (SELECT history.%2$I()) END $gate$,
      'few_present_' || holder, 'few_former_' || holder);
  END IF;
  EXECUTE format($define$
    CREATE OR REPLACE VIEW known.%I AS SELECT %s FROM (%s) AS versions
     WHERE %s AND CASE WHEN recorded_in <= (SELECT history.known_until()) AND recorded_in <> ALL ((SELECT history.known_except())::bigint[])
                       THEN superseded_in IS NULL OR superseded_in > (SELECT history.known_until()) OR superseded_in = ANY ((SELECT history.known_except())::bigint[])
                       ELSE false END
  $define$, holder, all_columns, versions, gate);
END $$;
CALL history.add_known_view('evaluations', true);
