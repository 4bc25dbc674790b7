import { type Cluster, listOffset, type Reader, RecordCursor, readRange } from '@meanwhile/kafka';
import { type CommitEntry, parseJournalValue, type SettingsEntry } from '@meanwhile/records';
import { isSnapshotChunk, SnapshotAssembler } from '@meanwhile/stream';

/** The newest complete snapshot of a partition's state. */
export interface SnapshotSummary {
  writtenMs: number;
  /** Sequence of the last commit entry that it contains; 0: none. */
  sequence: number;
  /** Input offset at which reading goes on after it. */
  offset: number;
  sizeBytes: number;
}

/** What the end of a partition's journal says. */
export interface JournalState {
  commit: { entry: CommitEntry; writtenMs: number; journalOffset: number } | undefined;
  settings: SettingsEntry | undefined;
  snapshot: SnapshotSummary | undefined;
}

export interface JournalTail {
  /** The state by now: what was appended since the last call is read. */
  read(): Promise<JournalState>;
}

/** How far back the first look goes; each further one sixteen times as far. A commit takes two offsets, its marker included. */
const FIRST_LOOK_OFFSETS = 256;
const FURTHER = 16;

/**
 * The newest entries of one partition's journal, read from its end backwards until each kind was met: a journal holds at least an
 * hour of entries, of which a snapshot stands in the last ten minutes.
 * @throws Error when an entry cannot be read, KafkaError
 */
export function journalTail(
  cluster: Cluster,
  reader: Reader,
  o: { topic: string; partition: number; signal?: AbortSignal },
): JournalTail {
  const { topic, partition } = o;
  let position: number | undefined;
  let state = nothing();
  let assembler = new SnapshotAssembler();

  return {
    async read() {
      const [start, end] = await Promise.all([
        listOffset(cluster, topic, partition, 'earliest'),
        listOffset(cluster, topic, partition, 'stable'),
      ]);
      // Trimming never takes the newest entry: a journal without it was emptied, one that ends earlier was made anew.
      const isAnother = (state.commit?.journalOffset ?? start) < start || (position ?? 0) > end;
      if (position === undefined || isAnother || position < start) await lookBack(start, end);
      else await readOn(position, end);
      position = end;
      return state;
    },
  };

  async function lookBack(start: number, end: number): Promise<void> {
    for (let offsets = FIRST_LOOK_OFFSETS; ; offsets *= FURTHER) {
      state = nothing();
      assembler = new SnapshotAssembler();
      const from = Math.max(start, end - offsets);
      await readOn(from, end);
      const hasAll =
        state.commit !== undefined && state.settings !== undefined && state.snapshot !== undefined;
      if (hasAll || from === start) return;
    }
  }

  async function readOn(fromOffset: number, toOffset: number): Promise<void> {
    const cursor = new RecordCursor();
    cursor.stopAt(toOffset);
    for await (const chunk of readRange(reader, { ...o, fromOffset, toOffset })) {
      cursor.load(chunk);
      while (cursor.next()) note(cursor);
    }
  }

  function note({ bytes, valueStart, valueEnd, offset, timestampMs: writtenMs }: RecordCursor): void {
    const value = bytes.subarray(Math.max(0, valueStart), Math.max(0, valueEnd));
    if (isSnapshotChunk(value)) {
      const snapshot = assembler.add(value, offset);
      if (snapshot === undefined) return;
      const { sequence, offset: inputOffset, state: bytesOfState, settings } = snapshot;
      state.snapshot = { writtenMs, sequence, offset: inputOffset, sizeBytes: bytesOfState.length };
      state.settings ??= { ...settings };
      return;
    }
    let entry: CommitEntry | SettingsEntry | null;
    try {
      entry = parseJournalValue(value);
    } catch (cause) {
      throw new Error(`${topic}[${partition}] offset ${offset}: ${(cause as Error).message}`, { cause });
    }
    if (entry?.type === 'commit') state.commit = { entry, writtenMs, journalOffset: offset };
    if (entry?.type === 'settings') state.settings = entry;
  }
}

function nothing(): JournalState {
  return { commit: undefined, settings: undefined, snapshot: undefined };
}
