import type { ClosingQueue } from './closing-queue.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowResult } from './types.ts';

/** What became of a record in one definition, as bits. */
export const ENTRY = {
  MISSED: 1,
  ACCEPTED: 2,
  /** There may be updates to send. */
  CHANGED: 4,
  /** `dueMs` may be another one. */
  QUEUED: 8,
} as const;

/** What became of the question for another update. */
export const UPDATE = {
  SENT_NONE: 0,
  SENT_LAST: 1,
  SENT_MORE_MAY_FOLLOW: 2,
} as const;

/**
 * The windows of one definition, all keys. Everything about time is said against one number, the horizon:
 * the highest watermark − GRACE so far. A window is closed when horizon ≥ its closing time, which is
 *
 *   tumbling, hopping   end            (watermark ≥ end + grace)
 *   sliding             end + 1        (watermark > end + grace; times are whole ms)
 *   session             last + gap + 1 (watermark > last + gap + grace)
 */
export interface Windows {
  /** Closing time of the next window that owes a final result; Infinity when none does. */
  readonly dueMs: number;
  /** The horizon at which every window is closed that was ever opened; -Infinity before the first. */
  readonly closesAllMs: number;
  /** Would a record of a key without windows enter one? */
  canEnter(timeMs: number, horizonMs: number): boolean;
  /**
   * Takes a record (see record-cells) and raises its EXPIRY where it is accepted. What is due must have been taken;
   * the key's offsets ascend.
   * @returns bits of ENTRY
   */
  enter(key: number, record: Float64Array): number;
  /** The horizon at which the key has nothing left that a window could hold; -Infinity when it has nothing. */
  expiryMs(key: number): number;
  /** Fills in the next window changed by the last enter that has to be sent; returns one of UPDATE. */
  nextUpdate(result: WindowResult): number;
  /** Fills in the final result of the window that is due next; one must be due. */
  takeFinal(result: WindowResult): void;
  /** Keys below this may have windows. */
  readonly keysKnown: number;
  /** How many of the keys [fromKey, toKey) are not closed. Looks at each of these keys: for metrics, not for each record. */
  openCount(fromKey: number, toKey: number): number;
  release(key: number): void;
  snapshot(writer: SnapshotWriter): void;
  /** Into windows without any state, `owedFinals` as it was when the snapshot was written. */
  restore(reader: SnapshotReader, horizonMs: number, owedFinals: boolean): void;
}

export interface OpenWindow {
  closesMs: number;
  /** Places it by arrival among those that close at the same time. */
  offset: number;
  key: number;
}

/** After a change from `updates`: open windows owe a final now. In order of closing, then of arrival. */
export function queueOpenWindows(closing: ClosingQueue, open: OpenWindow[]): void {
  open.sort((a, b) => a.closesMs - b.closesMs || a.offset - b.offset);
  for (const { closesMs, key } of open) {
    closing.pushedMs = closesMs;
    closing.push(key);
  }
}
