/** What the rules of the timeline know: the rows that it is made of, and the items that it gives. */
import type { Money } from '../../kernel/money.ts';

interface Named {
  id: string;
  name: string;
}
interface Row {
  id: string;
  sources: string[];
  updatedAt: string;
}

export interface Facts {
  program: Named & { updatedAt: string };
  /** `earliest`: the last day on which its first source can have come out. */
  milestones: (Row & { date: string; title: string; earliest: string | null })[];
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
    consortium: string;
    lead: string;
    ordinal: number | null;
    outcome: string;
    decidedOn: string;
  })[];
  claims: (Row & {
    kind: string;
    money: Money;
    subject: string;
    organization: string | null;
    publisher: string | null;
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

export interface Item {
  id: string;
  date: string;
  kind: Kind;
  title: string;
  subject: Subject;
  organizations: string[];
  planned: boolean;
  moved: { to: string; by: Subject & { field: string } } | null;
  sources: string[];
  updatedAt: string;
}

/** Not every fact has a date; then `rows` says how many were left out with it. */
export type Candidate = Omit<Item, 'date'> & { date: string | null; rows: number };
