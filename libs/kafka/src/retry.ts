import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { errorCode, isRetriable, KafkaError } from './errors.ts';

/** A leader or coordinator that moves is found again within seconds; beyond this the caller reopens with its own back-off. */
export const RETRY_LIMIT_MS = 30_000;

/** Milliseconds to wait before attempt `attempt` (1: the first repeat) after this error code. */
export function backoffMs(code: number, attempt: number): number {
  // A transaction or a follower is about to be done: measured best from 1 ms on, doubling to 20.
  if (code === errorCode.concurrentTransactions || code === errorCode.notEnoughReplicas) {
    return Math.min(2 ** (attempt - 1), 20);
  }
  return 50;
}

/** Metadata does not change what these say, only time does. */
export function isTransient(code: number): boolean {
  return (
    code === errorCode.concurrentTransactions ||
    code === errorCode.notEnoughReplicas ||
    code === errorCode.coordinatorLoadInProgress ||
    code === errorCode.unstableOffsetCommit
  );
}

/**
 * Runs `attempt` until it throws no error that `mayRepeat` allows, with a back-off by error code and a new look at the metadata in
 * between, for at most `limitMs`. Throws the last error.
 * By default everything of kind `retry` is repeated: only for requests that may be carried out twice.
 * `lookup.isFresh`: the last failure says that leader or coordinator may be another one by now.
 */
export async function withRetry<T>(
  cluster: Cluster,
  attempt: (lookup: { isFresh: boolean }) => Promise<T>,
  options: {
    limitMs?: number;
    mayRepeat?: (error: KafkaError) => boolean;
    onRepeat?: (error: KafkaError, repeats: number) => void;
  } = {},
): Promise<T> {
  const mayRepeat = options.mayRepeat ?? isRetriable;
  const endMs = performance.now() + (options.limitMs ?? RETRY_LIMIT_MS);
  let isFresh = false;
  for (let repeats = 1; ; repeats++) {
    try {
      return await attempt({ isFresh });
    } catch (error) {
      if (!(error instanceof KafkaError) || !mayRepeat(error) || performance.now() > endMs) throw error;
      options.onRepeat?.(error, repeats);
      await sleep(backoffMs(error.code, repeats));
      isFresh = !isTransient(error.code);
      if (isFresh) await cluster.refresh().catch(() => {});
    }
  }
}
