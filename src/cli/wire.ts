/** What the API answers, as far as the command line looks at it. */
import { z } from 'zod';

const fault = z.looseObject({
  row: z.number().optional(),
  line: z.number().nullish(),
  column: z.number().nullish(),
  field: z.string().optional(),
  pointer: z.string().optional(),
  parameter: z.string().optional(),
  code: z.string(),
  detail: z.string(),
});
export type WireFault = z.infer<typeof fault>;

const progress = z.looseObject({
  phase: z.string(),
  read: z.number().nullish(),
  valid: z.number().nullish(),
  written: z.number().nullish(),
  bytes: z.number().nullish(),
  totalBytes: z.number().nullish(),
  rate: z.number().nullish(),
  secondsLeft: z.number().nullish(),
});
export type Progress = z.infer<typeof progress>;

const standing = z.looseObject({ rank: z.unknown(), total: z.unknown() }).nullable();
const effect = z.looseObject({
  round: z.string(),
  changes: z.array(z.looseObject({ consortium: z.string(), from: standing, to: standing })),
});
export type Effect = z.infer<typeof effect>;

const amount = z.number().optional();
const counts = z.looseObject({
  read: amount,
  create: amount,
  update: amount,
  unchanged: amount,
  delete: amount,
  error: amount,
});

const importDocument = z.looseObject({
  id: z.string(),
  resource: z.string(),
  mode: z.string(),
  onError: z.string(),
  dryRun: z.boolean(),
  status: z.enum(['queued', 'running', 'planned', 'applied', 'refused', 'failed', 'cancelled']),
  counts,
  progress: progress.nullish(),
  standings: z.array(effect).nullish(),
  problems: z.array(fault).nullish(),
  errors: z.array(fault).nullish(),
  createdAt: z.string(),
  expiresAt: z.string().nullish(),
});
export type Import = z.infer<typeof importDocument>;

export const importReply = z.looseObject({ data: importDocument });
export const importsReply = z.looseObject({ data: z.array(importDocument) });

const row = z.looseObject({
  row: z.number(),
  line: z.number().nullish(),
  status: z.string(),
  id: z.string().nullish(),
  changes: z.record(z.string(), z.looseObject({ from: z.unknown(), to: z.unknown() })).nullish(),
});
export type ImportRow = z.infer<typeof row>;
export const rowsReply = z.looseObject({ data: z.array(row) });

const outdated = z.looseObject({
  n: z.number(),
  line: z.number().nullish(),
  id: z.string().nullish(),
  planned: z.string().nullish(),
  now: z.string().nullish(),
});

/** RFC 9457, with the members that the tracker adds. */
export const problemReply = z.looseObject({
  code: z.string(),
  detail: z.string(),
  errors: z.array(fault).optional(),
  import: z.string().optional(),
  rows: z.array(outdated).optional(),
});
export type ProblemDocument = z.infer<typeof problemReply>;

export const importPath = (id: string): string => `/v1/imports/${encodeURIComponent(id)}`;

/** Whether nothing more will become of it. */
export const isOver = ({ status }: Import): boolean => status !== 'queued' && status !== 'running';

const apiKey = z.looseObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  program: z.string().nullish(),
  hint: z.string().nullish(),
  status: z.string(),
  expiresAt: z.string().nullish(),
  formerUntil: z.string().nullish(),
  lastUsedAt: z.string().nullish(),
});
export type ApiKey = z.infer<typeof apiKey>;
export const apiKeyReply = apiKey;
export const secretReply = apiKey.extend({ secret: z.string().nullable() });
export type NewSecret = z.infer<typeof secretReply>;
export const apiKeysReply = z.looseObject({
  data: z.array(apiKey),
  page: z.looseObject({ next: z.string().nullable() }),
});
export const apiKeyHistoryReply = z.looseObject({
  data: z.array(
    z.looseObject({
      event: z.string(),
      at: z.string(),
      actor: z.string(),
      actorName: z.string().nullish(),
      expiresAt: z.string().nullish(),
    }),
  ),
});

export const auditHeadReply = z.looseObject({
  data: z.looseObject({ position: z.number(), hash: z.string() }),
});

const verification = z.looseObject({
  ok: z.boolean(),
  checked: z.looseObject({ transactions: z.number(), versions: z.number() }),
  head: z.looseObject({ position: z.number(), hash: z.string() }),
  break: z
    .looseObject({
      position: z.number().nullable(),
      recordedAt: z.string().nullable(),
      resource: z.string().nullable(),
      id: z.string().nullable(),
      version: z.number().nullable(),
      kind: z.string(),
      detail: z.string(),
    })
    .nullable(),
  exported: z.looseObject({ position: z.number(), onChain: z.boolean() }).nullable(),
});
export const verificationReply = z.looseObject({ data: verification });
