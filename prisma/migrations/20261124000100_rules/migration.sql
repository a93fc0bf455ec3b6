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

-- Writers of one programme take turns, so that a rule over several rows cannot be broken by two of them at once.
-- Under REPEATABLE READ a rule would judge an old snapshot, so that level is refused; SERIALIZABLE is safe.
CREATE FUNCTION take_turns(scope text, ids text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') = 'repeatable read' THEN
    RAISE EXCEPTION 'write under READ COMMITTED or SERIALIZABLE, not REPEATABLE READ' USING ERRCODE = '0A000';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(scope || ':' || id, 0))
  FROM (SELECT DISTINCT id FROM unnest(ids) AS u(id) WHERE id IS NOT NULL ORDER BY id) AS turns;
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
       FROM (SELECT * FROM changed) c, unnest(c.%1$I) AS listed(id)
      WHERE NOT EXISTS (SELECT FROM %2$I t WHERE t.id = listed.id)', TG_ARGV[0], TG_ARGV[1]) INTO faults;
  PERFORM refuse(faults);
  RETURN NULL;
END $$;

-- Trigger arguments: table and column that may list the deleted row.
CREATE FUNCTION refuse_while_listed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE holder text;
BEGIN
  EXECUTE format('SELECT id::text FROM %I WHERE %I @> ARRAY[$1.id] LIMIT 1', TG_ARGV[0], TG_ARGV[1]) USING OLD INTO holder;
  IF holder IS NOT NULL THEN
    RAISE EXCEPTION '% % is listed by % %', TG_TABLE_NAME, OLD.id, TG_ARGV[0], holder
      USING ERRCODE = 'foreign_key_violation', TABLE = TG_ARGV[0], CONSTRAINT = TG_ARGV[0] || '_' || TG_ARGV[1] || '_listed';
  END IF;
  RETURN NULL;
END $$;

CREATE PROCEDURE add_listed_reference(holder text, list_column text, target text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER %2$s_exist_on_insert AFTER INSERT ON %1$I REFERENCING NEW TABLE AS changed
                  FOR EACH STATEMENT EXECUTE FUNCTION listed_ids_exist(%2$L, %3$L)', holder, list_column, target);
  EXECUTE format('CREATE TRIGGER %2$s_exist_on_update AFTER UPDATE ON %1$I REFERENCING NEW TABLE AS changed
                  FOR EACH STATEMENT EXECUTE FUNCTION listed_ids_exist(%2$L, %3$L)', holder, list_column, target);
  EXECUTE format('CREATE TRIGGER listed_by_%1$s_%2$s AFTER DELETE ON %3$I
                  FOR EACH ROW EXECUTE FUNCTION refuse_while_listed(%1$L, %2$L)', holder, list_column, target);
END $$;

-- What every table of facts gets. A migration that adds a resource calls this once.
CREATE PROCEDURE add_fact_table(holder text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %1$I ADD CONSTRAINT %1$s_sources_check
                  CHECK (cardinality(sources) > 0 AND array_position(sources, NULL) IS NULL)', holder);
  CALL add_listed_reference(holder, 'sources', 'sources');
  CALL add_versions(holder);
END $$;

CREATE PROCEDURE add_versions(holder text) LANGUAGE plpgsql AS $$
DECLARE id_type text;
BEGIN
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
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_covers_check CHECK (covers <@ ARRAY['gpu', 'data', 'talent', 'total']);
ALTER TABLE benchmark_results ADD CONSTRAINT benchmark_results_qualifier_check CHECK (qualifier IN ('exact', 'about', 'at-least', 'at-most', 'nearly'));
ALTER TABLE observations ADD CONSTRAINT observations_qualifier_check CHECK (qualifier IN ('exact', 'about', 'at-least', 'at-most', 'nearly'));
ALTER TABLE observations ADD CONSTRAINT observations_subject_type_check CHECK (subject_type IN ('program', 'organization', 'consortium', 'round', 'model'));
ALTER TABLE aliases ADD CONSTRAINT aliases_entity_type_check CHECK (entity_type IN ('program', 'organization', 'consortium', 'model', 'benchmark'));
ALTER TABLE organizations ADD CONSTRAINT organizations_country_check CHECK (country ~ '^[A-Z]{2}$');
ALTER TABLE programs ADD CONSTRAINT programs_country_check CHECK (country ~ '^[A-Z]{2}$');

-- ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE rounds ADD CONSTRAINT rounds_ordinal_check CHECK (ordinal > 0);
ALTER TABLE rounds ADD CONSTRAINT rounds_planned_advancing_check CHECK (planned_advancing >= 0);
ALTER TABLE programs ADD CONSTRAINT programs_initial_consortiums_check CHECK (initial_consortiums > 0);
ALTER TABLE programs ADD CONSTRAINT programs_target_finalists_check CHECK (target_finalists > 0);
ALTER TABLE calls ADD CONSTRAINT calls_planned_selected_check CHECK (planned_selected >= 0);
ALTER TABLE calls ADD CONSTRAINT calls_applicants_check CHECK (applicants >= 0);
ALTER TABLE calls ADD CONSTRAINT calls_shortlisted_check CHECK (shortlisted >= 0);
ALTER TABLE calls ADD CONSTRAINT calls_selected_check CHECK (selected >= 0);
ALTER TABLE criteria ADD CONSTRAINT criteria_max_score_check CHECK (max_score > 0);
ALTER TABLE criteria ADD CONSTRAINT criteria_weight_check CHECK (weight >= 0);
ALTER TABLE evaluations ADD CONSTRAINT evaluations_score_check CHECK (score >= 0);
ALTER TABLE decisions ADD CONSTRAINT decisions_official_rank_check CHECK (official_rank > 0);
ALTER TABLE decisions ADD CONSTRAINT decisions_official_total_check CHECK (official_total >= 0);
ALTER TABLE models ADD CONSTRAINT models_parameters_check CHECK (parameters > 0);
ALTER TABLE models ADD CONSTRAINT models_active_parameters_check CHECK (active_parameters > 0 AND (parameters IS NULL OR active_parameters <= parameters));
ALTER TABLE benchmarks ADD CONSTRAINT benchmarks_max_score_check CHECK (max_score > 0);
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_amount_check CHECK (amount > 0);

-- ── Money ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- A figure is one source's claim. What the same source says in another currency stands beside it.
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_one_source CHECK (cardinality(sources) = 1);
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_rank_reason_check CHECK (rank = 'normal' OR rank_reason IS NOT NULL);

CREATE FUNCTION is_money_list(list jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN jsonb_typeof(list) = 'array' AND NOT EXISTS (
  SELECT FROM jsonb_array_elements(list) AS item
   WHERE jsonb_typeof(item) <> 'object'
      OR item - 'amount' - 'currency' <> '{}'
      OR item ->> 'amount' !~ '^[0-9]{1,20}(\.[0-9]{1,4})?$' OR item ->> 'amount' ~ '^[0.]+$' OR item ->> 'amount' IS NULL
      OR item ->> 'currency' !~ '^[A-Z]{3}$' OR item ->> 'currency' IS NULL);
ALTER TABLE funding_figures ADD CONSTRAINT funding_figures_stated_also_check CHECK (is_money_list(stated_also));

CREATE FUNCTION stated_currencies_exist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse((
    SELECT jsonb_agg(fault(c.id, 'statedAlso', 'unknown-currency', format('`%s`: no such currency in ISO 4217', item ->> 'currency')))
      FROM changed c, jsonb_array_elements(c.stated_also) AS item
     WHERE NOT EXISTS (SELECT FROM currencies k WHERE k.code = item ->> 'currency')));
  RETURN NULL;
END $$;
CREATE TRIGGER stated_currencies_on_insert AFTER INSERT ON funding_figures REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stated_currencies_exist();
CREATE TRIGGER stated_currencies_on_update AFTER UPDATE ON funding_figures REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stated_currencies_exist();

-- ── Trees: nothing is its own ancestor ────────────────────────────────────────────────────────────────────────

-- Trigger arguments: column that names the parent, the field's name on the wire. Writers take turns per table.
CREATE FUNCTION refuse_cycles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE faults jsonb;
BEGIN
  PERFORM take_turns('tree', ARRAY[TG_TABLE_NAME::text]);
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
CREATE PROCEDURE add_tree(holder text, parent_column text, field text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER acyclic_on_insert AFTER INSERT ON %1$I REFERENCING NEW TABLE AS changed
                  FOR EACH STATEMENT EXECUTE FUNCTION refuse_cycles(%2$L, %3$L)', holder, parent_column, field);
  EXECUTE format('CREATE TRIGGER acyclic_on_update AFTER UPDATE ON %1$I REFERENCING NEW TABLE AS changed
                  FOR EACH STATEMENT EXECUTE FUNCTION refuse_cycles(%2$L, %3$L)', holder, parent_column, field);
END $$;

CALL add_tree('organizations', 'parent', 'parent');
CALL add_tree('criteria', 'parent', 'parent');
CALL add_tree('models', 'based_on', 'basedOn');

-- ── Memberships ───────────────────────────────────────────────────────────────────────────────────────────────

-- An unknown beginning or end is open. The day of leaving is not a day of membership, so one may return on it.
ALTER TABLE consortium_members ADD COLUMN period daterange NOT NULL
  GENERATED ALWAYS AS (daterange(period_start(joined_on), period_end(left_on), '[)')) STORED;
ALTER TABLE consortium_members ADD CONSTRAINT consortium_members_no_overlap
  EXCLUDE USING gist (consortium WITH =, organization WITH =, period WITH &&);
ALTER TABLE consortium_members ADD CONSTRAINT consortium_members_sources_check
  CHECK (cardinality(sources) > 0 AND array_position(sources, NULL) IS NULL);
CALL add_listed_reference('consortium_members', 'sources', 'sources');

-- Members are part of their consortium: when they change it has a new version.
CREATE FUNCTION members_change_consortium() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Once a transaction: a row that it wrote already has its new version.
  UPDATE consortiums SET updated_at = clock_timestamp()
   WHERE id IN (SELECT consortium FROM changed) AND xmin <> pg_current_xact_id()::xid;
  RETURN NULL;
END $$;
CREATE TRIGGER members_inserted AFTER INSERT ON consortium_members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION members_change_consortium();
CREATE TRIGGER members_updated AFTER UPDATE ON consortium_members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION members_change_consortium();
CREATE TRIGGER members_deleted AFTER DELETE ON consortium_members REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION members_change_consortium();
