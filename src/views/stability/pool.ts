/**
 * Simulations run in threads of their own, so that other requests go on being answered. Two threads are opened when they
 * are first needed and used again; what comes while both are at work waits in a queue, and when that is full the request
 * is refused rather than kept for longer than anybody would wait. An idle thread does not keep the process alive.
 */
import { Worker } from 'node:worker_threads';
import { Problem } from '../../kernel/problems.ts';
import type { Simulation, Task } from './simulate.ts';

const threadsMost = 2;
const waitingMost = 16;

interface Job {
  task: Task;
  resolve: (simulation: Simulation) => void;
  reject: (reason: unknown) => void;
}

const idle: Worker[] = [];
const busy = new Map<Worker, Job>();
const waiting: Job[] = [];

export function simulateAside(task: Task): Promise<Simulation> {
  if (waiting.length >= waitingMost)
    throw new Problem('unavailable', 'Too many simulations are waiting already.', {
      headers: { 'retry-after': '1' },
    });
  return new Promise((resolve, reject) => {
    waiting.push({ task, resolve, reject });
    next();
  });
}

function next(): void {
  if (idle.length === 0 && busy.size >= threadsMost) return;
  const job = waiting.shift();
  if (!job) return;
  const worker = idle.pop() ?? open();
  busy.set(worker, job);
  worker.ref();
  worker.postMessage(job.task);
}

/** From the sources, as in tests and in development, a thread needs the loader for TypeScript that is at work here too. */
function entry(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./worker.js', import.meta.url);
  const [loader, file] = [import.meta.resolve('tsx/esm/api'), new URL('./worker.ts', import.meta.url).href];
  const code = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(file)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

function open(): Worker {
  const worker = new Worker(entry());
  const done = (): Job | undefined => {
    const job = busy.get(worker);
    busy.delete(worker);
    return job;
  };
  worker.on('message', (simulation: Simulation) => {
    const job = done();
    worker.unref();
    idle.push(worker);
    job?.resolve(simulation);
    next();
  });
  // An error ends the thread; the next task gets a new one.
  worker.on('error', (error) => {
    done()?.reject(error);
    next();
  });
  worker.on('exit', () => {
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
    done()?.reject(new Error('the simulation thread ended'));
    next();
  });
  return worker;
}
