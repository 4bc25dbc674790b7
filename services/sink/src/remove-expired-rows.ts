import type { IngestCounts } from './ingest/ingest-counts.ts';
import type { Store } from './store/open-store.ts';
import type { ExpiryStep } from './store/remove-expired.ts';

const SWEEP_INTERVAL_MS = 60_000;
/** Between two steps of a sweep: reading and answering go first. */
const STEP_INTERVAL_MS = 50;

/** Removes rows older than `retentionMs` from now on, a little at a time; returns what ends it. */
export function removeExpiredRows(o: {
  store: Store;
  retentionMs: number;
  counts: IngestCounts;
  onError: (error: unknown) => void;
}): () => void {
  let timer = setTimeout(run, STEP_INTERVAL_MS);
  let step: ExpiryStep | undefined;
  let removedBefore = 0;

  function run(): void {
    try {
      const result = o.store.removeExpired(o.retentionMs, step);
      o.counts.expired += result.removed - removedBefore;
      removedBefore = result.isDone ? 0 : result.removed;
      step = result.isDone ? undefined : result;
      timer = setTimeout(run, result.isDone ? SWEEP_INTERVAL_MS : STEP_INTERVAL_MS);
    } catch (error) {
      o.onError(error);
    }
  }

  return () => clearTimeout(timer);
}
