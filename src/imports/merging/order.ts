/** What an import was asked to do, and how it ended. */
import type { Fault } from '../../kernel/problems.ts';
import type { Resource } from '../../resource/declare.ts';
import type { Scope } from './merge.ts';
import type { FileForm } from '../reading/row.ts';
import type { StandingsEffect } from './standings.ts';

export const modes = ['insert', 'upsert', 'replace-scope'] as const;
export const reactions = ['abort', 'skip'] as const;

export interface Order {
  id: string;
  resource: Resource;
  mode: (typeof modes)[number];
  onError: (typeof reactions)[number];
  dryRun: boolean;
  /** Set where rows that the file lacks are removed. */
  scope?: Scope;
  maxDelete: number;
  /** Why a published round is changed, if it is. */
  correction?: string;
  actor: string;
  /** The programme that the key is bound to, if it is. */
  program?: string | undefined;
  form: FileForm;
  gzip: boolean;
  /** The plan that is carried out. */
  plan?: string;
}

export interface Counts {
  read: number;
  create: number;
  update: number;
  unchanged: number;
  delete: number;
  error: number;
}

export interface Report {
  status: 'planned' | 'applied' | 'refused';
  counts: Counts;
  standings: StandingsEffect[];
  /** What is wrong with the file as a whole. */
  faults: Fault[];
}
