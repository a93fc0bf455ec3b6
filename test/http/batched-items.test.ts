/** Items that many ask for at the same time: read together, and each is told what it asked for. */
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();

test.each(['', '?include=lead,members&lang=ko', '?fields=id'])(
  'items%s asked for at once are those that each gets alone',
  async (query) => {
    const { body } = await it.anyone.get('/v1/consortiums?fields=id').expect(200);
    const ids = (body as { data: { id: string }[] }).data.map(({ id }) => id);
    const asked = [...ids, 'nobody-at-all', ...ids.toReversed()].flatMap((id) => [id, id]);
    // Spelt so that none is sent what another was.
    const replies = await Promise.all(
      asked.map((id, i) =>
        it.anyone.get(`/v1/consortiums/${id}${query}`).set('accept-language', `en;q=0.${i + 1}`),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(
      asked.map((id) => (id === 'nobody-at-all' ? 404 : 200)),
    );
    for (const [i, id] of asked.entries()) {
      if (id === 'nobody-at-all') continue;
      const alone = await it.anyone.get(`/v1/consortiums/${id}${query}`).set('accept-language', 'en;q=0.999');
      expect(replies[i]?.text).toBe(alone.text);
      expect(replies[i]?.headers.etag).toBe(alone.headers.etag);
    }
  },
);
