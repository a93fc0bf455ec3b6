/**
 * The limit: Fastify with nothing but a constant body for each path, the bytes that another server answers with, and a 304
 * to whoever has them. `tsx bench/bare.ts <base of the other> <path>…`; LOG_LEVEL as the product has it.
 */
import fastify from 'fastify';

const [base = '', ...paths] = process.argv.slice(2);
const level = process.env.LOG_LEVEL;
const app = fastify({ logger: level === undefined ? false : { level } });

for (const path of paths) {
  const response = await fetch(`${base}${path}`);
  const body = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? '';
  const etag = response.headers.get('etag') ?? '';
  app.get(path.split('?')[0] ?? '', (request, reply) => {
    void reply.header('etag', etag);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type(type).send(body);
  });
}
app.get('/up', (_request, reply) => reply.send('yes'));
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
