import type { Problems } from './checker-problems.ts';
import type { CheckSettings, LogRecord } from './checker-types.ts';
import { type Json, readText } from './checker-wire.ts';
import type { OracleCounts } from './window-oracle-types.ts';

export interface JournalCommit {
  type: 'commit';
  /** When it was written. */
  timestampMs: number | null;
  sequence: number;
  from: number;
  next: number;
  /** -Infinity before the first good record. */
  watermarkMs: number;
  json: Json;
}

export interface JournalSettings {
  type: 'settings';
  startOffset: number;
  settings: CheckSettings;
}

export type JournalEntry = JournalCommit | JournalSettings;

const COUNTS = ['read', 'averaged', 'partly_late', 'late', 'dead_lettered', 'results'] as const;

/** The journal's entries in order, snapshots left out; its own rules (sequence, offsets, sums) are checked. */
export function readJournal(where: string, journal: LogRecord[], problems: Problems): JournalEntry[] {
  const entries: JournalEntry[] = [];
  let last: JournalCommit | undefined;
  for (const record of journal) {
    const text = readText(record.value);
    if (record.value !== null && Buffer.from(record.value.subarray(0, 4)).toString() === 'MWS1') continue;
    const json = text === null ? undefined : parse(text);
    const entry = json === undefined ? undefined : readEntry(json, record.timestampMs);
    if (entry === undefined) {
      problems.add(
        'journal',
        `${where} offset ${record.offset}: neither commit, settings nor snapshot: ${text}`,
      );
      continue;
    }
    entries.push(entry);
    if (entry.type === 'settings') continue;
    checkSelf(`${where} entry ${entry.sequence}`, entry, last, problems);
    last = entry;
  }
  if (entries.length > 0 && entries[0]!.type !== 'settings')
    problems.add('journal', `${where}: does not open with settings`);
  return entries;
}

function readEntry(json: Json, timestampMs: number | null): JournalEntry | undefined {
  if (json['type'] === 'settings') {
    return {
      type: 'settings',
      startOffset: Number(json['start_offset'] ?? 0),
      settings: json['settings'] as CheckSettings,
    };
  }
  if (json['type'] !== 'commit') return undefined;
  return {
    type: 'commit',
    timestampMs,
    sequence: Number(json['sequence']),
    from: Number(json['from_offset']),
    next: Number(json['next_offset']),
    watermarkMs: json['watermark'] === null ? -Infinity : Number(json['watermark']),
    json,
  };
}

/** What an entry must be by itself and after the one before. */
function checkSelf(
  where: string,
  entry: JournalCommit,
  last: JournalCommit | undefined,
  problems: Problems,
): void {
  const { json } = entry;
  const add = (text: string) => problems.add('journal', `${where}: ${text}`);
  const numbers = countsOf(json);
  const totals = countsOf((json['totals'] ?? {}) as Json);
  if ([...numbers, ...totals, entry.sequence, entry.from, entry.next].some((n) => !Number.isSafeInteger(n))) {
    add(`a count or offset is no integer: ${JSON.stringify(json)}`);
  }
  if (entry.next < entry.from) add(`ends at ${entry.next}, before its start ${entry.from}`);
  for (const [name, counts] of [
    ['', numbers],
    ['totals: ', totals],
  ] as const) {
    const [read, averaged, partlyLate, late, deadLettered] = counts as [
      number,
      number,
      number,
      number,
      number,
    ];
    if (read !== averaged + late + deadLettered)
      add(`${name}read ${read}, wanted ${averaged} + ${late} + ${deadLettered}`);
    if (partlyLate > averaged) add(`${name}partly_late ${partlyLate} of ${averaged} averaged`);
  }
  if (last === undefined) return;
  if (entry.sequence !== last.sequence + 1) add(`follows entry ${last.sequence}`);
  if (entry.from !== last.next) add(`starts at ${entry.from}, the one before ended at ${last.next}`);
  if (entry.watermarkMs < last.watermarkMs)
    add(`watermark went back from ${last.watermarkMs} to ${entry.watermarkMs}`);
  const before = countsOf(last.json['totals'] as Json);
  const sums = before.map((count, i) => count + numbers[i]!);
  if (sums.join() !== totals.join()) add(`totals ${totals.join()}, wanted ${sums.join()} (${COUNTS.join()})`);
}

/** Compares an entry with what the oracle counted in its stretch and since the beginning. */
export function checkCounts(
  where: string,
  entry: JournalCommit,
  stretch: OracleCounts,
  totals: OracleCounts,
  problems: Problems,
): void {
  const compare = (name: string, found: number[], wanted: number[]) => {
    if (found.join() === wanted.join()) return;
    problems.add(
      'journal',
      `${where} entry ${entry.sequence}: ${name}${found.join()}, wanted ${wanted.join()} (${COUNTS.join()})`,
    );
  };
  compare('', countsOf(entry.json), oracleCounts(stretch));
  compare('totals ', countsOf((entry.json['totals'] ?? {}) as Json), oracleCounts(totals));
}

export function oracleCounts(counts: OracleCounts): number[] {
  return [counts.read, counts.averaged, counts.partlyLate, counts.late, counts.deadLettered, counts.results];
}

/** In the order of COUNTS. */
export function countsOf(json: Json): number[] {
  return COUNTS.map((name) => Number(json[name]));
}

function parse(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Json) : undefined;
  } catch {
    return undefined;
  }
}
