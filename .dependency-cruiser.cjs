/** Which part of the house may lean on which. `npm run check:imports` holds the code to it. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'kernel-stands-alone',
      comment: 'The kernel knows nothing of HTTP, of the database or of resources.',
      severity: 'error',
      from: { path: '^src/kernel' },
      to: { path: '^src/(?!kernel)|node_modules/(fastify|@fastify|@prisma|pg|sql-template-tag)/' },
    },
    {
      name: 'db-knows-no-http',
      severity: 'error',
      from: { path: '^src/db' },
      to: { path: '^src/(http|resource|resources)/|node_modules/(fastify|@fastify)/' },
    },
    {
      name: 'http-knows-no-resource',
      comment: 'What every route shares must not depend on what single resources are.',
      severity: 'error',
      from: { path: '^src/http' },
      to: { path: '^src/resources?/' },
    },
    {
      name: 'declarations-only-declare',
      comment: 'A resource file is a declaration: it reaches neither the database nor HTTP.',
      severity: 'error',
      from: { path: '^src/resources' },
      to: { path: '^src/(db|http)/|node_modules/(fastify|@fastify|@prisma|pg)/' },
    },
    {
      name: 'cli-speaks-http-only',
      comment: 'The command line is a client like any other, but for what is done to the database itself.',
      severity: 'error',
      from: { path: '^src/cli', pathNot: '^src/cli/database' },
      to: {
        path: '^src/(?!cli|kernel|version)|node_modules/(fastify|@fastify|@prisma|pg|sql-template-tag)/',
      },
    },
    {
      name: 'traces-stay-apart',
      comment: 'Whoever wants no traces loads nothing of them.',
      severity: 'error',
      from: { path: '^src/(?!telemetry)' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '^src/(main|resources/)|\\.d\\.ts$|^src/db/prisma' },
      to: {},
    },
    { name: 'not-to-tests', severity: 'error', from: { path: '^src' }, to: { path: '^(test|bench)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/db/prisma' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
