/** What the login that serves requests may do. */
import sql from 'sql-template-tag';
import { StartupError } from '../kernel/startup-error.ts';
import type { Database } from './database.ts';
import { apiRole } from './roles.ts';

/** Whether the login may do what only migrations need; refuses one that may not even read. */
export async function ownsTables(db: Database): Promise<boolean> {
  const [may] = await db.query<{ login: string; reads: boolean; alters: boolean | null }>(sql`
    SELECT current_user AS login, has_schema_privilege('history', 'USAGE') AS reads,
           CASE WHEN has_schema_privilege('history', 'USAGE') THEN has_table_privilege('history.chain', 'DELETE') END AS alters`);
  if (may && !may.reads)
    throw new StartupError(
      `The database login ${may.login} may not read the tracker's tables: GRANT ${apiRole} TO it (README, Two logins).`,
    );
  return may?.alters ?? false;
}
