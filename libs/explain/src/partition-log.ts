import { type Cluster, listOffset, type Reader, RecordCursor, readRange } from '@meanwhile/kafka';
import { READING_MS_MAX, RECORDS_READ_MAX } from './limits.ts';

export interface LogLimits {
  /** Of all reads together. Default 1,000,000. */
  recordsMax?: number;
  /** Of all reads together. Default 10,000. */
  readingMsMax?: number;
}

/** Offsets `[from, to)` of a topic. */
export interface Stretch {
  topic: string;
  from: number;
  to: number;
}

/** One partition number of all topics, read committed, within limits that all reads share. */
export interface PartitionLog {
  readonly partition: number;
  readonly recordsRead: number;
  /** The limits are reached: nothing more is read. */
  readonly isSpent: boolean;
  /** From the first record that is there to the last stable offset. */
  whole(topic: string): Promise<Stretch>;
  /** The first offset at or after a Kafka timestamp. */
  offsetAt(topic: string, timeMs: number): Promise<number>;
  /**
   * Hands each record of a stretch to `visit`, until that returns false or the limits are reached.
   * @returns where it ended: all below was handed over
   */
  read(stretch: Stretch, visit: (record: RecordCursor) => boolean): Promise<number>;
  /** The same in small fetches, for a look at a few records. */
  look(stretch: Stretch, visit: (record: RecordCursor) => boolean): Promise<number>;
}

/** `looker`: a reader of small fetches on the same cluster. They are never used at the same time. */
export function partitionLog(
  o: { cluster: Cluster; reader: Reader; looker: Reader; partition: number; signal: AbortSignal },
  { recordsMax = RECORDS_READ_MAX, readingMsMax = READING_MS_MAX }: LogLimits = {},
): PartitionLog {
  const { cluster, partition, signal } = o;
  const endMs = performance.now() + readingMsMax;
  let recordsRead = 0;
  const isSpent = () => recordsRead >= recordsMax || performance.now() > endMs;

  async function readWith(
    reader: Reader,
    { topic, from, to }: Stretch,
    visit: (record: RecordCursor) => boolean,
  ): Promise<number> {
    if (isSpent()) return Math.min(from, to);
    const cursor = new RecordCursor();
    cursor.stopAt(to);
    for await (const chunk of readRange(reader, {
      topic,
      partition,
      fromOffset: from,
      toOffset: to,
      signal,
    })) {
      cursor.load(chunk);
      while (cursor.next()) {
        recordsRead++;
        if (!visit(cursor) || recordsRead >= recordsMax) return cursor.offset + 1;
      }
      if (isSpent()) return cursor.position;
    }
    return Math.max(from, to);
  }

  return {
    partition,
    get recordsRead() {
      return recordsRead;
    },
    get isSpent() {
      return isSpent();
    },
    async whole(topic) {
      const from = await listOffset(cluster, topic, partition, 'earliest');
      return { topic, from, to: Math.max(from, await listOffset(cluster, topic, partition, 'stable')) };
    },
    offsetAt: (topic, timeMs) => listOffset(cluster, topic, partition, timeMs),
    read: (stretch, visit) => readWith(o.reader, stretch, visit),
    look: (stretch, visit) => readWith(o.looker, stretch, visit),
  };
}
