import { RecordCursor } from '@meanwhile/kafka';
import type { Json } from '@meanwhile/stream';
import type { priceFactory } from '../../libs/averages/src/price-factory.ts';
import type { PriceProcessor } from '../../libs/averages/src/price-processor.ts';
import type { LogRecord } from './checker-types.ts';
import { chunksOf, type RawPartition } from './engine-bytes.ts';
import { ListOutbox, noOutputs, type Outputs } from './engine-outbox.ts';

type Factory = ReturnType<typeof priceFactory>;

/** A silence to be seen when all records below an offset are read: none was appended before a time. */
export interface ScriptedSilence {
  offset: number;
  appendTimeMs: number;
}

/** What survives the processes that hold a partition: its outputs, journal and newest snapshot. */
export interface CommittedPartition {
  readonly input: RawPartition;
  readonly silences: ScriptedSilence[];
  readonly outputs: Outputs;
  readonly entries: { next: number; watermarkMs: number; summary: Json }[];
  position: number;
  /** Silences below this index are in the journal. */
  silencesSeen: number;
  snapshot: { bytes: Uint8Array; entries: number; position: number } | undefined;
}

export function newPartition(input: RawPartition, silences: ScriptedSilence[]): CommittedPartition {
  const outputs = noOutputs();
  return { input, silences, outputs, entries: [], position: 0, silencesSeen: 0, snapshot: undefined };
}

/** Where the next commit can lie at most: a silence is seen at its own offset. */
export function nextStop({ input, silences, silencesSeen }: CommittedPartition): number {
  return Math.min(input.records.length, silences[silencesSeen]?.offset ?? Number.POSITIVE_INFINITY);
}

export function isDone({ input, silences, silencesSeen, position }: CommittedPartition): boolean {
  return position === input.records.length && silencesSeen === silences.length;
}

/** Reads up to an offset, cut by chance into batches, answers and full outboxes. */
export function feed(
  processor: PriceProcessor,
  input: RawPartition,
  from: number,
  to: number,
  outbox: ListOutbox,
  random: () => number,
): void {
  const cursor = new RecordCursor();
  for (const chunk of chunksOf(input, from, to, random)) {
    cursor.load(chunk);
    while (!cursor.isExhausted) {
      cursor.beginSlice(1 + Math.floor(random() * 20));
      processor.process(cursor, outbox);
      outbox.empty();
    }
  }
}

/** One transaction: a stretch of records up to `to`, or the silence that is due there. */
export function commitStretch(
  partition: CommittedPartition,
  processor: PriceProcessor,
  to: number,
  random: () => number,
): void {
  const outbox = new ListOutbox(random() < 0.5 ? 1 + Math.floor(random() * 5) : undefined);
  const silence = partition.silences[partition.silencesSeen];
  if (partition.position === to && silence?.offset === to) {
    while (!processor.silence(silence.appendTimeMs, outbox)) outbox.empty();
    partition.silencesSeen++;
  } else feed(processor, partition.input, partition.position, to, outbox, random);
  outbox.outputs.forEach((records, output) => {
    for (const record of records)
      partition.outputs[output]!.push({ ...record, offset: partition.outputs[output]!.length });
  });
  partition.entries.push({ next: to, watermarkMs: processor.watermarkMs, summary: processor.takeSummary() });
  partition.position = to;
}

export function takeSnapshot(partition: CommittedPartition, processor: PriceProcessor): void {
  const { entries, position } = partition;
  partition.snapshot = { bytes: processor.snapshot(), entries: entries.length, position };
}

/** Newest snapshot + replay up to the committed position, as a task does it: any difference to the journal is an error. */
export function restore(
  partition: CommittedPartition,
  factory: Factory,
  random: () => number,
): PriceProcessor {
  const { input, entries, snapshot } = partition;
  const { settings } = factory;
  const processor = snapshot
    ? factory.restore(settings, input.partition, snapshot.bytes.slice())
    : factory.create(settings, input.partition);
  let at = snapshot?.position ?? 0;
  for (const { next, watermarkMs, summary } of entries.slice(snapshot?.entries ?? 0)) {
    const discard = new ListOutbox();
    feed(processor, input, at, next, discard, random);
    at = next;
    if (processor.watermarkMs < watermarkMs) processor.advance(watermarkMs, discard);
    const replayed = JSON.stringify(processor.takeSummary());
    if (replayed !== JSON.stringify(summary))
      throw new Error(
        `state diverges at offset ${next}: ${replayed}, the journal has ${JSON.stringify(summary)}`,
      );
  }
  return processor;
}

/** The journal's commit entry of the transaction at an index. */
export function commitEntry(
  { next, summary }: CommittedPartition['entries'][number],
  index: number,
  entries: CommittedPartition['entries'],
): object {
  const from = entries[index - 1]?.next ?? 0;
  return { type: 'commit', sequence: index + 1, from_offset: from, next_offset: next, ...summary };
}

/** Entries as the checker reads them. */
export function asJournal(entries: object[]): LogRecord[] {
  return entries.map((entry, offset) => {
    const value = new TextEncoder().encode(JSON.stringify(entry));
    return { offset, timestampMs: null, isLogAppendTime: false, key: null, value, headers: [] };
  });
}
