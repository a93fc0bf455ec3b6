-- What was public and in force on a day, by the facts' own dates. Every table has a view of the same name and columns in
-- the schema as_of; a query that names its tables without a schema is answered from there when as_of stands first in the
-- search path, and from the plain tables otherwise. So present and past are read by the same queries.
--
-- The day is the setting tracker.as_of; tracker.undated = 'include' lets rows in that have no date at all.

-- It outlives a public schema that is dropped and made anew.
CREATE SCHEMA IF NOT EXISTS as_of;

-- The day that is asked about; today for the present.
CREATE FUNCTION as_of_day() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('tracker.as_of', true), '')::date, current_date);

-- Null, a date that nobody knows, counts as reached only on request.
CREATE FUNCTION reached(day date) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(day <= as_of_day(), current_setting('tracker.undated', true) = 'include', false);

-- The view of one table. `day` says from when on a row is public, as an expression over the row `t` (null: always);
-- where it gives null the row's earliest source decides. `masks` replaces columns whose content became public later, and
-- `filter` takes out what is over by then. The view reads other tables in `base`, so that it can stand on any state of
-- the tables, today's or a former one; a migration that adds a resource calls this once.
CREATE PROCEDURE add_as_of_view(name text, day text, masks jsonb DEFAULT '{}', filter text DEFAULT 'true',
                                target text DEFAULT 'as_of', base text DEFAULT 'public') LANGUAGE plpgsql AS $$
DECLARE
  columns text;
  -- A table without citations, the sources themselves, has nothing else to go by.
  earliest text := CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'sources')
    THEN format('(SELECT min(period_end(s.published_on)) FROM %I.sources s WHERE s.id = ANY (t.sources))', base) ELSE 'NULL::date' END;
  visible text := CASE WHEN day IS NULL THEN 'true' ELSE format('reached(coalesce(%s, %s))', day, earliest) END;
BEGIN
  SELECT string_agg(coalesce(replace(masks ->> attname, '{earliest}', earliest) || ' AS ', 't.') || quote_ident(attname),
                    ', ' ORDER BY attnum)
    INTO columns FROM pg_attribute WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped;
  EXECUTE replace(format('CREATE VIEW %1$I.%2$I AS SELECT %3$s FROM %4$I.%2$I t WHERE (%5$s) AND (%6$s)',
                         target, name, columns, base, visible, filter), '{base}', quote_ident(base));
END $$;

-- Masks for columns that are null until a condition holds.
CREATE FUNCTION shown_when(condition text, VARIADIC columns text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN (SELECT jsonb_object_agg(name, format('CASE WHEN %s THEN t.%I END', condition, name)) FROM unnest(columns) AS name);

CALL add_as_of_view('sources', 'period_end(t.published_on)');
CALL add_as_of_view('organizations', NULL);
CALL add_as_of_view('programs', NULL);
CALL add_as_of_view('criteria', NULL);
CALL add_as_of_view('benchmarks', NULL);
CALL add_as_of_view('aliases', NULL);
CALL add_as_of_view('consortiums', '(SELECT min(period_end(d.decided_on)) FROM {base}.decisions d WHERE d.consortium = t.id)');
-- The day of leaving is not a day of membership; that somebody will leave is not known before.
CALL add_as_of_view('consortium_members', 'period_end(t.joined_on)', '{"left_on": "NULL::text"}',
                    't.left_on IS NULL OR period_end(t.left_on) > as_of_day()');
-- A call is public from its opening; how many came is known when it closes, how many passed when it was decided on them.
CALL add_as_of_view('calls', 'period_end(t.opened_on)',
  shown_when('reached(period_end(t.closed_on))', 'applicants')
  || shown_when('reached((SELECT min(period_end(b.decided_on)) FROM {base}.bids b WHERE b.call = t.id AND b.outcome <> ''declined''))', 'shortlisted')
  || shown_when('reached((SELECT min(period_end(b.decided_on)) FROM {base}.bids b WHERE b.call = t.id AND b.outcome IN (''selected'', ''excluded'')))', 'selected'));
CALL add_as_of_view('bids', 'period_end(t.decided_on)');
-- A round is always there, as a plan; what came of it is known from its publication.
CALL add_as_of_view('rounds', NULL,
  shown_when('reached(period_end(t.presented_on))', 'presented_on')
  || shown_when('reached(period_end(t.published_on))', 'published_on', 'deviation_reason')
  || shown_when('reached(coalesce(period_end(t.published_on), (SELECT max(period_end(s.published_on)) FROM {base}.sources s WHERE s.id = ANY (t.sources))))', 'note')
  || jsonb_build_object('state', 'CASE WHEN t.state <> ''published'' OR reached(period_end(t.published_on)) THEN t.state
                                       WHEN reached(period_end(t.presented_on)) THEN ''open'' ELSE ''planned'' END'));
-- An evaluation that took place and whose result was not public yet is there as undisclosed.
CALL add_as_of_view('evaluations', 'least(period_end(t.evaluated_on), period_end(t.disclosed_on))',
  shown_when('reached(coalesce(period_end(t.disclosed_on), {earliest}))', 'score', 'passed', 'disclosed_on', 'note')
  || jsonb_build_object('status', 'CASE WHEN reached(coalesce(period_end(t.disclosed_on), {earliest})) THEN t.status ELSE ''undisclosed'' END'));
-- Rank and total may have become public later than the decision.
CALL add_as_of_view('decisions', 'period_end(t.decided_on)',
  shown_when('reached(period_end(coalesce(t.disclosed_on, t.decided_on)))', 'disclosed_on', 'official_rank', 'official_total'));
CALL add_as_of_view('funding_figures', 'period_end(t.stated_on)');
CALL add_as_of_view('models', 'period_end(t.released_on)');
CALL add_as_of_view('benchmark_results', 'coalesce(period_end(t.measured_on),
  (SELECT period_end(m.released_on) FROM {base}.models m WHERE m.id = t.model))');
CALL add_as_of_view('partnerships', 'period_end(t.started_on)',
                    shown_when('reached(period_end(t.ended_on))', 'ended_on'),
                    't.ended_on IS NULL OR period_end(t.ended_on) >= as_of_day()');
CALL add_as_of_view('observations', 'period_end(t.observed_on)');
CALL add_as_of_view('milestones', 'period_end(t.date)');
CALL add_as_of_view('disclosures', 'period_end(t.disclosed_on)');
