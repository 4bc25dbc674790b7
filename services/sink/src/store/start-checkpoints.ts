import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Brings what was written from the database's log into the database, in a thread of its own: that waits for the disk
 * (fsync), which on a slow one takes longer than any live stream may. Returns what ends it.
 */
export function startCheckpoints(path: string, onError: (error: unknown) => void): () => Promise<void> {
  if (path === ':memory:') return async () => {};
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
    workerData: path,
    execArgv: ['--report-exclude-env'], // as for the threads of the history
  });
  worker.on('error', onError);
  return async () => {
    worker.postMessage('stop');
    await once(worker, 'exit');
  };
}
