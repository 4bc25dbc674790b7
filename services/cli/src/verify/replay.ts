import { isDeepStrictEqual } from 'node:util';
import type { PriceProcessor, priceFactory } from '@meanwhile/averages';
import { RecordCursor, readRange } from '@meanwhile/kafka';
import type { CommitEntry } from '@meanwhile/records';
import { EntryCheck, type Summary } from './entry-check.ts';
import type { ExpectedOutbox } from './expected-outbox.ts';
import type { JournalItem } from './journal-items.ts';
import type { VerifyLog } from './verify-log.ts';

export interface ReplayOptions {
  log: VerifyLog;
  inputTopic: string;
  partition: number;
  factory: ReturnType<typeof priceFactory>;
  processor: PriceProcessor;
  settings: Record<string, unknown>;
  /** Input offset and sequence that the processor's state contains everything below. */
  from: { position: number; sequence: number };
  toOffset: number;
  outbox: ExpectedOutbox;
  /** An entry, or a silence, that is not as it should be. */
  onFault: (journalOffset: number, text: string) => void;
  onProgress: (offset: number, records: number) => void;
}

/** Recomputes along the journal: the input between two entries through the processor, and the silences that the entries tell of. */
export async function replay(
  items: AsyncGenerator<JournalItem, void, void>,
  options: ReplayOptions,
): Promise<{ entries: number; silences: number; records: number; position: number }> {
  const { factory, outbox, partition, onFault } = options;
  let { processor, settings } = options;
  let journalOffset = 0;
  const check = new EntryCheck(options.from, (text) => onFault(journalOffset, text));
  const input = feedInput(options);
  let [entries, silences, records] = [0, 0, 0];
  try {
    for await (const item of items) {
      journalOffset = item.offset;
      if (item.type === 'unreadable') onFault(item.offset, item.fault);
      if (item.type === 'settings') {
        if (!isDeepStrictEqual(item.entry.settings, settings))
          processor = factory.convert(processor, item.entry.settings, partition);
        settings = item.entry.settings;
      }
      if (item.type !== 'commit' || item.entry.sequence <= options.from.sequence) continue;
      const { entry } = item;
      if (!check.follows(entry)) continue;
      entries++;
      await skipGap(entry);
      await input.feed(processor, entry.next_offset);
      const faults = await silence(entry, item.timestampMs);
      const summary = summaryOf(processor);
      records += summary.read;
      check.compare(entry, summary, faults);
      options.onProgress(input.position, records);
    }
  } finally {
    await input.close();
  }
  await outbox.flush();
  return { entries, silences, records, position: input.position };

  /** What lies between two entries is in no entry; the next is judged by its own stretch. */
  async function skipGap({ from_offset: from }: CommitEntry): Promise<void> {
    if (from <= input.position) return;
    await input.feed(processor, from);
    records += summaryOf(processor).read;
  }

  /** A watermark above what the records give is a silence that was seen live: it must be one that the log allows. */
  async function silence({ watermark }: CommitEntry, writtenMs: number): Promise<string[]> {
    if (watermark === null || watermark <= processor.watermarkMs) return [];
    silences++;
    const allowedMs = processor.silentWatermark(writtenMs);
    while (!processor.advance(watermark, outbox)) await outbox.flush();
    if (watermark <= allowedMs) return [];
    return [
      `watermark is ${watermark}, its records and a silence until it was written give at most ${allowedMs}`,
    ];
  }
}

/** Feeds the input to a processor, up to one offset after the other; one read goes on across all of them. */
function feedInput({ log, inputTopic: topic, partition, from, toOffset, outbox }: ReplayOptions) {
  const chunks = readRange(log.reader, { topic, partition, fromOffset: from.position, toOffset });
  const cursor = new RecordCursor();
  let isLoaded = false;
  const input = { position: from.position, feed, close: async () => void (await chunks.return()) };

  async function feed(processor: PriceProcessor, toOffset: number): Promise<void> {
    cursor.stopAt(toOffset);
    while (input.position < toOffset) {
      if (!isLoaded) {
        const next = await chunks.next();
        if (next.done) break;
        cursor.load(next.value);
        isLoaded = true;
      }
      while (!processor.process(cursor, outbox)) await outbox.flush();
      input.position = cursor.position;
      if (cursor.isExhausted) isLoaded = false;
      if (outbox.isFull) await outbox.flush();
    }
  }

  return input;
}

function summaryOf(processor: PriceProcessor): Summary {
  return processor.takeSummary() as unknown as Summary;
}
