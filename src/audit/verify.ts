/**
 * Recomputes everything: the chain, link by link and with each link what its transaction recorded; then whether anything
 * is there that was not recorded. All of it in one snapshot, a part at a time, so that neither a large database nor those
 * who write meanwhile are in the way; the first break ends it.
 */
import { unprepared, type Database } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import { Problem } from '../kernel/problems.ts';
import { checkBeside } from './beside.ts';
import { placed, type Break, type Finding } from './break.ts';
import { headOf, liesOnChain, type Exported, type Head } from './head.ts';
import { checkLinks, start, stretch } from './links.ts';
import { checkLines, holdersOf, linesAfterHead, linesOnChain, type Holders, type Line } from './versions.ts';

export interface Verification {
  ok: boolean;
  /** What was found in order. */
  checked: { transactions: number; versions: number };
  head: Head;
  break: Break | null;
  exported: (Exported & { onChain: boolean }) | null;
}

export function verify(
  db: Database,
  exported: Exported | undefined,
  gone: AbortSignal,
): Promise<Verification> {
  return db.transaction(
    async (client) => {
      const check = new Check(unprepared(client), gone);
      const { sealed: _, ...head } = await headOf(check.reader);
      const finding = await check.firstBreak(head);
      const onChain = exported === undefined || (await liesOnChain(check.reader, exported));
      return {
        ok: finding === undefined && onChain,
        checked: check.checked,
        head,
        break: finding ? await placed(check.reader, finding) : null,
        exported: exported ? { ...exported, onChain } : null,
      };
    },
    undefined,
    'READ ONLY',
    'REPEATABLE READ',
  );
}

class Check {
  readonly reader: Reader;
  readonly checked = { transactions: 0, versions: 0 };
  readonly #gone: AbortSignal;

  constructor(reader: Reader, gone: AbortSignal) {
    this.reader = reader;
    this.#gone = gone;
  }

  async firstBreak(head: Head): Promise<Finding | undefined> {
    const holders = await holdersOf(this.reader);
    return (
      (await this.#chain(holders)) ??
      (await this.#versions(holders, await linesAfterHead(this.reader))) ??
      (await checkBeside(this.reader, head, holders.keys()))
    );
  }

  async #chain(holders: Holders): Promise<Finding | undefined> {
    let reached = start;
    for (;;) {
      const end = await stretch(this.reader, reached.position);
      if (end === undefined) return undefined;
      const links = await checkLinks(this.reader, reached, end);
      // What comes before a link that does not fit is looked at first.
      const lines = await linesOnChain(this.reader, reached.position, links.reached.position);
      const finding = (await this.#versions(holders, lines)) ?? links.finding;
      if (finding) return finding;
      this.checked.transactions += links.reached.position - reached.position;
      reached = links.reached;
    }
  }

  async #versions(holders: Holders, lines: Line[]): Promise<Finding | undefined> {
    if (this.#gone.aborted) throw new Problem('unavailable', 'Nobody waits for the answer any more.');
    const finding = await checkLines(this.reader, holders, lines);
    if (finding) return finding;
    for (const { operation, rows } of lines) if (operation !== 'delete') this.checked.versions += rows;
    return undefined;
  }
}
