/** What the statement in sql.ts finds. Points are text, so that they stay exact. */
interface Named {
  id: string;
  name: string;
}

export interface CriterionFact extends Named {
  parent: string | null;
  maxScore: string | null;
  /** Where the authority states one apart from the maximum. */
  weight: string | null;
  gate: boolean;
  sources: string[];
}

export interface ConsortiumFact extends Named {
  sources: string[];
}

export interface EvaluationFact {
  consortium: string;
  criterion: string;
  status: 'disclosed' | 'undisclosed';
  score: string | null;
  passed: boolean | null;
  sources: string[];
}

export type Outcome = 'advanced' | 'eliminated' | 'champion';

export interface DecisionFact {
  consortium: string;
  outcome: Outcome;
  decidedOn: string;
  officialRank: number | null;
  officialTotal: string | null;
  rationale: string | null;
  sources: string[];
}

export interface RoundFact {
  id: string;
  ordinal: number;
  state: 'planned' | 'open' | 'published';
  publishedOn: string | null;
  plannedAdvancing: number | null;
  deviationReason: string | null;
  program: Named;
  sources: string[];
}

export interface RoundFacts {
  round: RoundFact;
  criteria: CriterionFact[];
  consortiums: ConsortiumFact[];
  evaluations: EvaluationFact[];
  /** The earliest first. */
  decisions: DecisionFact[];
}
