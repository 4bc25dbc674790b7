import type { OutgoingRecord, RecordCursor } from '@meanwhile/kafka';

/** JSON that goes into the journal as it is. */
export type Json = Record<string, unknown>;

/**
 * Where a processor puts its results: one append-only list of records per output topic.
 * Everything appended becomes visible in one transaction together with the input's offset, or not at all.
 */
export interface Outbox {
  /** Appends a record to output `output` (an index into the stream's `outputs`). Bytes are copied. */
  append(output: number, record: OutgoingRecord): void;
  /** True: return `false` from process(), silence() or advance() as soon as it can be resumed. */
  readonly isFull: boolean;
  /** True: what is appended is forgotten (a restore), so there is no need to write it out. */
  readonly isDiscarding?: boolean;
}

/**
 * A deterministic function of one input partition: `(state, record) → (state, results)`. No clock, no
 * randomness, no I/O: recovery replays the input through it and compares.
 */
export interface Processor {
  /** The partition's watermark in ms; -Infinity before the first record that sets it. */
  readonly watermarkMs: number;
  /**
   * Consumes records until `records.next()` is false. Returns false when the outbox is full, even
   * between two results of one record; it is then called again with the same cursor.
   */
  process(records: RecordCursor, outbox: Outbox): boolean;
  /** "No record was appended before this": may move the watermark. False: the outbox is full, call again. */
  silence(appendTimeMs: number, outbox: Outbox): boolean;
  /** Moves the watermark to what the journal recorded for a silence. False: the outbox is full, call again. */
  advance(watermarkMs: number, outbox: Outbox): boolean;
  /**
   * What the journal's commit entry says of the records since the last call, and the totals. Restore
   * compares it, field by field, with the entry that was written then, and so detects any divergence.
   */
  takeSummary(): Json;
  /** The whole state; `factory.restore(settings, bytes)` is its counterpart. */
  snapshot(): Uint8Array;
}

/** Makes the processors of a stream; `partition` is the input partition they are for. */
export interface ProcessorFactory<P extends Processor = Processor> {
  /** Every setting that results depend on. Recorded in the journal; a change converts the state at a commit. */
  readonly settings: Json;
  /** Changes when the same input and settings would give other results. */
  readonly semanticsVersion: number;
  create(settings: Json, partition: number): P;
  restore(settings: Json, partition: number, snapshot: Uint8Array): P;
  /** Carries a processor's state over to other settings; the old processor is not used again. */
  convert(processor: P, settings: Json, partition: number): P;
}
