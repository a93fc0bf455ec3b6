/** The public form of API keys. */
import { z } from 'zod';
import { printable } from '../resource/fields.ts';
import { pageSchema } from '../resource/operations.ts';
import { count, instant, listOf, slug, uuid, words } from '../views/schemas.ts';
import { bootstrap } from './install.ts';
import { scopes } from './key.ts';
import { states } from './store.ts';

export const exampleId = '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d';
const name = z
  .string()
  .min(1)
  .max(80)
  .regex(printable, 'must not contain control characters')
  .meta({
    description: 'What it is called: by it people tell keys apart. It is given once, and never again.',
    examples: ['nightly import'],
  });
const scopeList = z
  .array(z.enum(scopes))
  .min(1)
  .max(scopes.length)
  .meta({
    description:
      'What it may do: `import:plan` (propose imports), `import:apply` (approve them), `import` (both), `write` (single rows), `admin` (everything, keys and the audit log included).',
    examples: [['import:plan']],
  });
const program = slug(
  'The programme that it is bound to: it writes only rows of that one. Null where it is bound to none.',
  'kr-safm',
).nullable() as z.ZodType<string | null>;
const expiresAt = instant(
  'Until when it is valid; null where it does not expire.',
  '2027-06-30T00:00:00Z',
).nullable() as z.ZodType<string | null>;

const key = {
  id: uuid('The id.', exampleId),
  name,
  scopes: scopeList,
  program,
  hint: z
    .string()
    .max(20)
    .regex(/^[\w-]+$/)
    .nullable()
    .meta({
      description: 'How the secret begins, to tell which one was found; null for one that was not made here.',
      examples: ['satk_3kTd'],
    }),
  status: z.enum(states).meta({ description: 'Whether it is valid, and if not why.', examples: ['active'] }),
  createdAt: instant('When it was made.', '2026-11-25T12:00:00.123456Z'),
  createdBy: uuid('The key that made it; null where the server did when it started.', exampleId).nullable(),
  expiresAt,
  rotatedAt: instant('When it last got a new secret.', '2026-11-25T12:00:00.123456Z').nullable(),
  formerUntil: instant(
    'Until when the secret before is valid as well; null where it is not.',
    '2026-11-26T12:00:00.123456Z',
  ).nullable(),
  lastUsedAt: instant(
    'When it was last used, as far as that is written down: about once a minute. Null where never.',
    '2026-11-25T12:00:00.123456Z',
  ).nullable(),
  revokedAt: instant('When it was revoked.', '2026-11-25T12:00:00.123456Z').nullable(),
  version: count('How often it was changed; starts at 1.', 1),
};

export const keyReply = z
  .strictObject(key)
  .meta({ id: 'ApiKey', description: 'An API key, without its secret, which nobody knows but its holder.' });

export const secretReply = z
  .strictObject({
    ...key,
    secret: z
      .string()
      .length(54)
      .regex(/^satk_[0-9A-Za-z]{49}$/)
      .nullable()
      .meta({
        description:
          'The key itself, told this once. Null in a replay (`Idempotency-Replayed: true`): it was not kept.',
        examples: ['satk_3kTd000000000000000000000000000000000000000000000'],
      }),
  })
  .meta({ id: 'ApiKeyWithSecret', description: 'An API key that has just got a secret.' });

export const keysReply = z
  .strictObject({ data: listOf(keyReply, 'The newest first.', 500), page: pageSchema })
  .meta({ id: 'ApiKeyList', description: 'A page of API keys.' });

export const keyHistoryReply = z
  .strictObject({
    data: listOf(
      z
        .strictObject({
          event: z.enum(['created', 'changed', 'rotated', 'revoked', 'restored']).meta({
            description: 'What was done. `restored`: a revoked BOOTSTRAP_ADMIN_KEY was given another value.',
            examples: ['created'],
          }),
          at: instant('When.', '2026-11-25T12:00:00.123456Z'),
          actor: words(
            'The id of the key that did it, or who else: `database:…`, `migration`.',
            exampleId,
            200,
          ),
          actorName: words('The name of that key.', 'first-start', 80).nullable(),
          request: words('The id of the request that did it.', exampleId, 200).nullable(),
          expiresAt,
          formerUntil: key.formerUntil,
        })
        .meta({ id: 'ApiKeyEvent', description: 'Something that was done to a key.' }),
      'The newest first.',
      500,
    ),
    page: pageSchema,
  })
  .meta({ id: 'ApiKeyHistory', description: 'What was done to a key.' });

export const newKeyBody = z
  .strictObject({
    name: name.refine((text) => text !== bootstrap, 'is the name of the key that BOOTSTRAP_ADMIN_KEY sets'),
    scopes: scopeList.refine(
      (list) => new Set(list).size === list.length,
      'must not name the same scope twice',
    ),
    program: program.optional(),
    expiresAt: expiresAt.optional(),
  })
  .meta({ id: 'NewApiKey', description: 'A new API key.' });

export const keyPatchBody = z.strictObject({ expiresAt: expiresAt.optional() }).meta({
  id: 'ApiKeyPatch',
  description: 'Changes to a key. What it may do and what it is called never changes: make another one.',
});

const overlapMost = 2_592_000;
export const rotationBody = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(overlapMost)
      .default(86_400)
      .meta({
        description:
          'How long the secret before stays valid beside the new one: a day unless told, 30 days at most. 0 ends it at once: for one that has leaked.',
        format: 'int32',
        examples: [86_400],
      }),
  })
  .meta({ id: 'ApiKeyRotation', description: 'How a key is rotated.' });
