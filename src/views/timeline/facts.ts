/** What the rules of the timeline know: the rows that it is made of, and the items that it gives. */
import type { Money } from '../../kernel/money.ts';

/** A row whose name stands in a title, and when it was last written; null where it is not public yet. */
interface Named {
  id: string;
  name: string;
  updatedAt: string | null;
}
interface Row {
  id: string;
  sources: string[];
  updatedAt: string;
}

export interface Facts {
  /** The day that is asked about. */
  day: string;
  program: Named & { updatedAt: string };
  /**
   * `earliest`: the last day on which its first source can have come out, or on which it was entered; `latest`: the
   * first day on which its last source can have.
   */
  milestones: (Row & {
    date: string;
    title: string;
    replaces: string | null;
    earliest: string | null;
    latest: string | null;
    sourcesUpdatedAt: string | null;
  })[];
  calls: (Row & { name: string; openedOn: string | null; closedOn: string | null })[];
  bids: (Row & { call: Named; organization: Named; outcome: string; decidedOn: string | null })[];
  rounds: (Row & {
    ordinal: number;
    scheduledOn: string | null;
    presentedOn: string | null;
    publishedOn: string | null;
    state: string;
  })[];
  releases: (Row & { name: string; organization: Named; releasedOn: string | null })[];
  decisions: (Row & {
    consortium: Named;
    lead: string;
    round: { ordinal: number; updatedAt: string } | null;
    outcome: string;
    decidedOn: string;
  })[];
  claims: (Row & {
    kind: string;
    money: Money;
    subject: Named;
    organization: string | null;
    source: { publisher: string | null; updatedAt: string } | null;
    statedOn: string | null;
  })[];
  memberships: (Omit<Row, 'id'> & {
    consortium: Named;
    organization: Named;
    role: string;
    joinedOn: string | null;
    leftOn: string | null;
  })[];
  disclosures: (Row & { title: string; disclosedOn: string })[];
  /** The day on which a source came out, for those where it is known. */
  published: Record<string, string> | null;
  /** Every organization there is; null unless the question names some. */
  organizations: string[] | null;
}

export const kinds = [
  'bid',
  'call-closed',
  'call-opened',
  'decision',
  'disclosure',
  'funding',
  'joined',
  'left',
  'milestone',
  'release',
  'round-presented',
  'round-published',
  'round-scheduled',
] as const;
export type Kind = (typeof kinds)[number];

export const subjectTypes = [
  'milestone',
  'call',
  'round',
  'model',
  'decision',
  'funding-figure',
  'consortium',
  'disclosure',
] as const;

export interface Subject {
  type: (typeof subjectTypes)[number];
  id: string;
  href: string;
}

export const statuses = ['planned', 'took-place', 'moved', 'passed'] as const;
export type Status = (typeof statuses)[number];

export interface Item {
  id: string;
  date: string;
  kind: Kind;
  title: string;
  subject: Subject;
  organizations: string[];
  /** Of bids and decisions. */
  outcome: string | null;
  status: Status;
  moved: { to: string; by: Subject & { field: string } } | null;
  occasion: string | null;
  sources: string[];
  updatedAt: string;
}

/**
 * Not every fact has a date; then `rows` says how many were left out with it. `ahead`: it was stated before its time, and
 * nothing says since that it took place.
 */
export type Candidate = Omit<Item, 'date' | 'status' | 'occasion'> & {
  date: string | null;
  ahead: boolean;
  rows: number;
};
