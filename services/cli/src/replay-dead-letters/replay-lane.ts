import {
  BatchBuilder,
  type Cluster,
  groupOffset,
  type Logger,
  type LogWriter,
  listOffset,
  logClient,
  type Reader,
  RecordCursor,
  readRange,
} from '@meanwhile/kafka';
import type { DeadLetterReason } from '@meanwhile/records';
import { type Assignment, changeValue, type TimeUnit } from './change-value.ts';
import { type DeadLetterHeaders, readDeadLetterHeaders } from './dead-letter-headers.ts';

/** What is read, what is written, and how records are changed on the way. */
export interface Replay {
  cluster: Cluster;
  reader: Reader;
  logger: Logger;
  groupId: string;
  /** Topic that dead letters are read from, and the one that they are sent to, in the same partition. */
  deadLetters: string;
  input: string;
  /** `max.message.bytes` of the input: a larger record would be refused, and all behind it with it. */
  recordBytesMax: number;
  assignments: readonly Assignment[];
  timeUnit: TimeUnit;
}

/** The dead letters of one reason in one partition: each such lane has a place of its own, so that reasons are replayed in any order. */
export interface Lane {
  partition: number;
  reason: DeadLetterReason;
}

export interface LaneResult {
  sent: number;
  /** Offsets in the dead letters' partition of what could not be sent. */
  leftOut: number[];
}

/** Of one transaction: a kill loses little time, and nothing else. */
const RECORDS_PER_TRANSACTION = 1_000;
const BATCH_BYTES_MAX = 900_000;
/** While a transaction that a kill left behind is open, the aggregator waits at it: until the next replay, or at most about so long. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** A record's own framing, its key's length included, is less than this. */
const RECORD_OVERHEAD_BYTES = 100;

/** The consumer group that holds a reason's places. */
export function laneGroup(groupId: string, reason: DeadLetterReason): string {
  return `${groupId}-replay-${reason}`;
}

/**
 * Sends a lane's dead letters up to `toOffset` to the input again, each once, however often it is killed and run again:
 *
 *   1 fence   whoever replayed this lane before; an open transaction is resolved
 *   2 locate  the group's offset: the next dead letter to look at
 *   3 send    records and the offset behind them, in one transaction after the other
 *
 * @param fromOffset nothing below it is sent
 * @throws FencedError when another replay of the lane has begun, KafkaError
 */
export async function replayLane(
  replay: Replay,
  lane: Lane,
  range: { fromOffset: number; toOffset: number; recordsMax: number },
): Promise<LaneResult> {
  const { cluster, reader, deadLetters: topic } = replay;
  const { partition } = lane;
  const writer = await openLane(replay, lane); // 1
  const earliest = await listOffset(cluster, topic, partition, 'earliest');
  const position = await groupOffset(cluster, laneGroup(replay.groupId, lane.reason), topic, partition); // 2
  const fromOffset = Math.max(earliest, position, range.fromOffset);
  const { toOffset, recordsMax } = range;
  const outbox = new LaneOutbox(replay, lane, writer);
  const cursor = new RecordCursor();
  cursor.stopAt(toOffset);
  const selected = selectorOf(replay, lane);
  for await (const chunk of readRange(reader, { topic, partition, fromOffset, toOffset })) {
    cursor.load(chunk);
    while (outbox.count < recordsMax && cursor.next()) {
      const found = selected(cursor);
      if (found === 'other') continue;
      if (found === 'left out') outbox.leaveOut(cursor.offset);
      else await outbox.add(cursor, found); // 3
    }
    if (outbox.count >= recordsMax) break;
  }
  return outbox.end(); // 3
}

function openLane(
  { cluster, logger, groupId, deadLetters }: Replay,
  { partition, reason }: Lane,
): Promise<LogWriter> {
  return logClient(cluster, { logger }).openWriter({
    transactionalId: `${deadLetters}-replay-${partition}-${reason}`,
    groupId: laneGroup(groupId, reason),
    timeoutMs: TRANSACTION_TIMEOUT_MS,
  });
}

/** What a record is sent as. */
export interface Selected {
  headers: DeadLetterHeaders;
  /** Undefined: as it was read. */
  value: Uint8Array | undefined;
}

/** Judges the record that a cursor stands on: is it of this lane, and can it be sent? */
export function selectorOf(
  { assignments, timeUnit, recordBytesMax }: Pick<Replay, 'assignments' | 'timeUnit' | 'recordBytesMax'>,
  lane?: Lane,
): (record: RecordCursor) => Selected | 'other' | 'left out' {
  return (record) => {
    const headers = readDeadLetterHeaders(record);
    if (headers === undefined || (lane && headers.reason !== lane.reason)) return 'other';
    const { bytes, keyStart, keyEnd, valueStart, valueEnd } = record;
    let value: Uint8Array | undefined;
    if (assignments.length > 0) {
      if (valueStart < 0) return 'left out';
      const now = { nowMs: Date.now(), timeUnit };
      value = changeValue(bytes.subarray(valueStart, valueEnd), assignments, now);
      if (value === undefined) return 'left out';
    }
    const valueBytes = value?.length ?? valueEnd - valueStart;
    const ownHeaderBytes = headers.own.end - headers.own.start;
    const sizeBytes = keyEnd - keyStart + valueBytes + ownHeaderBytes + RECORD_OVERHEAD_BYTES;
    return sizeBytes > recordBytesMax - RECORD_OVERHEAD_BYTES ? 'left out' : { headers, value };
  };
}

/** Collects the records of one transaction, and commits them with the offset behind the last of them. */
class LaneOutbox {
  readonly #replay: Replay;
  readonly #lane: Lane;
  readonly #writer: LogWriter;
  readonly #batch: BatchBuilder;
  readonly #leftOut: number[] = [];
  #nextOffset = 0;
  /** Sent, or about to be. */
  count = 0;

  constructor(replay: Replay, lane: Lane, writer: LogWriter) {
    this.#replay = replay;
    this.#lane = lane;
    this.#writer = writer;
    this.#batch = new BatchBuilder(Math.min(BATCH_BYTES_MAX, replay.recordBytesMax));
  }

  leaveOut(offset: number): void {
    this.#leftOut.push(offset);
  }

  async add(record: RecordCursor, selected: Selected): Promise<void> {
    const outgoing = this.#outgoing(record, selected);
    if (this.#batch.count >= RECORDS_PER_TRANSACTION || !this.#batch.append(outgoing)) {
      await this.#commit();
      this.#batch.append(outgoing);
    }
    this.#nextOffset = record.offset + 1;
    this.count += 1;
  }

  async end(): Promise<LaneResult> {
    if (this.#batch.count > 0) await this.#commit();
    return { sent: this.count, leftOut: this.#leftOut };
  }

  async #commit(): Promise<void> {
    const { input, deadLetters } = this.#replay;
    const { partition } = this.#lane;
    const offset = { topic: deadLetters, partition, offset: this.#nextOffset };
    await this.#writer.commit([{ topic: input, partition, batch: this.#batch }], offset);
    this.#batch.reset();
  }

  #outgoing(record: RecordCursor, { headers, value }: Selected) {
    const { bytes, offset, keyStart, keyEnd, valueStart, valueEnd } = record;
    const from = `${this.#replay.deadLetters}/${this.#lane.partition}/${offset}`;
    return {
      key: keyStart < 0 ? null : bytes,
      keyStart,
      keyEnd,
      value: value ?? (valueStart < 0 ? null : bytes),
      valueStart: value ? 0 : valueStart,
      valueEnd: value ? value.length : valueEnd,
      timestampMs: Date.now(),
      rawHeaders: { ...headers.own, bytes },
      headers: [{ key: 'replayed_from', value: Buffer.from(from) }],
    };
  }
}
