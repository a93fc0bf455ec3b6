/** Disks that are small, and full. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { AS_ROOT, freshDirectory, undo } from '../db/embedded-support.ts';

/** A small disk of our own. Skips the test where we may not mount one. */
export function mountDisk(context: TestContext, sizeMb: number): string {
  const disk = freshDirectory();
  mkdirSync(disk);
  const mounted =
    AS_ROOT && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', disk]).status === 0;
  if (!mounted) context.skip('needs the right to mount');
  undo.push(() => spawnSync('umount', ['-l', disk]));
  return disk;
}

/** Takes what is free, but for so much, and gives a function that frees it. */
export function fill(disk: string, leftMb: number): () => void {
  const { bavail, bsize } = statfsSync(disk);
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - leftMb * 2 ** 20));
  return () => {
    rmSync(ballast);
  };
}
