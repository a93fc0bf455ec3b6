-- A plan may take the place of an earlier one of its programme: the date that was planned before has then moved.
ALTER TABLE "milestones" ADD COLUMN "replaces" TEXT COLLATE "C";
CREATE INDEX "milestones_replaces_idx" ON "milestones"("replaces");
CREATE UNIQUE INDEX "milestones_program_id_key" ON "milestones"("program", "id");
ALTER TABLE "milestones" ADD CONSTRAINT "milestones_replaces_fkey" FOREIGN KEY ("program", "replaces") REFERENCES "milestones"("program", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
CALL add_rule('acyclic', 'milestones', $$refuse_cycles('replaces', 'replaces')$$, 'insert', 'update');

-- The view of the past has the columns that its table had when it was made.
DROP VIEW as_of.milestones;
CALL add_as_of_view('milestones', 'period_end(t.date)');
