import { setImmediate as immediate } from 'node:timers/promises';

/** Clock, timers and scheduling, given from outside so that a simulation can decide them. */
export interface Time {
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Gives the event loop a turn, so that heartbeats and other tasks are not held up. */
  yield(): Promise<void>;
}

export const systemTime: Time = {
  now: () => Date.now(),
  // Not the one of node:timers/promises: its rejection when aborted costs more than all else that a wake-up does.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
  yield: () => immediate(),
};
