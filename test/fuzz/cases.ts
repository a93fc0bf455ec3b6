/** Requests that everybody makes some time: as the document shows them, and each with one thing that must be refused. */
import type { Sent } from './bodies.ts';
import type { Operation, Parameter } from './document.ts';
import { current, gone, made, type Draft } from './requests.ts';

/** As the document shows it: what every operation must be able to answer. */
export function shown(operation: Operation, ids: readonly string[]): Draft {
  const valueOf = ({ example, schema }: Parameter): string | undefined => {
    const value = example ?? schema.examples?.[0];
    return typeof value === 'string' ? value : undefined;
  };
  const of = (place: Parameter['in']): Parameter[] => operation.parameters.filter((one) => one.in === place);
  const [[type, media] = []] = Object.entries(operation.bodies);
  const changes = operation.method !== 'GET';
  return {
    path: Object.fromEntries(
      of('path').map((one) => {
        const known = valueOf(one);
        const there = one.name !== 'id' || (!changes && known !== undefined && ids.includes(known));
        return [one.name, there && known !== undefined ? known : changes ? made : (ids[0] ?? made)];
      }),
    ),
    query: of('query').flatMap((one): [string, string][] => {
      const text = one.required ? valueOf(one) : { correction: 'true', reason: 'shown' }[one.name];
      return text === undefined || ('text/csv' in operation.bodies && !one.required)
        ? []
        : [[one.name, text]];
    }),
    headers: Object.fromEntries(
      of('header').flatMap((one): [string, string][] =>
        one.name === 'If-Match'
          ? [['if-match', current]]
          : one.required
            ? [[one.name.toLowerCase(), `shown-${operation.id}`]]
            : [],
      ),
    ),
    body:
      type === undefined
        ? undefined
        : {
            type,
            bytes: Buffer.from(
              typeof media?.example === 'string' ? media.example : JSON.stringify(media?.example ?? {}),
            ),
          },
    suffix: '',
    head: false,
    key: 'full',
  };
}

const withHeaders = (draft: Draft, headers: Record<string, string>): Draft => ({
  ...draft,
  headers: { ...draft.headers, ...headers },
});
const without = ({ headers, ...draft }: Draft, name: string): Draft => ({
  ...draft,
  headers: Object.fromEntries(Object.entries(headers).filter(([field]) => field !== name)),
});

/** One for each status that the document gives to operations of this kind. */
export function cases(operation: Operation, ids: readonly string[]): Draft[] {
  const draft = shown(operation, ids);
  const takes = (name: string): boolean => operation.parameters.some((one) => one.name === name);
  const all = [
    draft,
    { ...draft, key: 'none' as const },
    { ...draft, key: 'forged' as const },
    { ...draft, key: 'other' as const },
    { ...draft, suffix: '%zz' },
    { ...draft, suffix: `q=${'a'.repeat(9000)}` },
    withHeaders(draft, { accept: 'image/png' }),
    withHeaders(draft, { huge: 'x'.repeat(17_000) }),
  ];
  if (operation.method === 'GET') all.push({ ...draft, head: true });
  if (takes('If-None-Match'))
    all.push(withHeaders(draft, { 'if-none-match': current }), withHeaders(draft, { 'if-none-match': '*' }));
  if (takes('If-Match'))
    all.push(withHeaders(draft, { 'if-match': '"0-stale"' }), without(draft, 'if-match'));
  if (takes('Prefer'))
    all.push(withHeaders(draft, { prefer: 'respond-async', 'idempotency-key': `async-${operation.id}` }));
  if ('id' in draft.path)
    for (const id of [gone, 'no-such-thing', '01a205b3-d019-7588-9551-f83d51a42121'])
      all.push({ ...draft, path: { ...draft.path, id } });
  const { body } = draft;
  const sent = (change: Partial<Sent>): void => {
    if (body) all.push({ ...draft, body: { ...body, ...change } });
  };
  sent({ type: 'text/plain' });
  sent({ bytes: Buffer.from('{') });
  sent({ bytes: Buffer.from('{"unknown": 1}') });
  sent({ bytes: Buffer.alloc(1_100_000, ' ') });
  if (takes('Idempotency-Key')) {
    const once = withHeaders(draft, { 'idempotency-key': `once-${operation.id}` });
    all.push(once, once);
    if (body) all.push({ ...once, body: { ...body, bytes: Buffer.from('{}') } });
  }
  return all;
}
