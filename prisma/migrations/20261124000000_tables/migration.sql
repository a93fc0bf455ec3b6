-- Made by `prisma migrate diff` from schema.prisma, then edited where Prisma has no word for it:
-- text compares by code point (COLLATE "C": dates and slugs sort the same on every machine), lists are NOT NULL,
-- nulls in a natural key are equal, and the subject of a claim is a pair (type, id) with a generated column and a
-- foreign key for each type it may have.

-- CreateTable
CREATE TABLE "sources" (
    "id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "title" TEXT COLLATE "C" NOT NULL,
    "publisher" TEXT COLLATE "C",
    "language" TEXT COLLATE "C" NOT NULL,
    "published_on" TEXT COLLATE "C",
    "url" TEXT COLLATE "C",
    "cited_source" TEXT COLLATE "C",
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name_en" TEXT COLLATE "C" NOT NULL,
    "name_ko" TEXT COLLATE "C",
    "name_fr" TEXT COLLATE "C",
    "kind" TEXT COLLATE "C" NOT NULL,
    "country" TEXT COLLATE "C" NOT NULL,
    "parent" TEXT COLLATE "C",
    "website" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "programs" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name_en" TEXT COLLATE "C" NOT NULL,
    "name_ko" TEXT COLLATE "C",
    "name_fr" TEXT COLLATE "C",
    "country" TEXT COLLATE "C" NOT NULL,
    "agency" TEXT COLLATE "C",
    "objective" TEXT COLLATE "C",
    "announced_on" TEXT COLLATE "C",
    "evaluation_cadence" TEXT COLLATE "C",
    "initial_consortiums" INTEGER,
    "target_finalists" INTEGER,
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "programs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consortiums" (
    "id" TEXT COLLATE "C" NOT NULL,
    "program" TEXT COLLATE "C" NOT NULL,
    "name_en" TEXT COLLATE "C" NOT NULL,
    "name_ko" TEXT COLLATE "C",
    "name_fr" TEXT COLLATE "C",
    "lead" TEXT COLLATE "C" NOT NULL,
    "strategy" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consortiums_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consortium_members" (
    "id" BIGSERIAL NOT NULL,
    "consortium" TEXT COLLATE "C" NOT NULL,
    "organization" TEXT COLLATE "C" NOT NULL,
    "role" TEXT COLLATE "C" NOT NULL,
    "joined_on" TEXT COLLATE "C",
    "left_on" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,

    CONSTRAINT "consortium_members_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "calls" (
    "id" TEXT COLLATE "C" NOT NULL,
    "program" TEXT COLLATE "C" NOT NULL,
    "name_en" TEXT COLLATE "C" NOT NULL,
    "name_ko" TEXT COLLATE "C",
    "name_fr" TEXT COLLATE "C",
    "opened_on" TEXT COLLATE "C",
    "closed_on" TEXT COLLATE "C",
    "planned_selected" INTEGER,
    "applicants" INTEGER,
    "shortlisted" INTEGER,
    "selected" INTEGER,
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "calls_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rounds" (
    "id" TEXT COLLATE "C" NOT NULL,
    "program" TEXT COLLATE "C" NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "scheduled_on" TEXT COLLATE "C",
    "presented_on" TEXT COLLATE "C",
    "published_on" TEXT COLLATE "C",
    "planned_advancing" INTEGER,
    "state" TEXT COLLATE "C" NOT NULL,
    "deviation_reason" TEXT COLLATE "C",
    "note" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rounds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "criteria" (
    "id" TEXT COLLATE "C" NOT NULL,
    "program" TEXT COLLATE "C" NOT NULL,
    "round" TEXT COLLATE "C",
    "stage" TEXT COLLATE "C" NOT NULL,
    "parent" TEXT COLLATE "C",
    "name_en" TEXT COLLATE "C" NOT NULL,
    "name_ko" TEXT COLLATE "C",
    "name_fr" TEXT COLLATE "C",
    "description" TEXT COLLATE "C",
    "max_score" DECIMAL(20,6),
    "weight" DECIMAL(20,6),
    "gate" BOOLEAN NOT NULL,
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "criteria_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bids" (
    "id" TEXT COLLATE "C" NOT NULL,
    "program" TEXT COLLATE "C" NOT NULL,
    "call" TEXT COLLATE "C" NOT NULL,
    "organization" TEXT COLLATE "C" NOT NULL,
    "consortium" TEXT COLLATE "C",
    "outcome" TEXT COLLATE "C" NOT NULL,
    "decided_on" TEXT COLLATE "C",
    "reason" TEXT COLLATE "C",
    "criteria" TEXT[] COLLATE "C" NOT NULL DEFAULT ARRAY[]::TEXT[],
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "bids_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evaluations" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "round" TEXT COLLATE "C" NOT NULL,
    "consortium" TEXT COLLATE "C" NOT NULL,
    "criterion" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "score" DECIMAL(20,6),
    "passed" BOOLEAN,
    "evaluated_on" TEXT COLLATE "C",
    "disclosed_on" TEXT COLLATE "C",
    "note" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evaluations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "decisions" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "program" TEXT COLLATE "C" NOT NULL,
    "round" TEXT COLLATE "C",
    "consortium" TEXT COLLATE "C" NOT NULL,
    "outcome" TEXT COLLATE "C" NOT NULL,
    "decided_on" TEXT COLLATE "C" NOT NULL,
    "disclosed_on" TEXT COLLATE "C",
    "official_rank" INTEGER,
    "official_total" DECIMAL(20,6),
    "rationale" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "decisions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "funding_figures" (
    "id" TEXT COLLATE "C" NOT NULL,
    "subject_type" TEXT COLLATE "C" NOT NULL,
    "subject_id" TEXT COLLATE "C" NOT NULL,
    "subject_program" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "subject_type" = 'program' THEN "subject_id" END) STORED,
    "subject_organization" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "subject_type" = 'organization' THEN "subject_id" END) STORED,
    "subject_consortium" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "subject_type" = 'consortium' THEN "subject_id" END) STORED,
    "kind" TEXT COLLATE "C" NOT NULL,
    "amount" DECIMAL(24,4) NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "approximate" BOOLEAN NOT NULL,
    "stated_also" JSONB NOT NULL DEFAULT '[]',
    "stated_on" TEXT COLLATE "C",
    "covers" TEXT[] COLLATE "C" NOT NULL DEFAULT ARRAY[]::TEXT[],
    "period_from" TEXT COLLATE "C",
    "period_to" TEXT COLLATE "C",
    "stage" TEXT COLLATE "C",
    "rank" TEXT COLLATE "C" NOT NULL,
    "rank_reason" TEXT COLLATE "C",
    "note" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "funding_figures_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "models" (
    "id" TEXT COLLATE "C" NOT NULL,
    "organization" TEXT COLLATE "C" NOT NULL,
    "family" TEXT COLLATE "C",
    "model_version" TEXT COLLATE "C",
    "name_en" TEXT COLLATE "C" NOT NULL,
    "name_ko" TEXT COLLATE "C",
    "name_fr" TEXT COLLATE "C",
    "parameters" BIGINT,
    "active_parameters" BIGINT,
    "released_on" TEXT COLLATE "C",
    "reasoning" BOOLEAN,
    "modalities" TEXT[] COLLATE "C" NOT NULL DEFAULT ARRAY[]::TEXT[],
    "license" TEXT COLLATE "C",
    "open_weights" BOOLEAN,
    "trained_from_scratch" BOOLEAN,
    "based_on" TEXT COLLATE "C",
    "repository" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "models_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "benchmarks" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name_en" TEXT COLLATE "C" NOT NULL,
    "name_ko" TEXT COLLATE "C",
    "name_fr" TEXT COLLATE "C",
    "domain" TEXT COLLATE "C" NOT NULL,
    "metric" TEXT COLLATE "C",
    "max_score" DECIMAL(20,6),
    "higher_is_better" BOOLEAN NOT NULL,
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "benchmarks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "benchmark_results" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "model" TEXT COLLATE "C" NOT NULL,
    "benchmark" TEXT COLLATE "C" NOT NULL,
    "score" DECIMAL(20,6) NOT NULL,
    "qualifier" TEXT COLLATE "C" NOT NULL,
    "measured_on" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "benchmark_results_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "partnerships" (
    "id" TEXT COLLATE "C" NOT NULL,
    "organization" TEXT COLLATE "C" NOT NULL,
    "partner" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "started_on" TEXT COLLATE "C",
    "ended_on" TEXT COLLATE "C",
    "description" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "partnerships_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "observations" (
    "id" TEXT COLLATE "C" NOT NULL,
    "subject_type" TEXT COLLATE "C" NOT NULL,
    "subject_id" TEXT COLLATE "C" NOT NULL,
    "subject_program" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "subject_type" = 'program' THEN "subject_id" END) STORED,
    "subject_organization" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "subject_type" = 'organization' THEN "subject_id" END) STORED,
    "subject_consortium" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "subject_type" = 'consortium' THEN "subject_id" END) STORED,
    "subject_round" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "subject_type" = 'round' THEN "subject_id" END) STORED,
    "subject_model" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "subject_type" = 'model' THEN "subject_id" END) STORED,
    "indicator" TEXT COLLATE "C" NOT NULL,
    "value" DECIMAL(30,6) NOT NULL,
    "unit" TEXT COLLATE "C" NOT NULL,
    "qualifier" TEXT COLLATE "C" NOT NULL,
    "observed_on" TEXT COLLATE "C",
    "note" TEXT COLLATE "C",
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "observations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "milestones" (
    "id" TEXT COLLATE "C" NOT NULL,
    "program" TEXT COLLATE "C" NOT NULL,
    "date" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "title" TEXT COLLATE "C" NOT NULL,
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "milestones_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "disclosures" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "program" TEXT COLLATE "C" NOT NULL,
    "round" TEXT COLLATE "C",
    "disclosed_on" TEXT COLLATE "C" NOT NULL,
    "title" TEXT COLLATE "C" NOT NULL,
    "what" TEXT COLLATE "C" NOT NULL,
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "disclosures_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "aliases" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "entity_type" TEXT COLLATE "C" NOT NULL,
    "entity_id" TEXT COLLATE "C" NOT NULL,
    "entity_program" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "entity_type" = 'program' THEN "entity_id" END) STORED,
    "entity_organization" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "entity_type" = 'organization' THEN "entity_id" END) STORED,
    "entity_consortium" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "entity_type" = 'consortium' THEN "entity_id" END) STORED,
    "entity_model" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "entity_type" = 'model' THEN "entity_id" END) STORED,
    "entity_benchmark" TEXT COLLATE "C" GENERATED ALWAYS AS (CASE WHEN "entity_type" = 'benchmark' THEN "entity_id" END) STORED,
    "alias" TEXT COLLATE "C" NOT NULL,
    "language" TEXT COLLATE "C" NOT NULL,
    "sources" TEXT[] COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "aliases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "currencies" (
    "code" CHAR(3) NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "currencies_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "corrections" (
    "id" BIGSERIAL NOT NULL,
    "resource" TEXT COLLATE "C" NOT NULL,
    "row_id" TEXT COLLATE "C" NOT NULL,
    "reason" TEXT COLLATE "C" NOT NULL,
    "actor" TEXT COLLATE "C",
    "recorded_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "corrections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "name" TEXT COLLATE "C" NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[] COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ,
    "revoked_at" TIMESTAMPTZ,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "actor" TEXT COLLATE "C" NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "status" INTEGER NOT NULL,
    "headers" JSONB NOT NULL,
    "body" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("actor","key")
);

-- CreateTable
-- Unlogged: turns matter only to transactions that run at the same time, and none outlives a crash.
CREATE UNLOGGED TABLE "turns" (
    "scope" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "taken_by" xid8 NOT NULL,

    CONSTRAINT "turns_pkey" PRIMARY KEY ("scope","id")
);

-- CreateIndex
CREATE INDEX "organizations_parent_idx" ON "organizations"("parent");

-- CreateIndex
CREATE INDEX "organizations_sources_idx" ON "organizations" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "programs_agency_idx" ON "programs"("agency");

-- CreateIndex
CREATE INDEX "programs_sources_idx" ON "programs" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "consortiums_lead_idx" ON "consortiums"("lead");

-- CreateIndex
CREATE INDEX "consortiums_sources_idx" ON "consortiums" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "consortiums_program_id_key" ON "consortiums"("program", "id");

-- CreateIndex
CREATE INDEX "consortium_members_consortium_idx" ON "consortium_members"("consortium");

-- CreateIndex
CREATE INDEX "consortium_members_organization_idx" ON "consortium_members"("organization");

-- CreateIndex
CREATE INDEX "consortium_members_sources_idx" ON "consortium_members" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "calls_sources_idx" ON "calls" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "calls_program_id_key" ON "calls"("program", "id");

-- CreateIndex
CREATE INDEX "rounds_sources_idx" ON "rounds" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "rounds_program_ordinal_key" ON "rounds"("program", "ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "rounds_program_id_key" ON "rounds"("program", "id");

-- CreateIndex
CREATE INDEX "criteria_program_idx" ON "criteria"("program");

-- CreateIndex
CREATE INDEX "criteria_round_idx" ON "criteria"("round");

-- CreateIndex
CREATE INDEX "criteria_parent_idx" ON "criteria"("parent");

-- CreateIndex
CREATE INDEX "criteria_sources_idx" ON "criteria" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "bids_call_idx" ON "bids"("call");

-- CreateIndex
CREATE INDEX "bids_organization_idx" ON "bids"("organization");

-- CreateIndex
CREATE INDEX "bids_consortium_idx" ON "bids"("consortium");

-- CreateIndex
CREATE INDEX "bids_criteria_idx" ON "bids" USING GIN ("criteria");

-- CreateIndex
CREATE INDEX "bids_sources_idx" ON "bids" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "bids_program_call_organization_key" ON "bids"("program", "call", "organization");

-- CreateIndex
CREATE INDEX "evaluations_consortium_idx" ON "evaluations"("consortium");

-- CreateIndex
CREATE INDEX "evaluations_criterion_idx" ON "evaluations"("criterion");

-- CreateIndex
CREATE INDEX "evaluations_sources_idx" ON "evaluations" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "evaluations_round_consortium_criterion_key" ON "evaluations"("round", "consortium", "criterion");

-- CreateIndex
CREATE INDEX "decisions_program_idx" ON "decisions"("program");

-- CreateIndex
CREATE INDEX "decisions_round_idx" ON "decisions"("round");

-- CreateIndex
CREATE INDEX "decisions_consortium_idx" ON "decisions"("consortium");

-- CreateIndex
CREATE INDEX "decisions_sources_idx" ON "decisions" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "decisions_program_round_consortium_outcome_key" ON "decisions"("program", "round", "consortium", "outcome") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "funding_figures_subject_program_idx" ON "funding_figures"("subject_program");

-- CreateIndex
CREATE INDEX "funding_figures_subject_organization_idx" ON "funding_figures"("subject_organization");

-- CreateIndex
CREATE INDEX "funding_figures_subject_consortium_idx" ON "funding_figures"("subject_consortium");

-- CreateIndex
CREATE INDEX "funding_figures_currency_idx" ON "funding_figures"("currency");

-- CreateIndex
CREATE INDEX "funding_figures_sources_idx" ON "funding_figures" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "models_organization_idx" ON "models"("organization");

-- CreateIndex
CREATE INDEX "models_based_on_idx" ON "models"("based_on");

-- CreateIndex
CREATE INDEX "models_sources_idx" ON "models" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "benchmarks_sources_idx" ON "benchmarks" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "benchmark_results_model_idx" ON "benchmark_results"("model");

-- CreateIndex
CREATE INDEX "benchmark_results_benchmark_idx" ON "benchmark_results"("benchmark");

-- CreateIndex
CREATE INDEX "benchmark_results_sources_idx" ON "benchmark_results" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "benchmark_results_model_benchmark_qualifier_measured_on_key" ON "benchmark_results"("model", "benchmark", "qualifier", "measured_on") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "partnerships_organization_idx" ON "partnerships"("organization");

-- CreateIndex
CREATE INDEX "partnerships_partner_idx" ON "partnerships"("partner");

-- CreateIndex
CREATE INDEX "partnerships_sources_idx" ON "partnerships" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "observations_subject_program_idx" ON "observations"("subject_program");

-- CreateIndex
CREATE INDEX "observations_subject_organization_idx" ON "observations"("subject_organization");

-- CreateIndex
CREATE INDEX "observations_subject_consortium_idx" ON "observations"("subject_consortium");

-- CreateIndex
CREATE INDEX "observations_subject_round_idx" ON "observations"("subject_round");

-- CreateIndex
CREATE INDEX "observations_subject_model_idx" ON "observations"("subject_model");

-- CreateIndex
CREATE INDEX "observations_sources_idx" ON "observations" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "milestones_program_idx" ON "milestones"("program");

-- CreateIndex
CREATE INDEX "milestones_sources_idx" ON "milestones" USING GIN ("sources");

-- CreateIndex
CREATE INDEX "disclosures_program_idx" ON "disclosures"("program");

-- CreateIndex
CREATE INDEX "disclosures_round_idx" ON "disclosures"("round");

-- CreateIndex
CREATE INDEX "disclosures_sources_idx" ON "disclosures" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "disclosures_program_round_disclosed_on_title_key" ON "disclosures"("program", "round", "disclosed_on", "title") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "aliases_entity_program_idx" ON "aliases"("entity_program");

-- CreateIndex
CREATE INDEX "aliases_entity_organization_idx" ON "aliases"("entity_organization");

-- CreateIndex
CREATE INDEX "aliases_entity_consortium_idx" ON "aliases"("entity_consortium");

-- CreateIndex
CREATE INDEX "aliases_entity_model_idx" ON "aliases"("entity_model");

-- CreateIndex
CREATE INDEX "aliases_entity_benchmark_idx" ON "aliases"("entity_benchmark");

-- CreateIndex
CREATE INDEX "aliases_sources_idx" ON "aliases" USING GIN ("sources");

-- CreateIndex
CREATE UNIQUE INDEX "aliases_entity_type_entity_id_alias_key" ON "aliases"("entity_type", "entity_id", "alias");

-- CreateIndex
CREATE INDEX "corrections_resource_row_id_idx" ON "corrections"("resource", "row_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_name_key" ON "api_keys"("name");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_parent_fkey" FOREIGN KEY ("parent") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "programs" ADD CONSTRAINT "programs_agency_fkey" FOREIGN KEY ("agency") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "consortiums" ADD CONSTRAINT "consortiums_program_fkey" FOREIGN KEY ("program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "consortiums" ADD CONSTRAINT "consortiums_lead_fkey" FOREIGN KEY ("lead") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "consortium_members" ADD CONSTRAINT "consortium_members_consortium_fkey" FOREIGN KEY ("consortium") REFERENCES "consortiums"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "consortium_members" ADD CONSTRAINT "consortium_members_organization_fkey" FOREIGN KEY ("organization") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "calls" ADD CONSTRAINT "calls_program_fkey" FOREIGN KEY ("program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_program_fkey" FOREIGN KEY ("program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "criteria" ADD CONSTRAINT "criteria_program_fkey" FOREIGN KEY ("program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "criteria" ADD CONSTRAINT "criteria_round_fkey" FOREIGN KEY ("program", "round") REFERENCES "rounds"("program", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "criteria" ADD CONSTRAINT "criteria_parent_fkey" FOREIGN KEY ("parent") REFERENCES "criteria"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "bids" ADD CONSTRAINT "bids_program_fkey" FOREIGN KEY ("program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "bids" ADD CONSTRAINT "bids_call_fkey" FOREIGN KEY ("program", "call") REFERENCES "calls"("program", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "bids" ADD CONSTRAINT "bids_organization_fkey" FOREIGN KEY ("organization") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "bids" ADD CONSTRAINT "bids_consortium_fkey" FOREIGN KEY ("program", "consortium") REFERENCES "consortiums"("program", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_round_fkey" FOREIGN KEY ("round") REFERENCES "rounds"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_consortium_fkey" FOREIGN KEY ("consortium") REFERENCES "consortiums"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_criterion_fkey" FOREIGN KEY ("criterion") REFERENCES "criteria"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_program_fkey" FOREIGN KEY ("program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_round_fkey" FOREIGN KEY ("program", "round") REFERENCES "rounds"("program", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_consortium_fkey" FOREIGN KEY ("program", "consortium") REFERENCES "consortiums"("program", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "funding_figures" ADD CONSTRAINT "funding_figures_subject_program_fkey" FOREIGN KEY ("subject_program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "funding_figures" ADD CONSTRAINT "funding_figures_subject_organization_fkey" FOREIGN KEY ("subject_organization") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "funding_figures" ADD CONSTRAINT "funding_figures_subject_consortium_fkey" FOREIGN KEY ("subject_consortium") REFERENCES "consortiums"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "funding_figures" ADD CONSTRAINT "funding_figures_currency_fkey" FOREIGN KEY ("currency") REFERENCES "currencies"("code") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_organization_fkey" FOREIGN KEY ("organization") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_based_on_fkey" FOREIGN KEY ("based_on") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "benchmark_results" ADD CONSTRAINT "benchmark_results_model_fkey" FOREIGN KEY ("model") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "benchmark_results" ADD CONSTRAINT "benchmark_results_benchmark_fkey" FOREIGN KEY ("benchmark") REFERENCES "benchmarks"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "partnerships" ADD CONSTRAINT "partnerships_organization_fkey" FOREIGN KEY ("organization") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "partnerships" ADD CONSTRAINT "partnerships_partner_fkey" FOREIGN KEY ("partner") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "observations" ADD CONSTRAINT "observations_subject_program_fkey" FOREIGN KEY ("subject_program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "observations" ADD CONSTRAINT "observations_subject_organization_fkey" FOREIGN KEY ("subject_organization") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "observations" ADD CONSTRAINT "observations_subject_consortium_fkey" FOREIGN KEY ("subject_consortium") REFERENCES "consortiums"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "observations" ADD CONSTRAINT "observations_subject_round_fkey" FOREIGN KEY ("subject_round") REFERENCES "rounds"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "observations" ADD CONSTRAINT "observations_subject_model_fkey" FOREIGN KEY ("subject_model") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "milestones" ADD CONSTRAINT "milestones_program_fkey" FOREIGN KEY ("program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "disclosures" ADD CONSTRAINT "disclosures_program_fkey" FOREIGN KEY ("program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "disclosures" ADD CONSTRAINT "disclosures_round_fkey" FOREIGN KEY ("program", "round") REFERENCES "rounds"("program", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_entity_program_fkey" FOREIGN KEY ("entity_program") REFERENCES "programs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_entity_organization_fkey" FOREIGN KEY ("entity_organization") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_entity_consortium_fkey" FOREIGN KEY ("entity_consortium") REFERENCES "consortiums"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_entity_model_fkey" FOREIGN KEY ("entity_model") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_entity_benchmark_fkey" FOREIGN KEY ("entity_benchmark") REFERENCES "benchmarks"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;


