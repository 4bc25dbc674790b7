import type { RecordCursor } from '@meanwhile/kafka';
import { type CommitEntry, parseJournalValue, type SettingsEntry } from '@meanwhile/records';
import type { ExplainedEntry } from './explanation.ts';
import { type JournalSettings, journalSettings } from './journal-settings.ts';
import { lastBefore } from './last-before.ts';
import type { PartitionLog, Stretch } from './partition-log.ts';
import { isKey } from './results.ts';

/** The newest that the journal tells of a partition. */
export interface JournalEnd {
  settings: JournalSettings;
  /** After the newest entry; null before the first good record. */
  watermarkMs: number | null;
  /** The longest grace that the journal's oldest and newest settings give. */
  graceMsMax: number;
}

/** Entries and settings from where a stretch of input begins, in the journal's order. */
export interface JournalPart {
  entries: ExplainedEntry[];
  /** Settings with the input offset from which on they count. */
  settings: { fromOffset: number; settings: JournalSettings }[];
}

const KEYS = { settings: new TextEncoder().encode('settings'), commit: new TextEncoder().encode('commit') };

/** Looked at first when going back from a place; then four times as much, and so on. */
const BACK_FIRST = 64;

/** @returns undefined for a journal without settings: nothing was averaged */
export async function readJournalEnd(log: PartitionLog, topic: string): Promise<JournalEnd | undefined> {
  const { from, to } = await log.whole(topic);
  let oldest: JournalSettings | undefined;
  await log.look({ topic, from, to }, (record) => {
    const entry = entryOf(record);
    if (entry?.type === 'settings') oldest = journalSettings(entry);
    return oldest === undefined;
  });
  if (oldest === undefined) return undefined;
  const { settings, commit } = await lastEntries(
    log,
    { topic, from, to },
    (found) => found.settings !== undefined && found.commit !== undefined,
  );
  return {
    settings: settings ?? oldest,
    watermarkMs: commit?.watermark ?? null,
    graceMsMax: Math.max(oldest.graceMs, settings?.graceMs ?? 0),
  };
}

/**
 * The entries from the one that holds `fromInput` on, until `isEnough`, and the settings that they stand under. A trimmed journal
 * begins later.
 */
export async function readJournalPart(
  log: PartitionLog,
  topic: string,
  fromInput: number,
  isEnough: (entry: ExplainedEntry) => boolean,
): Promise<JournalPart> {
  const { from, to } = await log.whole(topic);
  const before = await lastBefore(log, { topic, from, to }, (record) => {
    const entry = entryOf(record);
    if (entry?.type !== 'commit') return undefined;
    return { isBefore: entry.next_offset <= fromInput, mark: entry.next_offset };
  });
  const beginning = before === undefined ? from : before.offset + 1;
  const part: JournalPart = { entries: [], settings: [] };
  const back = { topic, from, to: beginning };
  const { settings: inherited } = await lastEntries(log, back, (found) => found.settings !== undefined);
  if (inherited !== undefined) part.settings.push({ fromOffset: inherited.startOffset, settings: inherited });
  let position = before?.mark;
  await log.read({ topic, from: beginning, to }, (record) => {
    const entry = entryOf(record);
    if (entry?.type === 'settings') {
      const settings = journalSettings(entry);
      part.settings.push({ fromOffset: position ?? settings.startOffset, settings });
    }
    if (entry?.type !== 'commit') return true;
    position = entry.next_offset;
    const explained = explainedEntry(entry, record);
    part.entries.push(explained);
    return !isEnough(explained);
  });
  return part;
}

interface LastEntries {
  settings?: JournalSettings;
  commit?: CommitEntry;
}

/** The last of each kind, from stretches that begin further and further back, until `isEnough`. */
async function lastEntries(
  log: PartitionLog,
  { topic, from, to }: Stretch,
  isEnough: (found: LastEntries) => boolean,
): Promise<LastEntries> {
  let found: LastEntries = {};
  for (let length = BACK_FIRST, end = to; end > from && !isEnough(found) && !log.isSpent; length *= 4) {
    const start = Math.max(from, end - length);
    found = { ...(await lastEntriesIn(log, { topic, from: start, to: end })), ...found };
    end = start;
  }
  return found;
}

/** Thousands of entries may stand between two of settings: only the last of each kind is parsed. */
async function lastEntriesIn(log: PartitionLog, stretch: Stretch): Promise<LastEntries> {
  let settings: Uint8Array | undefined;
  let commit: Uint8Array | undefined;
  await log.read(stretch, (record) => {
    if (isKey(record, KEYS.settings)) settings = copyOfValue(record);
    else if (isKey(record, KEYS.commit)) commit = copyOfValue(record);
    return true;
  });
  const found: LastEntries = {};
  const settingsEntry = settings && parseJournalValue(settings);
  const commitEntry = commit && parseJournalValue(commit);
  if (settingsEntry?.type === 'settings') found.settings = journalSettings(settingsEntry);
  if (commitEntry?.type === 'commit') found.commit = commitEntry;
  return found;
}

function copyOfValue({ bytes, valueStart, valueEnd }: RecordCursor): Uint8Array {
  return bytes.slice(Math.max(0, valueStart), Math.max(0, valueEnd));
}

function entryOf({ bytes, valueStart, valueEnd }: RecordCursor): CommitEntry | SettingsEntry | null {
  return valueStart < 0 ? null : parseJournalValue(bytes.subarray(valueStart, valueEnd));
}

function explainedEntry(entry: CommitEntry, { offset, timestampMs }: RecordCursor): ExplainedEntry {
  const { sequence, from_offset, next_offset, watermark, instance } = entry;
  return { sequence, from_offset, next_offset, watermark, instance, offset, written_at: timestampMs };
}
