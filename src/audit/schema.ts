/** The public form of heads, keys and verifications. */
import { z } from 'zod';
import { instant, words } from '../views/schemas.ts';
import { breakKinds, type BreakKind } from './break.ts';

/** A number of the database that may pass 2³¹. */
const large = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .meta({ description, format: 'int64', examples: [example] });
const exampleHash = '6b2f0e7c5d1a4938b7c6d5e4f3a2918070615243f4e5d6c7b8a9091827364554';
export const hexHash = (description: string) =>
  z
    .string()
    .length(64)
    .regex(/^[0-9a-fA-F]{64}$/)
    .meta({ description, examples: [exampleHash] });
export const position = (description: string) => large(description, 1024);

const head = {
  position: position('How many transactions are on the chain; 0 before the first.'),
  transaction: large('The last of them; null before the first.', 1031).nullable(),
  recordedAt: instant(
    'When it was recorded; null before the first.',
    '2026-11-25T12:00:00.123456Z',
  ).nullable(),
  hash: hexHash('SHA-256, in hexadecimal: of the hash before and of what the transaction recorded.'),
};

export const headReply = z
  .strictObject({
    data: z
      .strictObject({
        ...head,
        signature: z
          .string()
          .max(2_000)
          .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
          .meta({
            description:
              'A JSON Web Signature (RFC 7515, compact) of these fields and of `iat`, the moment of sealing, made with Ed25519 (RFC 8037) by a key of /v1/audit/keys.',
          }),
      })
      .meta({ id: 'AuditHead', description: 'A head of the chain, signed.' }),
  })
  .meta({ id: 'AuditHeadReply', description: 'The head of the chain.' });

const base64url = (description: string, example: string) =>
  z
    .string()
    .length(43)
    .regex(/^[\w-]{43}$/)
    .meta({ description, examples: [example] });

export const keysReply = z
  .strictObject({
    keys: z
      .array(
        z
          .strictObject({
            kty: z.literal('OKP').meta({ description: 'The type of key.' }),
            crv: z.literal('Ed25519').meta({ description: 'The curve.' }),
            x: base64url('The public key.', '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'),
            kid: base64url('Its thumbprint (RFC 7638).', 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'),
            use: z.literal('sig').meta({ description: 'What it is for.' }),
            alg: z.literal('EdDSA').meta({ description: 'How it signs.' }),
          })
          .meta({ id: 'AuditKey', description: 'A public key (RFC 8037).' }),
      )
      .max(1_000)
      .meta({ description: 'The newest first; those that are not used any more as well.' }),
  })
  .meta({ id: 'AuditKeys', description: 'A JSON Web Key Set (RFC 7517).' });

const kinds = Object.keys(breakKinds) as [BreakKind];
const breakSchema = z
  .strictObject({
    position: position('Where on the chain; null where it is not on it.').nullable(),
    transaction: large('The transaction; null where none is known.', 1031).nullable(),
    recordedAt: instant('When that was recorded.', '2026-11-25T12:00:00.123456Z').nullable(),
    resource: words(
      'The resource (or `consortium-members`, a part of one), where it is about a row.',
      'evaluations',
      80,
    ).nullable(),
    id: words('The row.', '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d', 4_000).nullable(),
    version: z
      .int()
      .min(-2_147_483_648)
      .max(2_147_483_647)
      .meta({ description: 'The version of it.', format: 'int32', examples: [2] })
      .nullable(),
    kind: z.enum(kinds).meta({
      description: `${kinds.map((kind) => `\`${kind}\`: ${breakKinds[kind]}`).join('; ')}.`,
      examples: ['version-changed'],
    }),
    detail: words(
      'What is wrong, in a sentence.',
      'the version is not the one that transaction 1031 recorded (update)',
    ),
  })
  .meta({ id: 'AuditBreak', description: 'Where the log and what is stored part.' });

export const verifyReply = z
  .strictObject({
    data: z
      .strictObject({
        ok: z.boolean().meta({
          description:
            'Whether everything is as it was recorded and the head that was asked about lies on the chain.',
          examples: [true],
        }),
        checked: z
          .strictObject({
            transactions: large('Transactions on the chain that were found in order.', 1024),
            versions: large('Versions of rows that were found to be as they were recorded.', 3_210),
          })
          .meta({ id: 'AuditChecked', description: 'What was checked, up to the first break.' }),
        head: z.strictObject(head).meta({ id: 'AuditPlainHead', description: 'The head of the chain.' }),
        break: breakSchema.nullable().meta({ description: 'The first break; null where there is none.' }),
        exported: z
          .strictObject({
            position: head.position,
            hash: head.hash,
            onChain: z
              .boolean()
              .meta({ description: 'Whether the chain has that hash there.', examples: [true] }),
          })
          .meta({ id: 'AuditExported', description: 'A head that was exported earlier.' })
          .nullable()
          .meta({ description: 'What was asked about with `position` and `hash`; null without.' }),
      })
      .meta({ id: 'AuditVerification', description: 'What a verification has found.' }),
  })
  .meta({ id: 'AuditVerificationReply', description: 'A verification.' });
