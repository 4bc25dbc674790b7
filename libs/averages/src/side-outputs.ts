import type { OutgoingRecord, RecordCursor } from '@meanwhile/kafka';
import {
  ByteWriter,
  type DeadLetterReason,
  deadLetterHeaders,
  jsonString,
  writeLateRecord,
} from '@meanwhile/records';
import type { Outbox } from '@meanwhile/stream';
import type { ProcessorInput } from './processor-input.ts';
import type { ResultSettings } from './result-settings.ts';

/** Indices of the stream's outputs. */
export const OUTPUT = { averages: 0, late: 1, deadLetters: 2 } as const;

export interface LateFields {
  timeMs: number;
  value: number;
  watermarkMs: number;
  /** Bit i: definition i. */
  missed: number;
  accepted: number;
}

/** Late records and dead letters: rare, so written plainly. */
export class SideOutputs {
  readonly #names: string[];
  readonly #input: ProcessorInput;
  readonly #value = new ByteWriter();

  constructor(settings: ResultSettings, input: ProcessorInput) {
    this.#names = settings.windows.map(({ name }) => name);
    this.#input = input;
  }

  late(
    outbox: Outbox,
    records: RecordCursor,
    { timeMs, value, watermarkMs, missed, accepted }: LateFields,
  ): void {
    const { bytes, keyStart, keyEnd, offset } = records;
    writeLateRecord(this.#value, {
      symbolJson: jsonString(bytes.subarray(keyStart, keyEnd)),
      value,
      timeMs,
      watermarkMs,
      missed: this.#namesOf(missed),
      accepted: this.#namesOf(accepted),
      inputOffset: offset,
    });
    outbox.append(OUTPUT.late, {
      key: bytes,
      keyStart,
      keyEnd,
      value: this.#value.bytes,
      valueStart: 0,
      valueEnd: this.#value.length,
      timestampMs: Math.max(0, records.timestampMs),
    });
  }

  /** Key and value bytes exactly as read, the record's own headers first, then ours; whoever wants to know of it is told. */
  deadLetter(outbox: Outbox, records: RecordCursor, reason: DeadLetterReason, detail: string): void {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, offset } = records;
    const { topic, partition, onDeadLetter } = this.#input;
    const record: OutgoingRecord = {
      key: keyStart < 0 ? null : bytes,
      keyStart,
      keyEnd,
      value: valueStart < 0 ? null : bytes,
      valueStart,
      valueEnd,
      timestampMs: Math.max(0, records.timestampMs),
      rawHeaders: { count: records.headerCount, bytes, start: records.headersStart, end: records.headersEnd },
      headers: deadLetterHeaders({ reason, detail, topic, partition, offset }),
    };
    outbox.append(OUTPUT.deadLetters, record);
    if (onDeadLetter === undefined || outbox.isDiscarding) return;
    onDeadLetter({ partition, offset, reason, key: keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd) });
  }

  #namesOf(bits: number): string[] {
    return this.#names.filter((_, i) => (bits & (1 << i)) !== 0);
  }
}
