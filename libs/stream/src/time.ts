import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';

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
  sleep: (ms, signal) =>
    sleep(ms, undefined, signal ? { signal } : {}).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    }),
  yield: () => immediate(),
};
