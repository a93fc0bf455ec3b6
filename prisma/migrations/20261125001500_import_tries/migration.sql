-- How often in a row a server began an import and was not heard of again, and a digest of what a plan would create.

-- AlterTable
ALTER TABLE "import_progress" ADD COLUMN     "begun" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "import_rows" ADD COLUMN     "digest" BIGINT;
