/**
 * Simulations run in threads of their own, so that other requests go on being answered. Two threads are opened when they
 * are first needed and used again; what comes while both are at work waits in a queue, and when that is full the request
 * is refused rather than kept for longer than anybody would wait. An idle thread does not keep the process alive.
 *
 * Whoever asks for the same gets the same simulation: while it is under way, and for a while after. It follows from the
 * task alone, which holds all the facts that it rests on, so that what is kept cannot be out of date. When nobody waits
 * for one any more it is dropped, and its thread ended where it has begun.
 */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../kernel/problems.ts';
import { threadEntry } from '../../kernel/thread.ts';
import { stepsOf } from './cost.ts';
import { Kept } from './kept.ts';
import type { Simulation, Task } from './simulate.ts';

const threadsMost = 2;
const waitingMost = 16;

interface Client {
  resolve: (simulation: Simulation) => void;
  reject: (reason: unknown) => void;
}

interface Job {
  key: string;
  task: Task;
  clients: Set<Client>;
  worker?: Worker;
  startedAt?: number;
}

const idle: Worker[] = [];
const running = new Map<Worker, Job>();
const waiting: Job[] = [];
const jobs = new Map<string, Job>();
const kept = new Kept<Simulation>();
/** What a step took of late; the first guess is a careful one. */
let millisecondsAStep = 4e-5;

/** How much is under way. */
export const underWay = (): { running: number; waiting: number } => ({
  running: running.size,
  waiting: waiting.length,
});

/** `gone` tells when whoever asked has left. */
export async function simulateAside(task: Task, gone: AbortSignal): Promise<Simulation> {
  const key = createHash('sha256').update(JSON.stringify(task)).digest('base64url');
  const known = kept.get(key);
  if (known) return known;
  const job = jobs.get(key) ?? admitted({ key, task, clients: new Set() });
  return new Promise((resolve, reject) => {
    const client = { resolve, reject };
    const leave = (): void => {
      reject(new Problem('unavailable', 'Whoever asked has left.'));
      job.clients.delete(client);
      if (job.clients.size === 0) drop(job);
    };
    job.clients.add(client);
    if (gone.aborted) leave();
    else gone.addEventListener('abort', leave, { once: true });
    next();
  });
}

function admitted(job: Job): Job {
  if (waiting.length >= waitingMost && running.size >= threadsMost)
    throw new Problem('unavailable', 'Too many simulations are waiting already.', {
      headers: { 'retry-after': String(secondsUntilRoom()) },
    });
  jobs.set(job.key, job);
  waiting.push(job);
  return job;
}

const stepsIn = ({ task: { model, draws } }: Job): number =>
  draws * stepsOf(model.lowest.length, model.lowest[0]?.length ?? 0);

/** Until half of what waits now is done, at the pace of late. */
function secondsUntilRoom(): number {
  const ahead = [...running.values(), ...waiting.slice(0, waitingMost / 2)];
  const steps = ahead.reduce((sum, job) => sum + stepsIn(job), 0);
  return Math.max(1, Math.ceil((steps * millisecondsAStep) / threadsMost / 1000));
}

function drop(job: Job): void {
  if (jobs.get(job.key) !== job) return;
  jobs.delete(job.key);
  const at = waiting.indexOf(job);
  if (at >= 0) waiting.splice(at, 1);
  // Its end makes room for the next.
  void job.worker?.terminate();
}

function next(): void {
  if (idle.length === 0 && running.size >= threadsMost) return;
  const job = waiting.shift();
  if (!job) return;
  const worker = idle.pop() ?? open();
  job.worker = worker;
  job.startedAt = performance.now();
  running.set(worker, job);
  worker.ref();
  worker.postMessage(job.task);
}

function open(): Worker {
  const worker = new Worker(threadEntry('views/stability/worker.ts'));
  const done = (): Job | undefined => {
    const job = running.get(worker);
    running.delete(worker);
    if (job && jobs.get(job.key) === job) jobs.delete(job.key);
    return job;
  };
  const failed = (reason: unknown): void => {
    for (const { reject } of done()?.clients ?? []) reject(reason);
    next();
  };
  worker.on('message', (simulation: Simulation) => {
    const job = done();
    worker.unref();
    idle.push(worker);
    if (job) finish(job, simulation);
    next();
  });
  // An error ends the thread; the next task gets a new one.
  worker.on('error', failed);
  worker.on('exit', () => {
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
    failed(new Error('the simulation thread ended'));
  });
  return worker;
}

function finish(job: Job, simulation: Simulation): void {
  const took = (performance.now() - (job.startedAt ?? 0)) / stepsIn(job);
  millisecondsAStep += (took - millisecondsAStep) / 4;
  if (simulation.acceptability.length <= 50) kept.set(job.key, simulation);
  for (const { resolve } of job.clients) resolve(simulation);
}
