import { isDeepStrictEqual } from 'node:util';
import { type Chunk, RecordCursor, readRange, StopError } from '@meanwhile/kafka';
import type { LocatedState } from './journal.ts';
import type { CommitEntry } from './journal-entries.ts';
import { equalsJson } from './json-equal.ts';
import type { Log } from './log.ts';
import type { Json, Outbox, Processor, ProcessorFactory } from './processor.ts';
import { START_OVER } from './remedies.ts';
import type { Snapshot } from './snapshot.ts';
import type { Time } from './time.ts';

/** The longest that replay keeps the event loop, so that heartbeats go on. */
const SLICE_MS = 20;

export interface RestoreOptions {
  log: Log;
  factory: ProcessorFactory;
  inputTopic: string;
  partition: number;
  located: LocatedState;
  /** Records between two looks at the clock. */
  sliceRecords: number;
  time: Time;
  signal: AbortSignal;
  onProgress: (progress: { offset: number; toOffset: number }) => void;
}

export interface RestoredState {
  processor: Processor;
  /** The settings that the processor runs under: those last recorded. */
  settings: Json;
}

/** Takes what replay gives and forgets it: it was committed by an earlier owner. */
const discard: Outbox = { append: () => {}, isFull: false, isDiscarding: true };

/**
 * Newest snapshot + replay of the input up to the committed position. At every journal entry the
 * replay's summary must equal the recorded one: state is a cache of the log, and this is where a
 * cache that diverges is found out.
 * @throws StopError when the snapshot cannot be read or the replay differs from the journal; OffsetOutOfRangeError when input needed for it goes meanwhile.
 */
export async function restore(options: RestoreOptions): Promise<RestoredState> {
  const { factory, located, partition } = options;
  const { snapshot, entries } = located;
  let settings = snapshot ? snapshot.settings.settings : located.settings!.settings;
  const opening = entries[0];
  if (!snapshot && opening?.type === 'settings') settings = opening.settings;
  let processor = snapshot
    ? readSnapshot(factory, settings, partition, snapshot)
    : factory.create(settings, partition);
  const replay = startReplay(options, snapshot ? snapshot.offset : startOffset(options));
  try {
    for (const entry of entries) {
      if (entry.type === 'settings') {
        if (!isDeepStrictEqual(entry.settings, settings))
          processor = factory.convert(processor, entry.settings, partition);
        settings = entry.settings;
        continue;
      }
      await replay.through(entry, processor);
      if (entry.watermark !== null && processor.watermarkMs < entry.watermark)
        processor.advance(entry.watermark, discard);
      compare(entry, processor, options);
    }
  } finally {
    await replay.end();
  }
  return { processor, settings };
}

/** What one version wrote, another may not be able to read. */
function readSnapshot(
  factory: ProcessorFactory,
  settings: Json,
  partition: number,
  { state, offset, firstChunkOffset }: Snapshot,
): Processor {
  try {
    return factory.restore(settings, partition, state);
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new StopError(
      `partition ${partition}: the snapshot at journal offset ${firstChunkOffset} (input offset ${offset}) cannot be read: ${fault}`,
      { remedy: `run the version that wrote it, or ${START_OVER}`, cause },
    );
  }
}

function startOffset({ located, partition }: RestoreOptions): number {
  const opening = located.entries[0];
  if (opening?.type === 'settings') return opening.start_offset;
  throw new StopError(
    `journal of partition ${partition}: it begins with a commit entry, wanted a settings entry or a snapshot`,
    {
      remedy: `the journal was cut by somebody else: ${START_OVER}`,
    },
  );
}

/** Feeds the input between two journal entries; one read goes on across all of them. */
function startReplay(options: RestoreOptions, fromOffset: number) {
  const { log, inputTopic: topic, partition, located, time, signal, onProgress } = options;
  const toOffset = located.position;
  const chunks = readRange(log.restoreReader, { topic, partition, fromOffset, toOffset, signal })[
    Symbol.asyncIterator
  ]();
  const cursor = new RecordCursor();
  let loaded: Chunk | undefined;
  let position = fromOffset;
  let sliceStartMs = time.now();

  async function through(entry: CommitEntry, processor: Processor): Promise<void> {
    cursor.stopAt(entry.next_offset);
    while (position < entry.next_offset) {
      if (loaded === undefined) {
        const next = await chunks.next();
        if (next.done) break;
        loaded = next.value;
        cursor.load(loaded);
      }
      cursor.beginSlice(options.sliceRecords);
      processor.process(cursor, discard);
      position = cursor.position;
      if (cursor.isExhausted) {
        loaded.release?.();
        loaded = undefined;
      }
      if (time.now() - sliceStartMs > SLICE_MS) {
        onProgress({ offset: position, toOffset });
        await time.yield();
        signal.throwIfAborted();
        sliceStartMs = time.now();
      }
    }
  }

  return { through, end: async () => void (await chunks.return?.()) };
}

/** Compares every field that the processor's summary has with the entry of the journal. */
function compare(entry: CommitEntry, processor: Processor, { partition }: RestoreOptions): void {
  const summary = processor.takeSummary();
  for (const [field, value] of Object.entries(summary)) {
    if (equalsJson(value, entry[field])) continue;
    throw new StopError(
      `partition ${partition}: state diverges at offset ${entry.next_offset} (journal entry ${entry.sequence}): ${field} is ${JSON.stringify(value ?? null)}, the journal has ${JSON.stringify(entry[field])}`,
      {
        remedy: `run the version that wrote the journal once and stop it cleanly, or ${START_OVER}`,
      },
    );
  }
}
