-- Batch imports: what was asked for, what became of every row, and the file while it may still be needed.

-- CreateTable
CREATE TABLE "imports" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "resource" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "on_error" TEXT NOT NULL,
    "dry_run" BOOLEAN NOT NULL,
    "plan" UUID,
    "file" UUID,
    "scope" JSONB,
    "max_delete" INTEGER NOT NULL,
    "correction" TEXT,
    "form" TEXT NOT NULL,
    "gzip" BOOLEAN NOT NULL,
    "columns" TEXT[],
    "actor" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "standings" JSON NOT NULL DEFAULT '[]',
    "problem" JSONB,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ,
    "finished_at" TIMESTAMPTZ,
    "expires_at" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "imports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_rows" (
    "import" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "line" INTEGER,
    "status" TEXT NOT NULL,
    "row_id" TEXT,
    "version" INTEGER,
    "changes" JSONB,
    "faults" JSONB,
    "raw" JSON,

    CONSTRAINT "import_rows_pkey" PRIMARY KEY ("import","n")
);

-- CreateTable
CREATE TABLE "import_files" (
    "file" UUID NOT NULL,
    "part" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "import_files_pkey" PRIMARY KEY ("file","part")
);

-- CreateTable
CREATE TABLE "import_progress" (
    "import" UUID NOT NULL,
    "phase" TEXT NOT NULL DEFAULT 'waiting',
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "total_bytes" BIGINT NOT NULL,
    "read" INTEGER NOT NULL DEFAULT 0,
    "valid" INTEGER NOT NULL DEFAULT 0,
    "written" INTEGER NOT NULL DEFAULT 0,
    "cancelled" BOOLEAN NOT NULL DEFAULT false,
    "began_at" TIMESTAMPTZ,
    "phase_began_at" TIMESTAMPTZ,
    "updated_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "import_progress_pkey" PRIMARY KEY ("import")
);

-- CreateIndex
CREATE INDEX "imports_expires_at_idx" ON "imports"("expires_at");

-- CreateIndex
CREATE INDEX "imports_file_idx" ON "imports"("file");

-- AddForeignKey
ALTER TABLE "imports" ADD CONSTRAINT "imports_plan_fkey" FOREIGN KEY ("plan") REFERENCES "imports"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "import_rows" ADD CONSTRAINT "import_rows_import_fkey" FOREIGN KEY ("import") REFERENCES "imports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "import_progress" ADD CONSTRAINT "import_progress_import_fkey" FOREIGN KEY ("import") REFERENCES "imports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE imports ADD CONSTRAINT imports_mode_check CHECK (mode IN ('insert', 'upsert', 'replace-scope'));
ALTER TABLE imports ADD CONSTRAINT imports_on_error_check CHECK (on_error IN ('abort', 'skip'));
ALTER TABLE imports ADD CONSTRAINT imports_form_check CHECK (form IN ('csv', 'ndjson', 'json'));
ALTER TABLE imports ADD CONSTRAINT imports_status_check
  CHECK (status IN ('queued', 'running', 'planned', 'applied', 'refused', 'failed', 'cancelled'));
ALTER TABLE imports ADD CONSTRAINT imports_scope_check CHECK ((mode = 'replace-scope') = (scope IS NOT NULL));
ALTER TABLE import_rows ADD CONSTRAINT import_rows_status_check
  CHECK (status IN ('create', 'update', 'unchanged', 'delete', 'error'));
ALTER TABLE import_progress ADD CONSTRAINT import_progress_phase_check CHECK (phase IN ('waiting', 'reading', 'checking', 'writing'));
-- A plan is carried out once, whoever tries.
CREATE UNIQUE INDEX imports_plan_once ON imports (plan) WHERE status IN ('queued', 'running', 'applied');
-- The rows that somebody looks at are those that are not as expected.
CREATE INDEX import_rows_status_idx ON import_rows (import, status, n) WHERE status <> 'create';
