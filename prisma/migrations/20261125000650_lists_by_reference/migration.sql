-- The evaluations of a round, a consortium or a criterion, in the order of lists.

-- DropIndex
DROP INDEX "evaluations_consortium_idx";

-- DropIndex
DROP INDEX "evaluations_criterion_idx";

-- CreateIndex
CREATE INDEX "evaluations_round_id_idx" ON "evaluations"("round", "id");

-- CreateIndex
CREATE INDEX "evaluations_consortium_id_idx" ON "evaluations"("consortium", "id");

-- CreateIndex
CREATE INDEX "evaluations_criterion_id_idx" ON "evaluations"("criterion", "id");
