import { Alignment, type AlignmentSink, type AlignmentStart } from './alignment.ts';
import type { ExpectedRecords } from './expected-records.ts';
import type { FoundRecords } from './found-records.ts';
import type { RecordKind } from './identity.ts';
import { RecordCopy } from './record-copy.ts';

export interface ComparisonOptions {
  kind: RecordKind;
  found: FoundRecords;
  sink: AlignmentSink;
  start: AlignmentStart;
}

/** Holds what was published of one output against what is recomputed: byte for byte while they are the same, by an alignment else. */
export class Comparison {
  readonly #kind: RecordKind;
  readonly #found: FoundRecords;
  readonly #alignment: Alignment;

  constructor({ kind, found, sink, start }: ComparisonOptions) {
    this.#kind = kind;
    this.#found = found;
    this.#alignment = new Alignment(sink, start);
  }

  /** The next records as they ought to be. */
  async take(expected: ExpectedRecords): Promise<void> {
    for (let i = 0; i < expected.count; ) {
      if (this.#alignment.isLevel) i = this.#compareLevel(expected, i);
      if (i === expected.count) return;
      if (this.#alignment.isLevel && !this.#found.isEnded && (await this.#found.load())) continue;
      this.#alignment.expect(expected.copy(i++));
      await this.#settle(false);
    }
  }

  /** Nothing more is expected. */
  async end(): Promise<void> {
    await this.#settle(true);
    this.#alignment.end();
    await this.#found.close();
  }

  /** Goes on while all is the same and in memory. @returns the index of the first record that is not done with */
  #compareLevel(expected: ExpectedRecords, from: number): number {
    const { cursor } = this.#found;
    const { count } = expected;
    for (let i = from; i < count; i++) {
      if (!this.#found.next()) return i;
      if (!expected.isEqual(i, cursor)) {
        this.#alignment.find(RecordCopy.of(this.#kind, cursor));
        return i;
      }
      this.#alignment.match();
    }
    return count;
  }

  async #settle(isExpectedEnded: boolean): Promise<void> {
    for (;;) {
      const next = this.#alignment.settle(isExpectedEnded, this.#found.isEnded);
      if (next !== 'found') return;
      await this.#findOne();
    }
  }

  async #findOne(): Promise<void> {
    while (!this.#found.next()) if (!(await this.#found.load())) return;
    this.#alignment.find(RecordCopy.of(this.#kind, this.#found.cursor));
  }
}
