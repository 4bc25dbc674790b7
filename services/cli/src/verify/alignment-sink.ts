import type { RecordCopy } from './record-copy.ts';

/** What an alignment finds. `ignore` stands for records of which nothing can be said, see AlignmentStart. */
export interface AlignmentSink {
  /** Published with other bytes than recomputed. */
  wrong(expected: RecordCopy, found: RecordCopy): void;
  /** Published at another place in the order. */
  order(found: RecordCopy): void;
  /** Recomputed and not published; `beforeOffset`: where it should stand. */
  lost(expected: RecordCopy, beforeOffset: number | null): void;
  /** Published and not recomputed: doubled or unexplained. `isAfterAll`: nothing that is recomputed follows. */
  extra(found: RecordCopy, isAfterAll: boolean): void;
  /** Recomputed, but what was published is no longer kept. */
  gone(): void;
}
