/** Keys that every test database knows. */
import type { Database } from '../src/db/database.ts';
import { installKey } from '../src/keys/install.ts';

export const keys = {
  admin: 'sat_test-admin-key-0123456789abcdefghijkl',
  writer: 'sat_test-writer-key-0123456789abcdefghij',
  importer: 'sat_test-importer-key-0123456789abcdefg',
  planner: 'sat_test-planner-key-0123456789abcdefghi',
  approver: 'sat_test-approver-key-0123456789abcdefgh',
} as const;

export async function installKeys(db: Database): Promise<void> {
  await installKey(db, 'admin', keys.admin, ['admin']);
  await installKey(db, 'writer', keys.writer, ['write']);
  await installKey(db, 'importer', keys.importer, ['import']);
  await installKey(db, 'planner', keys.planner, ['import:plan']);
  await installKey(db, 'approver', keys.approver, ['import:apply']);
}
