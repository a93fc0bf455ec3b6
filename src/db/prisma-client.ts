/**
 * Prisma's typed client, for the ordinary single-row work of administration. It costs 80 MB and 0.2 s to load, so
 * it is loaded when it is first needed and shares the one pool; requests for data never wait for it.
 */
import type { PrismaClient } from './prisma/client.ts';
import type { Database } from './database.ts';

export async function withPrisma<T>(db: Database, work: (prisma: PrismaClient) => Promise<T>): Promise<T> {
  const [{ PrismaPg }, prisma] = await Promise.all([
    import('@prisma/adapter-pg'),
    import('./prisma/client.ts'),
  ]);
  const client = new prisma.PrismaClient({ adapter: new PrismaPg(db.pool) });
  try {
    return await work(client);
  } finally {
    await client.$disconnect();
  }
}
