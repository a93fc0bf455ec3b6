/** Which imports a key has to do with, beyond its scopes. */
import { Problem } from '../kernel/problems.ts';

/** One that is bound to a programme: only those that such a key has ordered. */
export function refuseOthers(bound: string | undefined, program: string | null): void {
  if (bound === undefined || bound === program) return;
  const other = program === null ? 'none' : `\`${program}\``;
  throw new Problem(
    'outside-program',
    `The key is bound to the programme \`${bound}\`; the key that ordered this import is bound to ${other}.`,
  );
}
