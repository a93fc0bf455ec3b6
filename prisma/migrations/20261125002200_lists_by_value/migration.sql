-- The evaluations by their score and by their dates, in the order of lists.

-- CreateIndex
CREATE INDEX "evaluations_score_id_idx" ON "evaluations"("score", "id");

-- CreateIndex
CREATE INDEX "evaluations_evaluated_on_id_idx" ON "evaluations"("evaluated_on", "id");

-- CreateIndex
CREATE INDEX "evaluations_disclosed_on_id_idx" ON "evaluations"("disclosed_on", "id");
