/** A comparison is only fair between those that give the same answer. */
import { isDeepStrictEqual } from 'node:util';

/** pg gives instants as dates, which hold milliseconds; cursors are written as everybody likes. */
const plain = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) => {
    if (key === 'next' && typeof value === 'string') return 'more';
    return /(created|updated)At$/.test(key) ? String(value).slice(0, 23) : value;
  });

/** Members come in any order, rows do not. */
export async function refuseOther(urls: string[]): Promise<void> {
  const [first, ...others] = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`);
      return plain(text);
    }),
  );
  for (const [i, other] of others.entries())
    if (!isDeepStrictEqual(other, first))
      throw new Error(
        `${urls[i + 1] ?? ''} does not answer as ${urls[0] ?? ''}:\n${JSON.stringify(other)}\n${JSON.stringify(first)}`,
      );
}
