/** How far a long import is: a bar on a terminal, now and then a line elsewhere. Both on standard error. */
import { SingleBar } from 'cli-progress';
import { harmless, number, say } from './output.ts';
import type { Progress } from './wire.ts';

const betweenLines = 5000;

export class ProgressReport {
  #bar: SingleBar | undefined;
  #last = -Infinity;

  show(progress: Progress): void {
    if (process.stderr.isTTY) this.#draw(progress);
    else if (performance.now() - this.#last >= betweenLines) {
      this.#last = performance.now();
      const part = partOf(progress);
      say(
        [
          progress.phase,
          ...(part === undefined ? [] : [`${Math.floor(part * 100)} %`]),
          ...words(progress),
        ].join(', '),
      );
    }
  }

  /** Before anything else is written. */
  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #draw(progress: Progress): void {
    const payload = { text: harmless([progress.phase, ...words(progress)].join(', ')) };
    const done = Math.floor((partOf(progress) ?? 0) * 100);
    if (this.#bar) this.#bar.update(done, payload);
    else {
      // Ctrl-C is ours to deal with.
      this.#bar = new SingleBar({
        format: '{bar} {percentage} % {text}',
        stream: process.stderr,
        barsize: 24,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false,
      });
      this.#bar.start(100, done, payload);
    }
  }
}

const partOf = ({ bytes, totalBytes }: Progress): number | undefined =>
  typeof bytes === 'number' && typeof totalBytes === 'number' && totalBytes > 0
    ? Math.min(1, bytes / totalBytes)
    : undefined;

function words({ read, valid, written, rate, secondsLeft }: Progress): string[] {
  const told: [number | null | undefined, string][] = [
    [read, 'rows read'],
    [valid, 'valid'],
    [written, 'written'],
    [rate, 'rows/s'],
    [secondsLeft, 's left'],
  ];
  return told.flatMap(([value, unit]) => (typeof value === 'number' ? [`${number(value)} ${unit}`] : []));
}
