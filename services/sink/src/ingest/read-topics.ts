import { performance } from 'node:perf_hooks';
import { type Logger, OffsetOutOfRangeError, type Reader, RecordCursor } from '@meanwhile/kafka';
import type { CommitEntry } from '@meanwhile/records';
import type { Store } from '../store/open-store.ts';
import type { StoredAverage } from '../store/stored-average.ts';
import type { IngestCounts } from './ingest-counts.ts';
import type { JournalView } from './journal-view.ts';
import { hasChunk, nextRecord, type PartSource } from './part-source.ts';
import { recordTaker } from './take-record.ts';
import type { TopicPart } from './topic-part.ts';

export interface TopicReading {
  /** Where each part stands, in the order given. */
  parts(): { part: TopicPart; position: number; highWatermark: number }[];
  /** Ends reading; what was read is stored. */
  stop(): void;
}

/** Of reading and storing rows; their roll-ups take up to twice as long again. All of it holds the event loop. */
const SLICE_MS = 8;
/** Rows of one transaction: bounds what the streams hold in memory at once (about 2 MiB of JSON). */
const ROWS_PER_TRANSACTION = 4_000;
/** Records of one part before the next has its turn. */
const RECORDS_PER_TURN = 250;

/**
 * Reads the parts from the stored positions on (else from the earliest record) into the store: rows and the
 * position behind them in one transaction. `onRows` gets what a transaction changed, after it is durable;
 * `onError` what ends the sink.
 */
export function readTopics(o: {
  reader: Pick<Reader, 'subscribe'>;
  parts: { part: TopicPart; fromOffset: number }[];
  store: Store;
  journal: JournalView;
  counts: IngestCounts;
  logger: Logger;
  onRows: (rows: StoredAverage[]) => void;
  onCommit?: (entry: CommitEntry) => void;
  onProgress?: () => void;
  /** A transaction of the store is durable: how long it took, and the Kafka timestamp of the oldest result read in it (Infinity: none). */
  onStored?: (stored: { durationMs: number; oldestMs: number }) => void;
  /** A partition ends before the position, or its journal begins anew: what was read is not what stands there now. Reading has stopped. */
  onMoved: () => void;
  onError: (error: unknown) => void;
}): TopicReading {
  let isStopped = false;
  let isScheduled = false;
  let firstSource = 0;
  let oldestMs = Number.POSITIVE_INFINITY;
  const take = recordTaker(o);
  const sources: PartSource[] = o.parts.map(({ part, fromOffset }) => subscribeFrom(part, fromOffset));

  function subscribeFrom(part: TopicPart, offset: number): PartSource {
    const subscription = o.reader.subscribe({
      topic: part.topic,
      partition: part.partition,
      offset,
      onReady: schedule,
    });
    return {
      part,
      subscription,
      cursor: new RecordCursor(),
      isLoaded: false,
      position: offset,
      damage: undefined,
    };
  }

  function schedule(): void {
    if (isStopped || isScheduled) return;
    isScheduled = true;
    setImmediate(run);
  }

  function run(): void {
    isScheduled = false;
    if (isStopped) return;
    try {
      if (sources.map(followError).includes(true)) o.onProgress?.();
      if (isStopped || !sources.some(hasChunk)) return;
      const startMs = performance.now();
      oldestMs = Number.POSITIVE_INFINITY;
      const rows = o.store.transaction(readSlice);
      if (isStopped) {
        o.onMoved();
        return;
      }
      if (rows.length > 0) o.onRows(rows);
      o.onStored?.({ durationMs: performance.now() - startMs, oldestMs });
      o.onProgress?.();
      schedule();
    } catch (error) {
      isStopped = true;
      o.onError(error);
    }
  }

  /** Retention or trimming may remove what a part would read next: it goes on at the earliest record (true), and says so. */
  function followError(source: PartSource, index: number): boolean {
    if (source.damage !== undefined) {
      const problem = source.damage.message;
      o.logger.warn(
        {
          topic: source.part.topic,
          partition: source.part.partition,
          offset: source.position,
          error: problem,
        },
        'damaged on its way: reading again',
      );
      source.subscription.close();
      sources[index] = subscribeFrom(source.part, source.position);
      return false;
    }
    const error = source.subscription.error;
    if (error === undefined || hasChunk(source)) return false;
    if (!(error instanceof OffsetOutOfRangeError)) throw error;
    source.subscription.close();
    const { topic, partition, holds } = source.part;
    const earliest = error.logStartOffset;
    sources[index] = subscribeFrom(source.part, earliest < 0 ? source.position : earliest);
    if (earliest < 0) return false; // the start could not be asked: the next fetch tells it
    if (earliest <= source.position) {
      isStopped = true;
      o.onMoved();
      return false;
    }
    const details = { topic, partition, offset: source.position, earliest_offset: earliest };
    if (holds === 'journal') {
      o.logger.info(details, 'journal was trimmed: reading on at its earliest entry');
    } else {
      o.counts.lost += earliest - source.position;
      o.logger.warn(
        details,
        'averages were removed before the sink read them: reading on at the earliest one',
      );
    }
    o.store.transaction(() => o.store.savePosition(topic, partition, earliest));
    return true;
  }

  function readSlice(): StoredAverage[] {
    const deadlineMs = performance.now() + SLICE_MS;
    const rows: StoredAverage[] = [];
    const touched = new Set<PartSource>();
    for (let idle = 0, i = firstSource; idle < sources.length; i = (i + 1) % sources.length) {
      const source = sources[i]!;
      idle = hasChunk(source) ? 0 : idle + 1;
      if (idle > 0) continue;
      touched.add(source);
      readTurn(source, rows);
      firstSource = (i + 1) % sources.length;
      if (rows.length >= ROWS_PER_TRANSACTION || performance.now() > deadlineMs) break;
    }
    o.journal.save();
    for (const { part, position } of touched) o.store.savePosition(part.topic, part.partition, position);
    if (!o.journal.takeBegunAnew()) return rows;
    dropAverages();
    return [];
  }

  /** Somebody has reset the pipeline: what was published before is deleted, and rows of higher revisions would hide what comes. */
  function dropAverages(): void {
    isStopped = true;
    const topics = new Set(o.parts.flatMap(({ part }) => (part.holds === 'averages' ? [part.topic] : [])));
    for (const topic of topics) o.store.resetTopic(topic, 'averages');
    o.logger.warn({}, 'the journal of a partition begins anew: the averages are read from their start again');
  }

  function readTurn(source: PartSource, rows: StoredAverage[]): void {
    const { cursor, part } = source;
    for (let count = 0; count < RECORDS_PER_TURN; count += 1) {
      if (!nextRecord(source)) break;
      take(part, cursor, rows);
      if (part.holds === 'averages' && cursor.timestampMs < oldestMs) oldestMs = cursor.timestampMs;
    }
    source.position = cursor.position;
  }

  schedule();
  return {
    parts: () =>
      sources.map(({ part, position, subscription }) => ({
        part,
        position,
        highWatermark: subscription.highWatermark,
      })),
    stop() {
      isStopped = true;
      for (const source of sources) source.subscription.close();
    },
  };
}
