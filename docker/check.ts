/** Looks through docker-compose.yml and the Dockerfile without an engine: what would be missed only when it is too late. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { settings } from '../src/config.ts';

interface Service {
  image?: string;
  build?: { args: Record<string, string> };
  healthcheck?: object;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  environment: Record<string, string>;
  stop_grace_period?: string;
  read_only?: boolean;
  restart?: string;
  logging?: { driver: string; options: Record<string, string> };
}

const text = await readFile(new URL('../docker-compose.yml', import.meta.url), 'utf8');
const { services, volumes } = parse(text) as {
  services: { db: Service; migrate: Service; api: Service };
  volumes: object;
};
const { db, migrate, api } = services;
const dockerfile = await readFile(new URL('Dockerfile', import.meta.url), 'utf8');
const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: { start: string };
};

const expected: [string, boolean][] = [
  ['the database is PostgreSQL 18', db.image?.includes('postgres:18') ?? false],
  ['the database has a health check', db.healthcheck !== undefined],
  [
    'the database keeps its data in a named volume',
    (db.volumes ?? []).includes('db:/var/lib/postgresql') && 'db' in volumes,
  ],
  ['the database is not open to the network', db.ports === undefined],
  ['the API waits for a healthy database', api.depends_on?.db?.condition === 'service_healthy'],
  [
    'the API waits for the migrations, and has neither the login nor the password of the owner',
    api.depends_on?.migrate?.condition === 'service_completed_successfully' &&
      migrate.depends_on?.db?.condition === 'service_healthy' &&
      (api.environment.DATABASE_URL ?? '').startsWith('postgresql://tracker_api@') &&
      !JSON.stringify(api.environment).includes('POSTGRES_PASSWORD'),
  ],
  ['a migration that fails is told, not tried for ever', (migrate.restart ?? 'no') === 'no'],
  ['the API listens on loopback only', (api.ports ?? []).every((port) => port.startsWith('127.0.0.1:'))],
  [
    'the API has longer than SHUTDOWN_SECONDS to stop',
    Number.parseInt(api.stop_grace_period ?? '10s') > settings.SHUTDOWN_SECONDS.schema.parse(undefined),
  ],
  ['the API cannot write to its file system', api.read_only === true],
  [
    'passwords need no escaping',
    [api, migrate].every(({ environment }) => !(environment.DATABASE_URL ?? '').includes('PASSWORD')),
  ],
  [
    'the image runs what `npm start` runs',
    dockerfile.trimEnd().endsWith(`CMD ${JSON.stringify(scripts.start.split(' ')).replaceAll(',', ', ')}`),
  ],
  [
    'logs are bounded',
    [db, migrate, api].every(
      ({ logging }) =>
        logging?.driver === 'json-file' &&
        logging.options['max-size'] !== undefined &&
        logging.options['max-file'] !== undefined,
    ),
  ],
  ['base images can be replaced', api.build?.args.NODE_IMAGE !== undefined],
  [
    'no secret stands in the file',
    ['POSTGRES_PASSWORD', 'API_DATABASE_PASSWORD', 'BOOTSTRAP_ADMIN_KEY'].every((name) =>
      text.includes(`\${${name}:?`),
    ),
  ],
];
const missing = expected.filter(([, met]) => !met).map(([what]) => what);
for (const what of missing) console.error(`docker: not so: ${what}`);
process.exit(missing.length === 0 ? 0 : 1);
