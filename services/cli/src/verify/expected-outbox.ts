import type { OutgoingRecord } from '@meanwhile/kafka';
import type { Outbox } from '@meanwhile/stream';
import type { Comparison } from './comparison.ts';
import { ExpectedRecords } from './expected-records.ts';
import type { RecordKind } from './identity.ts';

/** In the order of the processor's output indices. */
export const RECORD_KINDS: readonly RecordKind[] = ['average', 'late', 'dead letter'];

/** Where the replay's processor puts its results: not to be written, but to be compared with what was. */
export class ExpectedOutbox implements Outbox {
  /** Records of each output so far. */
  readonly counts = RECORD_KINDS.map(() => 0);
  readonly #records = RECORD_KINDS.map((kind) => new ExpectedRecords(kind));
  readonly #comparisons: readonly Comparison[];

  constructor(comparisons: readonly Comparison[]) {
    this.#comparisons = comparisons;
  }

  get isFull(): boolean {
    const [averages, late, deadLetters] = this.#records;
    return averages!.isFull || late!.isFull || deadLetters!.isFull;
  }

  append(output: number, record: OutgoingRecord): void {
    this.counts[output]!++;
    const records = this.#records[output]!;
    // Almost always what is published is in memory and the same: then nothing has to be kept.
    if (records.count === 0 && this.#comparisons[output]!.isNext(record)) return;
    records.append(record);
  }

  /** Compares all that was appended. */
  async flush(): Promise<void> {
    for (const [output, records] of this.#records.entries()) {
      await this.#comparisons[output]!.take(records);
      records.clear();
    }
  }
}
