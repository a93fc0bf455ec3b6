/** The other thread: takes a task, gives back what it came to. See pool.ts. */
import { parentPort } from 'node:worker_threads';
import { simulate, type Task } from './simulate.ts';

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(simulate(task));
});
