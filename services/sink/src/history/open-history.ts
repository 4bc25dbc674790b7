import { Worker } from 'node:worker_threads';
import type { Store } from '../store/open-store.ts';
import { answerHistory, type HistoryAnswer, type HistoryRequest } from './answer-history.ts';
import type { HistoryMessage } from './history-worker.ts';

/** Answers from the stored rows, made off the main thread. */
export interface History {
  /** @throws HistoryBusyError when too many wait already */
  ask(request: HistoryRequest): Promise<HistoryAnswer>;
  close(): Promise<void>;
}

/** Thrown where waiting would be longer than anybody waits. */
export class HistoryBusyError extends Error {}

/** A long query must not hold up every other: two. Each costs about 15 MiB. */
const THREADS = 2;
/** At some 5 ms a question and two threads: waited for at most half a second. */
const WAITING_MAX = 200;

interface Asked {
  request: HistoryRequest;
  resolve: (answer: HistoryAnswer) => void;
  reject: (error: Error) => void;
}

/** Starts the threads. A store in memory cannot be read by another thread: it is then read on this one. */
export function openHistory(o: {
  store: Pick<Store, 'path' | 'reads'>;
  onError: (error: unknown) => void;
}): History {
  const { path, reads } = o.store;
  if (path === ':memory:') {
    return { ask: async (request) => answerHistory(reads, request), close: async () => {} };
  }
  const waiting: Asked[] = [];
  const idle: Thread[] = [];
  const threads: Thread[] = Array.from({ length: THREADS }, () => startThread(path, onIdle, o.onError));
  idle.push(...threads);

  function onIdle(thread: Thread): void {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else thread.run(next);
  }

  return {
    ask(request) {
      if (waiting.length >= WAITING_MAX) {
        throw new HistoryBusyError(
          `too many queries wait: ${waiting.length}, wanted fewer than ${WAITING_MAX}`,
        );
      }
      return new Promise((resolve, reject) => {
        const thread = idle.pop();
        const asked = { request, resolve, reject };
        if (thread === undefined) waiting.push(asked);
        else thread.run(asked);
      });
    },
    async close() {
      for (const { reject } of waiting.splice(0)) reject(new HistoryBusyError('the sink is stopping'));
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}

interface Thread {
  run(asked: Asked): void;
  stop(): Promise<unknown>;
}

function startThread(
  path: string,
  onIdle: (thread: Thread) => void,
  onError: (error: unknown) => void,
): Thread {
  const worker = new Worker(new URL('./history-worker.ts', import.meta.url), {
    workerData: path,
    execArgv: ['--report-exclude-env'], // a report of Node's has a part for each thread, and a password may be in the environment
  });
  let current: Asked | undefined;
  let isStopped = false;
  const thread: Thread = {
    run(asked) {
      current = asked;
      worker.postMessage(asked.request);
    },
    stop() {
      isStopped = true;
      return worker.terminate();
    },
  };
  worker.on('message', (message: HistoryMessage) => {
    const { resolve, reject } = current!;
    current = undefined;
    onIdle(thread);
    if ('answer' in message) resolve(message.answer);
    else reject(message.error);
  });
  worker.on('error', onError);
  worker.on('exit', (code) => {
    current?.reject(new HistoryBusyError('the sink is stopping'));
    if (!isStopped)
      onError(new Error(`a thread that reads the database ended: exit code ${code}, wanted none`));
  });
  return thread;
}
