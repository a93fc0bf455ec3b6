/** `npm run seed`: loads the data set into DATABASE_URL, or adds what is missing. Running it again changes nothing. */
import { Database } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { seed } from '../src/resource/seed.ts';
import { loadRegistry } from '../src/resource/registry.ts';

const { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl } = process.env;
if (url === undefined) {
  console.error(
    'Set DATABASE_URL. With the embedded database the data set is loaded by the first `npm start`.',
  );
  process.exit(2);
}
await migrate(ownerUrl === undefined || ownerUrl === '' ? url : ownerUrl);
const db = new Database(url, 2);
for (const [resource, rows] of Object.entries(await seed(db, await loadRegistry())))
  console.log(`${resource}: ${rows} added`);
await db.end();
