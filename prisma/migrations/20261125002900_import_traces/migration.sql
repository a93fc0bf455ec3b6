-- Where traces are kept: under which span of which trace an import was sent, for the one of its job to point to.
ALTER TABLE "import_progress" ADD COLUMN     "traceparent" TEXT;
