/** A millisecond that is over: what was written before belongs to it, what comes next does not. */
export async function moment(): Promise<string> {
  const now = Date.now();
  while (Date.now() === now) await new Promise(setImmediate);
  return new Date(now).toISOString();
}
