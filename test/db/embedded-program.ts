/** A program with an embedded PostgreSQL, for the tests: it can be killed, be another user, and be elsewhere. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { expect } from 'vitest';

import { madeOnce, open, SOURCE, SOURCE_FILES, undo } from './embedded-support.ts';

export const MODULES = resolve(import.meta.dirname, '../../node_modules');

/** A project with the module in JavaScript: a dozen programs start in half the time without a compiler in them. */
export async function builtProject(): Promise<string> {
  const built = await madeOnce('project', async (draft) => {
    const { default: ts } = await import('typescript'); // takes as long as two starts of the server
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      rewriteRelativeImportExtensions: true,
    };
    for (const file of SOURCE_FILES) {
      const text = readFileSync(join(SOURCE, file), 'utf8');
      const { outputText } = ts.transpileModule(text, { compilerOptions });
      mkdirSync(dirname(join(draft, file)), { recursive: true });
      writeFileSync(join(draft, file.replace(/ts$/, 'js')), outputText);
    }
    writeFileSync(join(draft, 'package.json'), '{"type":"module"}');
    symlinkSync(MODULES, join(draft, 'node_modules'));
  });
  const project = join(open, 'project'); // where other users can read it
  if (!existsSync(project)) cpSync(built, project, { recursive: true });
  return project;
}

const CHILD = `
import { createInterface } from 'node:readline';
const say = (event, more) => process.stdout.write(JSON.stringify({ event, ...more }) + '\\n');
process.on('SIGINT', () => say('interrupted'));
const { startEmbedded } = await import(process.env.EMBEDDED_MODULE);
say('loaded');
let server;
for await (const line of createInterface({ input: process.stdin })) {
  const [command, dataDir] = line.split(' ');
  try {
    if (command === 'start') {
      server = await startEmbedded({ dataDir });
      say('started', { url: server.url, socketDir: server.socketDir });
    } else {
      await server.stop();
      say('stopped', await server.exited);
    }
  } catch (error) {
    say('failed', { name: error.name, message: error.message });
  }
}
`;

interface Said {
  event: string;
  url: string;
  socketDir: string;
  name: string;
  message: string;
  expected: boolean;
}

interface LaunchOptions {
  uid?: number;
  from?: string;
  temporaryDir?: string;
  prefix?: string[];
}

/** Another Node process, which can be killed and be another user; it has imported the module when this returns. */
export async function launch({ uid, from, temporaryDir = tmpdir(), prefix = [] }: LaunchOptions = {}) {
  const [command, ...args] = [...prefix, process.execPath, '--input-type=module', '-e', CHILD];
  const project = from ?? (await builtProject());
  const child = spawn(command, args, {
    cwd: project,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporaryDir, EMBEDDED_MODULE: join(project, 'db/embedded.js') },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const exit = once(child, 'exit');
  const said = new EventEmitter();
  createInterface({ input: child.stdout }).on('line', (line) => said.emit('said', JSON.parse(line) as Said));
  const next = async () => {
    const ended = exit.then(() => [{ event: 'ended' } as Said]);
    const [answer] = (await Promise.race([once(said, 'said'), ended])) as [Said];
    return answer;
  };
  undo.push(async () => {
    child.stdin.end();
    await exit;
  });
  const { pid = 0 } = child;
  const loaded = await next();
  expect(loaded.event).toBe('loaded');
  return {
    pid,
    exit,
    next,
    ask: (line: string) => {
      const answer = next();
      child.stdin.write(`${line}\n`);
      return answer;
    },
    end: () => child.stdin.end(),
    killed: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
