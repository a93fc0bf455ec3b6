/** The settings, all from the environment, checked once at start with every fault reported. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { isMistyped } from './kernel/secret.ts';
import { signingKeyOf } from './kernel/signing-key.ts';
import { StartupError } from './kernel/startup-error.ts';
import { telemetrySettings } from './telemetry/settings.ts';

const flag = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((value) => value === 'true' || value === '1');
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** As browsers send it: no path, not even a slash. */
const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;

const networks = new Set(['loopback', 'linklocal', 'uniquelocal']);
function isProxy(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  const fits = bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  return networks.has(text) || (family !== 0 && fits && more.length === 0);
}

/** What RFC 9116 takes: an address with its scheme, and of the web only over TLS. */
const isContact = (text: string): boolean =>
  /^(https:\/\/|mailto:|tel:)[\x21-\x7e]+$/.test(text) && URL.canParse(text);

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be a PostgreSQL URL: postgresql://user:password@host:5432/database')
  .optional();

export const settings = {
  HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    meaning: 'Address to listen on; `0.0.0.0` for all.',
  },
  PORT: { schema: whole(0, 65535).default(3000), meaning: 'Port to listen on; 0 takes a free one.' },
  DATABASE_URL: {
    schema: databaseUrl,
    meaning: 'A PostgreSQL 18 or later to use instead of the embedded one.',
  },
  MIGRATION_DATABASE_URL: {
    schema: databaseUrl,
    meaning:
      'The same database for the login that owns the tables and applies migrations, so that the one of `DATABASE_URL` need not (see Two logins).',
  },
  DATABASE_POOL: { schema: whole(2, 500).default(10), meaning: 'Connections to the database at most.' },
  DATA_DIR: {
    schema: z.string().min(1).default('.data'),
    meaning: 'Where the embedded PostgreSQL keeps its data.',
  },
  PUBLIC_READ: { schema: flag.default(true), meaning: 'Whether reading needs no key.' },
  BOOTSTRAP_ADMIN_KEY: {
    schema: z
      .string()
      .min(32, 'must have at least 32 characters')
      .max(512)
      .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without blanks')
      .refine(
        (secret) => !isMistyped(secret),
        'looks like a key of this tracker, and its checksum is not right',
      )
      .optional(),
    meaning:
      'A key of at least 32 characters that is installed as an admin key at start, for scripts and containers.',
  },
  AUDIT_SIGNING_KEY: {
    schema: z
      .string()
      .transform((text, context) => {
        const key = signingKeyOf(text);
        // Not repeated: it is a secret.
        if (!key) context.addIssue('must be an Ed25519 private key: PKCS#8 as PEM, or that in base64');
        return key;
      })
      .optional(),
    meaning:
      'The Ed25519 private key that heads of the audit log are signed with (PKCS#8 as PEM, or that in base64). Without it one is made and kept in the database.',
  },
  LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    meaning: 'How much is logged (JSON lines on standard output).',
  },
  METRICS: {
    schema: z.enum(['admin', 'public', 'off']).default('admin'),
    meaning:
      'Who may read `/metrics`: who has a key with the scope `admin`, everybody (`public`, where only your own network gets there), or nobody (`off`).',
  },
  ...telemetrySettings,
  SECURITY_CONTACT: {
    schema: z
      .string()
      .transform((text) => text.split(',').map((one) => one.trim()))
      .refine(
        (contacts) => contacts.every(isContact),
        'must be https:, mailto: or tel: addresses, separated by commas',
      )
      .optional(),
    meaning:
      'Whom to tell of a weakness, for `/.well-known/security.txt`: `mailto:`, `https:` or `tel:` addresses, separated by commas. Without it there is no such file.',
  },
  CORS_ORIGINS: {
    schema: z
      .string()
      .refine(
        (text) => text === '*' || text === 'none' || text.split(',').every(isOrigin),
        'must be `*`, `none`, or origins like https://example.org, separated by commas and without a path',
      )
      .default('*'),
    meaning:
      'Which web pages of other hosts may read: `*`, `none`, or origins separated by commas. Never with credentials that a browser adds by itself.',
  },
  TRUST_PROXY: {
    schema: z
      .string()
      .transform((text) => text.split(',').map((one) => one.trim()))
      .refine(
        (proxies) => proxies.every(isProxy),
        'must be addresses or networks (10.0.0.0/8), or loopback, linklocal, uniquelocal, separated by commas',
      )
      .optional(),
    meaning:
      'The proxies in front, whose `X-Forwarded-For`, `-Proto` and `-Host` are believed: addresses, networks (`10.0.0.0/8`), `loopback`, `linklocal`, `uniquelocal`, separated by commas. Without it these fields count for nothing.',
  },
  RATE_LIMIT_READS: {
    schema: whole(0, 100_000_000).default(3_000),
    meaning: 'Reads a minute for a key, or for an address without one; 0 for no limit.',
  },
  RATE_LIMIT_WRITES: {
    schema: whole(0, 100_000_000).default(300),
    meaning: 'Writes a minute for a key, or for an address without one; 0 for no limit.',
  },
  RATE_LIMIT_STORE: {
    schema: z.enum(['memory', 'postgres']).default('memory'),
    meaning:
      'Where both are counted: in the `memory` of each node, or together for several nodes in `postgres` (told once a second, not with each request).',
  },
  EXPORTS_AT_ONCE: {
    schema: whole(1, 10_000).default(32),
    meaning: 'Exports under way at most; one key or address has half of them at most.',
  },
  IMPORTS_AT_ONCE: {
    schema: whole(1, 10_000).default(16),
    meaning: 'Imports that are received or carried out at once at most; one key has half of them at most.',
  },
  STREAMS_AT_ONCE: {
    schema: whole(1, 100_000).default(1_000),
    meaning:
      'Open event streams, and requests that wait for changes, at most; one key or address has half of them at most.',
  },
  JOBS_PER_KEY: {
    schema: whole(1, 10_000).default(20),
    meaning: 'Large imports of one key that wait or run at most.',
  },
  READ_SECONDS: {
    schema: whole(1, 600).default(20),
    meaning: 'How long a statement that only reads may take; one that writes or exports has 60.',
  },
  PRESSURE_MILLISECONDS: {
    schema: whole(0, 60_000).default(1_000),
    meaning:
      'By how much the server may be behind with everything before it refuses requests with 503 (health checks excepted); 0 for never.',
  },
  BODY_LIMIT: {
    schema: whole(1024, 104_857_600).default(1_048_576),
    meaning: 'Bytes of a request body at most.',
  },
  CACHE_BYTES: {
    schema: whole(0, 999_999_999).default(67_108_864),
    meaning:
      'Memory for replies that are kept and sent again while nothing that they tell has changed; 0 keeps none.',
  },
  IMPORT_BYTES: {
    schema: whole(1024, 999_999_999).default(268_435_456),
    meaning: 'Bytes of an imported file at most, as it is sent.',
  },
  SHUTDOWN_SECONDS: {
    schema: whole(1, 600).default(15),
    meaning: 'How long requests in flight may take when the server stops.',
  },
  DRAIN_SECONDS: {
    schema: whole(0, 600).default(0),
    meaning:
      'How long a server that is asked to stop still takes requests while `/readyz` says no: of several behind a load balancer, longer than that takes to notice.',
  },
  SEED: { schema: flag.default(true), meaning: 'Whether the data set is loaded into an empty database.' },
} as const;

const schema = z.object(
  Object.fromEntries(Object.entries(settings).map(([name, { schema: one }]) => [name, one])) as {
    [K in keyof typeof settings]: (typeof settings)[K]['schema'];
  },
);

export type Config = z.infer<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv): Config {
  // An empty variable, as compose files and shells leave behind, counts as not set.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name in settings && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) {
    if (parsed.data.MIGRATION_DATABASE_URL !== undefined && parsed.data.DATABASE_URL === undefined)
      throw new StartupError('MIGRATION_DATABASE_URL goes with DATABASE_URL, which is not set.');
    return parsed.data;
  }
  const faults = parsed.error.issues.map(
    ({ path, message }) =>
      `${path.join('.')} ${message.startsWith('Invalid option') ? message.replace('Invalid option: expected', 'must be') : message}`,
  );
  throw new StartupError(`The settings do not fit: ${faults.join('; ')}`);
}
