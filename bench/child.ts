/** A server as a process of its own, on a port of its own; what it logs goes nowhere. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Served {
  base: string;
  pid: number;
  /** From the call to the first 200, in milliseconds. */
  startedIn: number;
  /** Memory now, and at most so far, in bytes. */
  memory: () => number;
  peak: () => number;
  stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

const isUp = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
};

/** `command`: what Node runs. `path` answers 200 as soon as it is up. */
export async function serve(command: string[], env: Record<string, string>, path: string): Promise<Served> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const start = performance.now();
  const child = spawn(process.execPath, command, {
    cwd: new URL('../', import.meta.url),
    env: { PATH: process.env.PATH, PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await isUp(`${base}${path}`))) {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended with ${child.exitCode}`);
    await delay(5);
  }
  const pid = child.pid ?? 0;
  const figure = (name: string): number => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(new RegExp(`${name}:\\s+([0-9]+)`).exec(status)?.[1]);
  };
  return {
    base,
    pid,
    startedIn: performance.now() - start,
    memory: () => figure('VmRSS'),
    peak: () => figure('VmHWM'),
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
