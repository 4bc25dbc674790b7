import { type JsonFields, jsonFields } from './json-fields.ts';

/** What became of records: read = averaged + late + dead_lettered, late topic entries = late + partly_late. */
export interface Accounting {
  read: number;
  averaged: number;
  partly_late: number;
  late: number;
  dead_lettered: number;
  results: number;
}

/** One stretch of input that became visible with its results in one transaction. Times in ms. */
export interface CommitEntry extends Accounting {
  type: 'commit';
  /** 1, 2, 3, … per partition, never restarting. */
  sequence: number;
  from_offset: number;
  /** Exclusive; equal to from_offset for a stretch of silence. */
  next_offset: number;
  /** After the stretch; null before the first good record. */
  watermark: number | null;
  /** Since the beginning. */
  totals: Accounting;
  /** Of the stretch's records; null where there are none with LogAppendTime. */
  append_time_min: number | null;
  append_time_max: number | null;
  instance: string;
}

/** Opens the journal, and stands at every change of settings. All its fields are kept as they were read. */
export interface SettingsEntry {
  type: 'settings';
  /** All settings on which results depend. */
  settings: Record<string, unknown>;
  [field: string]: unknown;
}

/**
 * Reads one value of the journal topic, from the outside: for status and verification.
 * @returns null for a part of a state snapshot, or an entry of a type that is not known here
 * @throws Error naming the field, what was found and what was wanted
 */
export function parseJournalValue(value: Uint8Array): CommitEntry | SettingsEntry | null {
  if (SNAPSHOT_MAGIC.every((byte, index) => value[index] === byte)) return null;
  const fields = jsonFields('journal entry', value);
  const type = fields.text('type');
  if (type === 'commit') return readCommit(fields);
  if (type === 'settings') return { ...fields.all, type, settings: fields.object('settings').all };
  return null;
}

/** `MWS1`: no JSON text begins like this. */
const SNAPSHOT_MAGIC = [0x4d, 0x57, 0x53, 0x31];

function readCommit(fields: JsonFields): CommitEntry {
  const fromOffset = fields.integer('from_offset', 0);
  return {
    type: 'commit',
    sequence: fields.integer('sequence', 1),
    from_offset: fromOffset,
    next_offset: fields.integer('next_offset', fromOffset),
    watermark: fields.integerOrNull('watermark'),
    ...readAccounting(fields),
    totals: readAccounting(fields.object('totals')),
    append_time_min: fields.integerOrNull('append_time_min'),
    append_time_max: fields.integerOrNull('append_time_max'),
    instance: fields.text('instance'),
  };
}

function readAccounting(fields: JsonFields): Accounting {
  return {
    read: fields.integer('read', 0),
    averaged: fields.integer('averaged', 0),
    partly_late: fields.integer('partly_late', 0),
    late: fields.integer('late', 0),
    dead_lettered: fields.integer('dead_lettered', 0),
    results: fields.integer('results', 0),
  };
}
