/** The program as it is shipped, built once for a whole run: it starts in a third of the time of its sources. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A directory like a checkout in which `npm ci` has run. */
    program: string;
  }
}

const root = fileURLToPath(new URL('../', import.meta.url));

export default async function program(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'tracker-program-'));
  for (const name of ['node_modules', 'prisma', 'package.json'])
    await symlink(join(root, name), join(directory, name));
  await promisify(execFile)(process.execPath, ['esbuild.config.mjs', join(directory, 'dist')], { cwd: root });
  project.provide('program', directory);
  return () => rm(directory, { recursive: true, force: true });
}
