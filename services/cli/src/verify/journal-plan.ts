import { type Snapshot, SnapshotAssembler } from '@meanwhile/stream';
import { journalItems, type RecordedSettings } from './journal-items.ts';
import type { VerifyLog } from './verify-log.ts';

/** A whole snapshot in the journal, without the state. */
export interface SnapshotPlace {
  /** Journal offsets of its first and last chunk. */
  firstOffset: number;
  lastOffset: number;
  /** Last commit entry that the state contains. */
  sequence: number;
  inputOffset: number;
  settings: Record<string, unknown>;
  /** When its first chunk was written; -1: not told by the broker. */
  appendTimeMs: number;
}

/** What a partition's journal has, up to its end at the start. */
export interface JournalPlan {
  fromOffset: number;
  toOffset: number;
  /** Nothing was trimmed: it tells everything from the partition's first record on. */
  isWhole: boolean;
  /** The first settings entry. */
  opening: RecordedSettings | undefined;
  /** The last one. */
  settings: RecordedSettings | undefined;
  last: { sequence: number; nextOffset: number } | undefined;
  entries: number;
  snapshots: SnapshotPlace[];
  /** Damaged chunks. */
  faults: { offset: number; text: string }[];
}

type Place = { topic: string; partition: number };

/** Looks through the journal once, for where a replay may begin and where it ends. */
export async function planJournal(log: VerifyLog, place: Place, toOffset: number): Promise<JournalPlan> {
  const fromOffset = await log.offset(place.topic, place.partition, 'earliest');
  const plan: JournalPlan = {
    fromOffset,
    toOffset,
    isWhole: fromOffset === 0,
    opening: undefined,
    settings: undefined,
    last: undefined,
    entries: 0,
    snapshots: [],
    faults: [],
  };
  const assembler = new SnapshotAssembler();
  const chunkTimesMs = new Map<number, number>();
  for await (const item of journalItems(log, { ...place, fromOffset, toOffset })) {
    if (item.type === 'settings') {
      plan.opening ??= item.entry;
      plan.settings = item.entry;
    } else if (item.type === 'commit') {
      const { sequence, next_offset: nextOffset } = item.entry;
      if (plan.entries === 0 && sequence === 1) plan.isWhole = true;
      plan.entries++;
      if (sequence > (plan.last?.sequence ?? 0)) plan.last = { sequence, nextOffset };
    } else if (item.type === 'chunk') {
      const { offset } = item;
      chunkTimesMs.set(offset, item.isLogAppendTime ? item.timestampMs : -1);
      const snapshot = assemble(assembler, item.value, offset, plan.faults);
      if (!snapshot) continue;
      plan.snapshots.push(placeOf(snapshot, offset, chunkTimesMs.get(snapshot.firstChunkOffset) ?? -1));
      chunkTimesMs.clear();
    }
  }
  // A reset empties a journal, and may open it anew: it tells all that there is to tell.
  if (plan.entries === 0 && plan.snapshots.length === 0) plan.isWhole = true;
  return plan;
}

/** Brings a snapshot's state. */
export async function readSnapshot(
  log: VerifyLog,
  place: Place,
  { firstOffset, lastOffset }: SnapshotPlace,
): Promise<Uint8Array> {
  const assembler = new SnapshotAssembler();
  const range = { ...place, fromOffset: firstOffset, toOffset: lastOffset + 1 };
  let snapshot: Snapshot | undefined;
  for await (const item of journalItems(log, range))
    if (item.type === 'chunk') snapshot = assembler.add(item.value, item.offset) ?? snapshot;
  if (!snapshot) throw new Error(`snapshot at journal offset ${firstOffset}: gone, wanted all its chunks`);
  return snapshot.state;
}

function assemble(
  assembler: SnapshotAssembler,
  value: Uint8Array,
  offset: number,
  faults: JournalPlan['faults'],
): Snapshot | undefined {
  try {
    return assembler.add(value, offset);
  } catch (error) {
    faults.push({ offset, text: (error as Error).message });
    return undefined;
  }
}

function placeOf(snapshot: Snapshot, lastOffset: number, appendTimeMs: number): SnapshotPlace {
  return {
    firstOffset: snapshot.firstChunkOffset,
    lastOffset,
    sequence: snapshot.sequence,
    inputOffset: snapshot.offset,
    settings: snapshot.settings.settings,
    appendTimeMs,
  };
}
