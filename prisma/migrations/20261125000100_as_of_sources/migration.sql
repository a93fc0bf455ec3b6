-- Under asOf a row cites the sources that were public by then, and a decision whose rank and total became public later
-- keeps its rationale back as well: it speaks of them.

-- As before (see the migration as_of), but for the sources, and an existing view is replaced.
CREATE OR REPLACE PROCEDURE add_as_of_view(name text, day text, masks jsonb DEFAULT '{}', filter text DEFAULT 'true',
                                target text DEFAULT 'as_of', base text DEFAULT 'public') LANGUAGE plpgsql AS $$
DECLARE
  cites boolean := EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'sources');
  -- A table without citations, the sources themselves, has nothing else to go by.
  earliest text := CASE WHEN cites
    THEN format('(SELECT min(period_end(s.published_on)) FROM %I.sources s WHERE s.id = ANY (t.sources))', base) ELSE 'NULL::date' END;
  cited text := format('(SELECT array_agg(s.id ORDER BY c.nth) FROM unnest(t.sources) WITH ORDINALITY AS c(id, nth)
                           JOIN %I.sources s ON s.id = c.id WHERE reached(period_end(s.published_on)))', base);
  visible text := CASE WHEN day IS NULL THEN 'true' ELSE format('reached(coalesce(%s, %s))', day, earliest) END;
  columns text;
BEGIN
  -- Where none of them was public the row is there for its own date, and still says on whose word.
  IF cites THEN masks := '{"sources": "coalesce({cited}, t.sources)"}' || masks; END IF;
  SELECT string_agg(coalesce(replace(replace(masks ->> attname, '{earliest}', earliest), '{cited}', cited) || ' AS ', 't.') || quote_ident(attname),
                    ', ' ORDER BY attnum)
    INTO columns FROM pg_attribute WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped;
  EXECUTE replace(format('CREATE OR REPLACE VIEW %1$I.%2$I AS SELECT %3$s FROM %4$I.%2$I t WHERE (%5$s) AND (%6$s)',
                         target, name, columns, base, visible, filter), '{base}', quote_ident(base));
END $$;

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
  || jsonb_build_object(
       'status', 'CASE WHEN reached(coalesce(period_end(t.disclosed_on), {earliest})) THEN t.status ELSE ''undisclosed'' END',
       -- That it took place is known from the pages about its round, where its own speak of the result only.
       'sources', 'coalesce({cited}, (SELECT array_agg(s.id ORDER BY s.id) FROM {base}.rounds r JOIN {base}.sources s ON s.id = ANY (r.sources)
                                       WHERE r.id = t.round AND reached(period_end(s.published_on))), t.sources)'));
-- Rank and total may have become public later than the decision; the rationale speaks of them.
CALL add_as_of_view('decisions', 'period_end(t.decided_on)',
  shown_when('reached(period_end(coalesce(t.disclosed_on, t.decided_on)))', 'disclosed_on', 'official_rank', 'official_total', 'rationale'));
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
