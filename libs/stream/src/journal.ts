import { RecordCursor, readRange, StopError } from '@meanwhile/kafka';
import type { JournalEntry, SettingsEntry } from './journal-entries.ts';
import type { Log } from './log.ts';
import type { Json } from './processor.ts';
import { START_OVER } from './remedies.ts';
import { isSnapshotChunk, type Snapshot, SnapshotAssembler } from './snapshot.ts';

const RESET_REMEDY = `${START_OVER}, or bring the topic back as it was`;

export interface SnapshotMark {
  /** Journal offset where the transaction of its first chunk starts: all before it may be trimmed. */
  trimBefore: number;
  /** When it became complete, ms since the epoch. */
  completeMs: number;
}

/** What a journal tells the next owner. */
export interface LocatedState {
  /** Undefined: the journal is empty. */
  settings: SettingsEntry | undefined;
  snapshot: Snapshot | undefined;
  /** What happened after the snapshot, oldest first. */
  entries: JournalEntry[];
  sequence: number;
  /** Input offset at which reading goes on. */
  position: number;
  marks: SnapshotMark[];
}

export const journalKeys = {
  settings: new TextEncoder().encode('settings'),
  commit: new TextEncoder().encode('commit'),
  snapshot: new TextEncoder().encode('snapshot'),
};

/**
 * Reads a partition's journal from its start. Only after fencing: an earlier owner's last commit
 * is sure to be visible then.
 * @throws StopError when the journal has a gap or an entry that cannot be read.
 */
export async function locate(
  log: Log,
  topic: string,
  partition: number,
  signal: AbortSignal,
): Promise<LocatedState> {
  const fromOffset = await log.offset(topic, partition, 'earliest');
  const toOffset = await log.offset(topic, partition, 'stable');
  const state: LocatedState = {
    settings: undefined,
    snapshot: undefined,
    entries: [],
    sequence: 0,
    position: -1,
    marks: [],
  };
  const assembler = new SnapshotAssembler();
  const cursor = new RecordCursor();
  let settingsOffset = fromOffset;
  const chunks = readRange(log.restoreReader, { topic, partition, fromOffset, toOffset, signal });
  for await (const chunk of chunks) {
    cursor.load(chunk);
    while (cursor.next()) {
      const value = cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd);
      if (isSnapshotChunk(value)) {
        const snapshot = assembler.add(value, cursor.offset);
        if (!snapshot) continue;
        adoptSnapshot(state, snapshot);
        state.marks.push({
          trimBefore: Math.min(settingsOffset, snapshot.firstChunkOffset),
          completeMs: cursor.timestampMs,
        });
        continue;
      }
      const entry = parseEntry(value, `${topic}[${partition}] offset ${cursor.offset}`);
      if (entry.type === 'settings') settingsOffset = cursor.offset;
      addEntry(state, entry, `${topic}[${partition}] offset ${cursor.offset}`);
    }
  }
  return state;
}

function addEntry(state: LocatedState, entry: JournalEntry, where: string): void {
  if (entry.type === 'settings') {
    if (!state.settings) state.position = Math.max(state.position, entry.start_offset);
    state.settings = entry;
    state.entries.push(entry);
    return;
  }
  // A trimmed journal begins in the middle: its first entry sets the count, the snapshot after it the state.
  const isFirst = state.sequence === 0;
  if (!isFirst && (entry.sequence !== state.sequence + 1 || entry.from_offset !== state.position)) {
    throw new StopError(
      `journal ${where}: entry ${entry.sequence} from input offset ${entry.from_offset}, wanted entry ${state.sequence + 1} from ${state.position}`,
      { remedy: RESET_REMEDY },
    );
  }
  state.sequence = entry.sequence;
  state.position = entry.next_offset;
  state.entries.push(entry);
}

function adoptSnapshot(state: LocatedState, snapshot: Snapshot): void {
  state.snapshot = snapshot;
  state.sequence = Math.max(state.sequence, snapshot.sequence);
  state.position = Math.max(state.position, snapshot.offset);
  // Entries that the snapshot contains are done with; a settings entry counts from its place among them.
  const done = state.entries.findLastIndex(
    (entry) => entry.type === 'commit' && entry.sequence <= snapshot.sequence,
  );
  state.entries.splice(0, done + 1);
}

function parseEntry(value: Uint8Array, where: string): JournalEntry {
  let entry: JournalEntry | undefined;
  try {
    entry = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch (cause) {
    throw new StopError(`journal ${where}: not JSON`, { remedy: RESET_REMEDY, cause });
  }
  if (entry?.type === 'settings' || entry?.type === 'commit') return entry;
  throw new StopError(
    `journal ${where}: entry of type ${JSON.stringify((entry as Json | undefined)?.['type'])}, wanted settings or commit`,
    {
      remedy: `a newer version wrote it: run that version, or ${START_OVER}`,
    },
  );
}
