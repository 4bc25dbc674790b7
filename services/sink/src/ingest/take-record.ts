import type { Logger, RecordCursor } from '@meanwhile/kafka';
import { type Average, type CommitEntry, parseAverage, parseJournalValue } from '@meanwhile/records';
import type { Store } from '../store/open-store.ts';
import type { StoredAverage } from '../store/stored-average.ts';
import type { IngestCounts } from './ingest-counts.ts';
import type { JournalView } from './journal-view.ts';
import type { TopicPart } from './topic-part.ts';

/** Takes the record that a cursor stands on into the store; rows that changed are added to `rows`. */
export type TakeRecord = (part: TopicPart, cursor: RecordCursor, rows: StoredAverage[]) => void;

/** A topic full of malformed records must not fill the log: after the first hundred, one in ten thousand is named. */
const NAMED_MAX = 100;
const NAMED_EVERY = 10_000;

/** What cannot be read is counted, named in the log, and left out: the sink goes on. */
export function recordTaker(o: {
  store: Store;
  journal: JournalView;
  counts: IngestCounts;
  logger: Logger;
  /** A commit entry of the journal was read. */
  onCommit?: (entry: CommitEntry) => void;
}): TakeRecord {
  const { store, journal, counts, logger } = o;

  function takeAverage(part: TopicPart, cursor: RecordCursor, rows: StoredAverage[]): void {
    let average: Average;
    try {
      average = parseAverage(valueBytes(cursor));
    } catch (error) {
      counts.malformed += 1;
      sayMalformed(part, cursor, error, counts.malformed);
      return;
    }
    const row = store.upsert(average, part.partition);
    if (row === undefined) {
      counts.unchanged += 1;
      return;
    }
    counts.upserted += 1;
    rows.push(row);
  }

  function takeJournalEntry(part: TopicPart, cursor: RecordCursor): void {
    try {
      const entry = parseJournalValue(valueBytes(cursor));
      if (entry?.type === 'commit') {
        journal.noteCommit(part.partition, entry, cursor.timestampMs);
        o.onCommit?.(entry);
      }
      if (entry?.type === 'settings') journal.noteSettings(entry);
    } catch (error) {
      counts.malformedJournal += 1;
      sayMalformed(part, cursor, error, counts.malformedJournal);
    }
  }

  function sayMalformed(part: TopicPart, cursor: RecordCursor, error: unknown, count: number): void {
    if (count > NAMED_MAX && count % NAMED_EVERY !== 0) return;
    const { topic, partition } = part;
    const text = error instanceof Error ? error.message : String(error);
    logger.warn({ topic, partition, offset: cursor.offset, count, error: text }, 'malformed record left out');
  }

  return (part, cursor, rows) => {
    if (part.holds === 'averages') takeAverage(part, cursor, rows);
    else takeJournalEntry(part, cursor);
  };
}

function valueBytes({ bytes, valueStart, valueEnd }: RecordCursor): Uint8Array {
  if (valueStart < 0) throw new Error('value: null, wanted JSON');
  return bytes.subarray(valueStart, valueEnd);
}
