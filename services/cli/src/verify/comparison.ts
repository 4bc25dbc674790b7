import type { OutgoingRecord, RecordCursor } from '@meanwhile/kafka';
import { Alignment } from './alignment.ts';
import type { AlignmentSink } from './alignment-sink.ts';
import type { AlignmentStart } from './alignment-start.ts';
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

  /** Brings the first published records into memory. */
  async begin(): Promise<void> {
    await this.#found.load();
  }

  /**
   * Is the next published record this one, as can be seen without waiting? If so it is done with; else it is to be given to take().
   * Only with nothing left to take.
   */
  isNext(record: OutgoingRecord): boolean {
    if (record.headers || !this.#alignment.isLevel || !this.#found.next()) return false;
    const { cursor } = this.#found;
    if (isSameRecord(record, cursor)) {
      this.#alignment.match();
      return true;
    }
    this.#alignment.find(RecordCopy.of(this.#kind, cursor));
    return false;
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

/** Of records without headers. */
function isSameRecord(record: OutgoingRecord, cursor: RecordCursor): boolean {
  const { key, keyStart, keyEnd, value, valueStart, valueEnd } = record;
  if (key === null || value === null || cursor.headersEnd !== cursor.headersStart) return false;
  if (keyEnd - keyStart !== cursor.keyEnd - cursor.keyStart || cursor.keyStart < 0) return false;
  if (valueEnd - valueStart !== cursor.valueEnd - cursor.valueStart || cursor.valueStart < 0) return false;
  for (let i = keyEnd - keyStart; i-- > 0; )
    if (key[keyStart + i] !== cursor.bytes[cursor.keyStart + i]) return false;
  return (
    Buffer.prototype.compare.call(
      value,
      cursor.bytes,
      cursor.valueStart,
      cursor.valueEnd,
      valueStart,
      valueEnd,
    ) === 0
  );
}
