-- Rules that hold for every table, whoever writes: dates of known precision, slugs, citations, versions.
-- A rule that looks beyond its own row raises SQLSTATE TR001 with DETAIL = a JSON array of faults
-- ({"row", "field", "code", "detail"}), so that one refusal names everything that is wrong.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- ── Dates of the precision that is known: 2025, 2025-08, 2025-08-04 (EDTF level 0) ────────────────────────────

CREATE FUNCTION is_partial_date(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
  WHEN value !~ '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$' OR value < '0001' THEN false
  WHEN length(value) < 10 THEN true
  ELSE substr(value, 9, 2)::int <= extract(day FROM
         make_date(substr(value, 1, 4)::int, substr(value, 6, 2)::int, 1) + interval '1 month - 1 day')
END;

CREATE FUNCTION period_start(value text) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN make_date(substr(value, 1, 4)::int,
                 coalesce(nullif(substr(value, 6, 2), '')::int, 1),
                 coalesce(nullif(substr(value, 9, 2), '')::int, 1));

CREATE FUNCTION period_end(value text) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE length(value)
  WHEN 10 THEN period_start(value)
  WHEN 7 THEN (period_start(value) + interval '1 month - 1 day')::date
  ELSE make_date(substr(value, 1, 4)::int, 12, 31)
END;

-- Case and accents do not matter in a search. unaccent() is only STABLE because its dictionary could be replaced.
CREATE FUNCTION fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(unaccent('unaccent'::regdictionary, normalize(value, NFKC)));

-- ── Refusals ──────────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION refuse(faults jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF faults IS NOT NULL AND jsonb_array_length(faults) > 0 THEN
    RAISE EXCEPTION '%', faults -> 0 ->> 'detail' USING ERRCODE = 'TR001', DETAIL = faults::text;
  END IF;
END $$;

CREATE FUNCTION fault(row_id text, field text, code text, detail text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('row', row_id, 'field', field, 'code', code, 'detail', detail);

-- A rule that looks at other rows must not judge a snapshot that is older than them.
CREATE FUNCTION refuse_isolation(VARIADIC levels text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') = ANY (levels) THEN
    RAISE EXCEPTION 'not under %: a rule would judge an old snapshot', upper(current_setting('transaction_isolation'))
      USING ERRCODE = 'feature_not_supported', HINT = 'Write under READ COMMITTED.';
  END IF;
END $$;

-- The faults that a rule finds in the given rows, planned anew for as many as there are: a plan that was kept from one
-- row, or from an empty table, would be very slow for a hundred thousand.
CREATE FUNCTION faults_of(rule text, ids anyarray) RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT f FROM %I($1) AS f', rule) USING ids;
END $$;
CREATE FUNCTION judge(rule text, ids anyarray) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse((SELECT jsonb_agg(f) FROM faults_of(rule, ids) AS f));
END $$;

-- Writers of one programme (or of one tree) take turns, so that a rule over several rows cannot be broken by two of
-- them at once. A turn writes a row, which a lock alone would not: SERIALIZABLE then fails (40001) where somebody else
-- has had a turn since its snapshot. Once a transaction, as a row written over and over would grow a long chain.
CREATE FUNCTION take_turns(whose text, ids text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse_isolation('repeatable read');
  INSERT INTO turns AS last (scope, id, taken_by)
  SELECT DISTINCT whose, u.id, pg_current_xact_id() FROM unnest(ids) AS u(id) WHERE u.id IS NOT NULL ORDER BY u.id
  ON CONFLICT (scope, id) DO UPDATE SET taken_by = excluded.taken_by WHERE last.taken_by <> excluded.taken_by;
END $$;

-- A rule is judged once a statement, for all rows that it wrote. `changed` holds them as they are now, or as they were
-- if they were deleted; `before` holds them as they were before an update. The tables that a rule names are ours,
-- whatever the writer's search path and temporary tables are.
CREATE PROCEDURE add_rule(name text, holder text, rule text, VARIADIC events text[]) LANGUAGE plpgsql AS $$
DECLARE event text;
BEGIN
  EXECUTE format('ALTER FUNCTION %s() SET search_path = %I, pg_temp', split_part(rule, '(', 1), current_schema());
  FOREACH event IN ARRAY events LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION %s',
                   name || '_on_' || event, event, holder,
                   CASE event WHEN 'insert' THEN 'NEW TABLE AS changed' WHEN 'delete' THEN 'OLD TABLE AS changed'
                              ELSE 'OLD TABLE AS before NEW TABLE AS changed' END, rule);
  END LOOP;
END $$;

-- ── Versions ──────────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id IS DISTINCT FROM OLD.id THEN
    PERFORM refuse(jsonb_build_array(fault(OLD.id::text, 'id', 'id-is-fixed', 'an id never changes')));
  END IF;
  NEW.version := OLD.version + 1;
  NEW.created_at := OLD.created_at;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;

-- ── Lists of ids: what a foreign key would be, if lists had one ───────────────────────────────────────────────

-- Trigger arguments: column, table referred to. KEY SHARE keeps the target from being deleted meanwhile.
CREATE FUNCTION listed_ids_exist() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE faults jsonb;
BEGIN
  EXECUTE format('SELECT 1 FROM %2$I WHERE id IN (SELECT unnest(%1$I) FROM changed) ORDER BY id FOR KEY SHARE',
                 TG_ARGV[0], TG_ARGV[1]);
  EXECUTE format(
    'SELECT jsonb_agg(fault(c.id::text, %1$L, ''unknown-reference'', format(''`%%s`: no such row in %2$s'', listed.id)))
       FROM changed c, unnest(c.%1$I) AS listed(id)
      WHERE NOT EXISTS (SELECT FROM %2$I t WHERE t.id = listed.id)', TG_ARGV[0], TG_ARGV[1]) INTO faults;
  PERFORM refuse(faults);
  RETURN NULL;
END $$;

CREATE FUNCTION refuse_deletion(target text, id text, holder_table text, holder_column text, holder text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF holder IS NOT NULL THEN
    RAISE EXCEPTION '% % is listed by % %', target, id, holder_table, holder
      USING ERRCODE = 'foreign_key_violation', TABLE = holder_table, CONSTRAINT = holder_table || '_' || holder_column || '_listed';
  END IF;
END $$;

-- Trigger arguments: table and column that may list the deleted rows. Whoever lists a row only locks it, and so leaves
-- nothing that a deletion with an old snapshot would run into.
CREATE FUNCTION refuse_while_listed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE id text; holder text;
BEGIN
  PERFORM refuse_isolation('repeatable read', 'serializable');
  EXECUTE format(
    'SELECT c.id, h.id::text FROM changed c JOIN %1$I h ON h.%2$I @> ARRAY[c.id] ORDER BY c.id, h.id::text LIMIT 1',
    TG_ARGV[0], TG_ARGV[1]) INTO id, holder;
  PERFORM refuse_deletion(TG_TABLE_NAME, id, TG_ARGV[0], TG_ARGV[1], holder);
  RETURN NULL;
END $$;

CREATE PROCEDURE add_listed_reference(holder text, list_column text, target text) LANGUAGE plpgsql AS $$
BEGIN
  CALL add_rule(list_column || '_exist', holder, format('listed_ids_exist(%L, %L)', list_column, target), 'insert', 'update');
  CALL add_rule(format('listed_by_%s_%s', holder, list_column), target,
                format('refuse_while_listed(%L, %L)', holder, list_column), 'delete');
END $$;

-- What every table of facts gets. A migration that adds a resource calls this once.
CREATE PROCEDURE add_fact_table(holder text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %1$I ADD CONSTRAINT %1$s_sources_check
                  CHECK (cardinality(sources) > 0 AND array_position(sources, NULL) IS NULL)', holder);
  CALL add_listed_reference(holder, 'sources', 'sources');
  CALL add_versions(holder);
END $$;

-- TRUNCATE passes by every rule that is judged by rows.
CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is not truncated: no rule would be judged', TG_TABLE_NAME
    USING ERRCODE = 'feature_not_supported', HINT = 'DELETE the rows.';
END $$;
CREATE PROCEDURE add_no_truncate(holder text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()', holder);
END $$;

CREATE PROCEDURE add_versions(holder text) LANGUAGE plpgsql AS $$
DECLARE id_type text;
BEGIN
  CALL add_no_truncate(holder);
  EXECUTE format('CREATE TRIGGER next_version BEFORE UPDATE ON %1$I FOR EACH ROW EXECUTE FUNCTION next_version()', holder);
  SELECT format_type(atttypid, NULL) INTO id_type FROM pg_attribute WHERE attrelid = holder::regclass AND attname = 'id';
  IF id_type = 'text' THEN
    EXECUTE format('ALTER TABLE %1$I ADD CONSTRAINT %1$s_id_check
                    CHECK (length(id) <= 80 AND id ~ ''^[a-z0-9]+(-[a-z0-9]+)*$'')', holder);
  END IF;
END $$;

CALL add_versions('sources');
CALL add_fact_table('organizations');
CALL add_fact_table('programs');
CALL add_fact_table('consortiums');
CALL add_fact_table('calls');
CALL add_fact_table('rounds');
CALL add_fact_table('criteria');
CALL add_fact_table('bids');
CALL add_fact_table('evaluations');
CALL add_fact_table('decisions');
CALL add_fact_table('funding_figures');
CALL add_fact_table('models');
CALL add_fact_table('benchmarks');
CALL add_fact_table('benchmark_results');
CALL add_fact_table('partnerships');
CALL add_fact_table('observations');
CALL add_fact_table('milestones');
CALL add_fact_table('disclosures');
CALL add_fact_table('aliases');
CALL add_listed_reference('bids', 'criteria', 'criteria');
-- No null among the items and no list of lists, for which array_position has an error of its own.
ALTER TABLE bids ADD CONSTRAINT bids_criteria_check CHECK (array_position(criteria, NULL) IS NULL);

-- ── Dates ─────────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE sources ADD CONSTRAINT sources_published_on_check CHECK (is_partial_date(published_on));
ALTER TABLE programs ADD CONSTRAINT programs_announced_on_check CHECK (is_partial_date(announced_on));
ALTER TABLE consortium_members ADD CONSTRAINT consortium_members_joined_on_check CHECK (is_partial_date(joined_on));
ALTER TABLE consortium_members ADD CONSTRAINT consortium_members_left_on_check CHECK (is_partial_date(left_on));
ALTER TABLE calls ADD CONSTRAINT calls_opened_on_check CHECK (is_partial_date(opened_on));
ALTER TABLE calls ADD CONSTRAINT calls_closed_on_check CHECK (is_partial_date(closed_on));
ALTER TABLE rounds ADD CONSTRAINT rounds_scheduled_on_check CHECK (is_partial_date(scheduled_on));
ALTER TABLE rounds ADD CONSTRAINT rounds_presented_on_check CHECK (is_partial_date(presented_on));
ALTER TABLE rounds ADD CONSTRAINT rounds_published_on_check CHECK (is_partial_date(published_on));
ALTER TABLE bids ADD CONSTRAINT bids_decided_on_check CHECK (is_partial_date(decided_on));
ALTER TABLE evaluations ADD CONSTRAINT evaluations_evaluated_on_check CHECK (is_partial_date(evaluated_on));
ALTER TABLE evaluations ADD CONSTRAINT evaluations_disclosed_on_check CHECK (is_partial_date(disclosed_on));
ALTER TABLE decisions ADD CONSTRAINT decisions_decided_on_check CHECK (is_partial_date(decided_on));
ALTER TABLE decisions ADD CONSTRAINT decisions_disclosed_on_check CHECK (is_partial_date(disclosed_on));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_stated_on_check CHECK (is_partial_date(stated_on));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_period_from_check CHECK (is_partial_date(period_from));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_period_to_check CHECK (is_partial_date(period_to));
ALTER TABLE models ADD CONSTRAINT models_released_on_check CHECK (is_partial_date(released_on));
ALTER TABLE benchmark_results ADD CONSTRAINT benchmark_results_measured_on_check CHECK (is_partial_date(measured_on));
ALTER TABLE partnerships ADD CONSTRAINT partnerships_started_on_check CHECK (is_partial_date(started_on));
ALTER TABLE partnerships ADD CONSTRAINT partnerships_ended_on_check CHECK (is_partial_date(ended_on));
ALTER TABLE observations ADD CONSTRAINT observations_observed_on_check CHECK (is_partial_date(observed_on));
ALTER TABLE milestones ADD CONSTRAINT milestones_date_check CHECK (is_partial_date(date));
ALTER TABLE disclosures ADD CONSTRAINT disclosures_disclosed_on_check CHECK (is_partial_date(disclosed_on));
ALTER TABLE consortium_members ADD CONSTRAINT consortium_members_left_on_after_joined_on CHECK (period_end(left_on) >= period_start(joined_on));
ALTER TABLE calls ADD CONSTRAINT calls_closed_on_after_opened_on CHECK (period_end(closed_on) >= period_start(opened_on));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_period_to_after_period_from CHECK (period_end(period_to) >= period_start(period_from));
ALTER TABLE partnerships ADD CONSTRAINT partnerships_ended_on_after_started_on CHECK (period_end(ended_on) >= period_start(started_on));

-- ── Closed vocabularies ───────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE sources ADD CONSTRAINT sources_kind_check CHECK (kind IN ('official', 'company', 'press', 'technical-report', 'model-card', 'repository', 'analysis', 'aggregator', 'blog', 'mirror'));
ALTER TABLE organizations ADD CONSTRAINT organizations_kind_check CHECK (kind IN ('company', 'startup', 'research-lab', 'university', 'ministry', 'agency'));
ALTER TABLE consortium_members ADD CONSTRAINT consortium_members_role_check CHECK (role IN ('lead', 'member', 'advisor'));
ALTER TABLE rounds ADD CONSTRAINT rounds_state_check CHECK (state IN ('planned', 'open', 'published'));
ALTER TABLE criteria ADD CONSTRAINT criteria_stage_check CHECK (stage IN ('selection', 'evaluation'));
ALTER TABLE bids ADD CONSTRAINT bids_outcome_check CHECK (outcome IN ('selected', 'excluded', 'shortlisted', 'not-shortlisted', 'withdrawn', 'declined'));
ALTER TABLE evaluations ADD CONSTRAINT evaluations_status_check CHECK (status IN ('disclosed', 'undisclosed'));
ALTER TABLE decisions ADD CONSTRAINT decisions_outcome_check CHECK (outcome IN ('selected', 'added', 'advanced', 'eliminated', 'champion'));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_kind_check CHECK (kind IN ('budget', 'award', 'gpu-support', 'data-support', 'talent-support', 'investment'));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_stage_check CHECK (stage IN ('proposed', 'appropriated', 'announced', 'estimate', 'reported'));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_rank_check CHECK (rank IN ('preferred', 'normal', 'deprecated'));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_subject_type_check CHECK (subject_type IN ('program', 'organization', 'consortium'));
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_covers_check CHECK (covers <@ ARRAY['gpu', 'data', 'talent', 'total'] AND array_position(covers, NULL) IS NULL);
ALTER TABLE benchmark_results ADD CONSTRAINT benchmark_results_qualifier_check CHECK (qualifier IN ('exact', 'about', 'at-least', 'at-most', 'nearly'));
ALTER TABLE observations ADD CONSTRAINT observations_qualifier_check CHECK (qualifier IN ('exact', 'about', 'at-least', 'at-most', 'nearly'));
ALTER TABLE observations ADD CONSTRAINT observations_subject_type_check CHECK (subject_type IN ('program', 'organization', 'consortium', 'round', 'model'));
ALTER TABLE aliases ADD CONSTRAINT aliases_entity_type_check CHECK (entity_type IN ('program', 'organization', 'consortium', 'model', 'benchmark'));
ALTER TABLE models ADD CONSTRAINT models_modalities_check CHECK (array_position(modalities, NULL) IS NULL);
-- ISO 3166-1, the officially assigned codes.
CREATE FUNCTION is_country(code text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN length(code) = 2 AND position(' ' || code || ' ' IN ' ' ||
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS ' ||
  'BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE ' ||
  'EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM ' ||
  'HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC ' ||
  'LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA ' ||
  'NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' ||
  'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO ' ||
  'TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ') > 0;

ALTER TABLE organizations ADD CONSTRAINT organizations_country_check CHECK (is_country(country));
ALTER TABLE programs ADD CONSTRAINT programs_country_check CHECK (is_country(country));

-- ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────

-- NaN is greater than every number.
ALTER TABLE rounds ADD CONSTRAINT rounds_ordinal_check CHECK (ordinal > 0);
ALTER TABLE rounds ADD CONSTRAINT rounds_planned_advancing_check CHECK (planned_advancing >= 0);
ALTER TABLE programs ADD CONSTRAINT programs_initial_consortiums_check CHECK (initial_consortiums > 0);
ALTER TABLE programs ADD CONSTRAINT programs_target_finalists_check CHECK (target_finalists > 0);
ALTER TABLE calls ADD CONSTRAINT calls_planned_selected_check CHECK (planned_selected >= 0);
ALTER TABLE calls ADD CONSTRAINT calls_applicants_check CHECK (applicants >= 0);
ALTER TABLE calls ADD CONSTRAINT calls_shortlisted_check CHECK (shortlisted >= 0);
ALTER TABLE calls ADD CONSTRAINT calls_selected_check CHECK (selected >= 0);
ALTER TABLE criteria ADD CONSTRAINT criteria_max_score_check CHECK (max_score > 0 AND max_score <> 'NaN');
ALTER TABLE criteria ADD CONSTRAINT criteria_weight_check CHECK (weight >= 0 AND weight <> 'NaN');
ALTER TABLE evaluations ADD CONSTRAINT evaluations_score_check CHECK (score >= 0 AND score <> 'NaN');
ALTER TABLE decisions ADD CONSTRAINT decisions_official_rank_check CHECK (official_rank > 0);
ALTER TABLE decisions ADD CONSTRAINT decisions_official_total_check CHECK (official_total >= 0 AND official_total <> 'NaN');
ALTER TABLE models ADD CONSTRAINT models_parameters_check CHECK (parameters > 0);
ALTER TABLE models ADD CONSTRAINT models_active_parameters_check CHECK (active_parameters > 0 AND (parameters IS NULL OR active_parameters <= parameters));
ALTER TABLE benchmarks ADD CONSTRAINT benchmarks_max_score_check CHECK (max_score > 0 AND max_score <> 'NaN');
ALTER TABLE benchmark_results ADD CONSTRAINT benchmark_results_score_check CHECK (score <> 'NaN');
ALTER TABLE observations ADD CONSTRAINT observations_value_check CHECK (value <> 'NaN');
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_amount_check CHECK (amount > 0 AND amount <> 'NaN');

-- ── Money ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- A figure is one source's claim. What the same source says in another currency stands beside it.
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_one_source CHECK (cardinality(sources) = 1);
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_rank_reason_check CHECK (rank = 'normal' OR rank_reason IS NOT NULL);

CREATE FUNCTION is_money_list(list jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(list) = 'array' THEN NOT EXISTS (
  SELECT FROM jsonb_array_elements(list) AS item
   WHERE (item = jsonb_build_object('amount', item -> 'amount', 'currency', item -> 'currency')
          AND jsonb_typeof(item -> 'amount') = 'string'
          AND item ->> 'amount' ~ '^(0|[1-9][0-9]{0,19})(\.[0-9]{1,4})?$' AND item ->> 'amount' ~ '[1-9]'
          AND item ->> 'currency' ~ '^[A-Z]{3}$') IS NOT TRUE)
  ELSE false END;
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_stated_also_check CHECK (is_money_list(stated_also));

CREATE FUNCTION stated_currencies_exist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM currencies
   WHERE code IN (SELECT (item ->> 'currency')::bpchar FROM changed c, jsonb_array_elements(c.stated_also) AS item)
   ORDER BY code FOR KEY SHARE;
  PERFORM refuse((
    SELECT jsonb_agg(fault(c.id, 'statedAlso', 'unknown-currency', format('`%s`: no such currency in ISO 4217', item ->> 'currency')))
      FROM changed c, jsonb_array_elements(c.stated_also) AS item
     WHERE NOT EXISTS (SELECT FROM currencies k WHERE k.code = (item ->> 'currency')::bpchar)));
  RETURN NULL;
END $$;
CALL add_rule('stated_currencies', 'funding_figures', 'stated_currencies_exist()', 'insert', 'update');

CREATE FUNCTION refuse_while_stated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gone bpchar[]; id text; holder text;
BEGIN
  PERFORM refuse_isolation('repeatable read', 'serializable');
  IF TG_OP = 'UPDATE' THEN
    gone := ARRAY(SELECT code FROM before EXCEPT SELECT code FROM changed);
  ELSE
    gone := ARRAY(SELECT code FROM changed);
  END IF;
  SELECT c.code, f.id INTO id, holder
    FROM unnest(gone) AS c(code)
    JOIN funding_figures f ON f.stated_also @> jsonb_build_array(jsonb_build_object('currency', c.code))
   ORDER BY f.id LIMIT 1;
  PERFORM refuse_deletion(TG_TABLE_NAME, id, 'funding_figures', 'stated_also', holder);
  RETURN NULL;
END $$;
CALL add_rule('stated_by_funding_figures', 'currencies', 'refuse_while_stated()', 'update', 'delete');

-- ── Trees: nothing is its own ancestor ────────────────────────────────────────────────────────────────────────

-- Trigger arguments: column that names the parent, the field's name on the wire. Who names one takes turns, per table.
CREATE FUNCTION refuse_cycles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE faults jsonb;
BEGIN
  EXECUTE format('SELECT take_turns(''tree'', ARRAY(SELECT %L WHERE EXISTS (SELECT FROM changed WHERE %I IS NOT NULL)))',
                 TG_TABLE_NAME, TG_ARGV[0]);
  EXECUTE format(
    'WITH RECURSIVE up AS (
       SELECT c.id AS start, c.%1$I AS parent FROM changed c WHERE c.%1$I IS NOT NULL
       UNION
       SELECT up.start, t.%1$I FROM up JOIN %2$I t ON t.id = up.parent WHERE t.%1$I IS NOT NULL
     )
     SELECT jsonb_agg(fault(start, %3$L, ''circular-reference'', format(''`%%s` would rest on itself'', start)))
       FROM up WHERE parent = start', TG_ARGV[0], TG_TABLE_NAME, TG_ARGV[1]) INTO faults;
  PERFORM refuse(faults);
  RETURN NULL;
END $$;

-- Triggers fire by name: this one comes before rules that climb the tree.
CALL add_rule('acyclic', 'organizations', $$refuse_cycles('parent', 'parent')$$, 'insert', 'update');
CALL add_rule('acyclic', 'criteria', $$refuse_cycles('parent', 'parent')$$, 'insert', 'update');
CALL add_rule('acyclic', 'models', $$refuse_cycles('based_on', 'basedOn')$$, 'insert', 'update');

-- ── Memberships ───────────────────────────────────────────────────────────────────────────────────────────────

-- An unknown beginning or end is open. The day of leaving is not a day of membership, so one may return on it; but who
-- left on the day of joining was a member on that day.
ALTER TABLE consortium_members ADD COLUMN period daterange NOT NULL
  -- An end before the beginning is refused by the check above; here it must not be an error of its own.
  GENERATED ALWAYS AS (CASE WHEN period_end(left_on) < period_start(joined_on) THEN 'empty'::daterange
    ELSE daterange(period_start(joined_on), period_end(left_on),
                   CASE WHEN period_start(joined_on) = period_end(left_on) THEN '[]' ELSE '[)' END) END) STORED;
ALTER TABLE consortium_members ADD CONSTRAINT consortium_members_no_overlap
  EXCLUDE USING gist (consortium WITH =, organization WITH =, period WITH &&);
ALTER TABLE consortium_members ADD CONSTRAINT consortium_members_sources_check
  CHECK (cardinality(sources) > 0 AND array_position(sources, NULL) IS NULL);
CALL add_listed_reference('consortium_members', 'sources', 'sources');

CALL add_no_truncate('consortium_members');

-- Whether this very transaction wrote a row that it sees, be it behind a savepoint: nobody else's writing is seen while
-- it is in progress. Only a row written since the transaction began is looked up: of older ones the 32 bits of an xmin
-- no longer say which transaction they mean.
CREATE FUNCTION is_own_write(writer xid, written_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE own bigint;
BEGIN
  IF written_at < transaction_timestamp() THEN RETURN false; END IF;
  own := pg_current_xact_id()::text::bigint;
  -- The one number with these lower 32 bits that lies nearest to our own.
  RETURN pg_xact_status((own + ((writer::text::bigint - own + 2147483648) & 4294967295) - 2147483648)::text::xid8) = 'in progress';
END $$;

-- Members are part of their consortium: when they change it has a new version, one for each transaction.
CREATE FUNCTION members_change_consortium() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched text[] := ARRAY(SELECT consortium FROM changed);
BEGIN
  IF TG_OP = 'UPDATE' THEN touched := touched || ARRAY(SELECT consortium FROM before); END IF;
  UPDATE consortiums SET updated_at = clock_timestamp() WHERE id IN (SELECT unnest(touched)) AND NOT is_own_write(xmin, updated_at);
  RETURN NULL;
END $$;
CALL add_rule('members', 'consortium_members', 'members_change_consortium()', 'insert', 'update', 'delete');
