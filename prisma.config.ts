import { defineConfig } from 'prisma/config';

// generate, validate and format never call the schema engine, yet the CLI wants to download it first. Any
// program in its place keeps them offline; commands that really migrate need the real one and get it.
if (process.argv.some((word) => ['generate', 'validate', 'format'].includes(word))) {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
}

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'tsx prisma/seed.ts' },
  // Only `prisma migrate` connects; generating the client needs no database.
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost/tracker' },
});
