import type { RecordCursor } from '@meanwhile/kafka';
import { type Average, parseAverage } from '@meanwhile/records';
import type { PublishedAverage } from './explanation.ts';
import { lastBefore, type Side } from './last-before.ts';
import { RESULTS_OF_SYMBOL, RESULTS_READ_ON, REVISIONS_MAX } from './limits.ts';
import type { PartitionLog } from './partition-log.ts';
import { lastOpenMs, parseWindowName, type WindowShape } from './window-shape.ts';

/** What is looked for in the topic of the averages. */
export interface ResultSearch {
  key: Uint8Array;
  /** The definitions that may be meant. */
  shapes: readonly WindowShape[];
  endMs: number;
  /** No result is sent, or no record looked for comes, while the watermark is below this. */
  watermarkMs: number;
  graceMs: number;
  /** A revision that is known to be there: looked for on and on. */
  revision?: number | undefined;
}

/** One definition's window of that end. */
export interface FoundWindow {
  /** The newest revisions, newest first; of equal ones the first in the log, as the sink has it. */
  revisions: PublishedAverage[];
  /** All revisions found. */
  count: number;
}

export interface FoundResults {
  /** By the definition's name. */
  windows: Map<string, FoundWindow>;
  /** Other windows of the key and one of the definitions, nearest to the end looked for. */
  endBelowMs: number | undefined;
  endAboveMs: number | undefined;
  /** Was any result of the key seen? */
  isKeySeen: boolean;
  /** Where reading began: nothing of the window stands before. */
  from: number;
  /** The log was read up to where nothing of the window can follow by the rules. */
  isComplete: boolean;
}

/** Every so many results one is asked whether it comes after the window: parsing all would cost more than reading them. */
const ASK_EVERY = 64;

/**
 * Finds a window's results without an index: the watermark never goes back, and each result tells how far it was. An update is sent
 * while its window is open, a final before anything else is done at the watermark that closes it, and neither before the records came
 * that its window is made of.
 */
export async function findResults(
  log: PartitionLog,
  topic: string,
  search: ResultSearch,
): Promise<FoundResults> {
  const whole = await log.whole(topic);
  const before = await lastResultBefore(log, topic, search);
  const from = before === undefined ? whole.from : before.offset + 1;
  const found: FoundResults = {
    windows: new Map(),
    endBelowMs: undefined,
    endAboveMs: undefined,
    isKeySeen: false,
    from,
    isComplete: false,
  };
  let asked = 0;
  let readOn = 0;
  let newest = 0;
  const end = await log.read({ ...whole, from }, (record) => {
    if (isKey(record, search.key)) newest = Math.max(newest, take(found, search, record));
    if (found.isComplete) return ++readOn < RESULTS_READ_ON || newest < (search.revision ?? 0);
    if (asked++ % ASK_EVERY === 0) found.isComplete = isAfter(record, search);
    return true;
  });
  found.isComplete ||= end >= whole.to;
  for (const window of found.windows.values()) keepNewest(window);
  return found;
}

/** Looks a little further back, for the windows of the key before the one that was not found. */
export async function lookBack(
  log: PartitionLog,
  topic: string,
  search: ResultSearch,
  found: FoundResults,
): Promise<void> {
  const { from, to } = { ...(await log.whole(topic)), to: found.from };
  await log.read({ topic, from: Math.max(from, to - RESULTS_READ_ON), to }, (record) => {
    if (isKey(record, search.key)) take(found, search, record);
    return true;
  });
}

/** A result before all of the window's, and an input offset that all its records stand at or behind; undefined where none is left. */
export async function lastResultBefore(
  log: PartitionLog,
  topic: string,
  search: ResultSearch,
): Promise<{ offset: number; inputFloor: number } | undefined> {
  const before = await lastBefore(log, await log.whole(topic), (record) => sideOf(record, search));
  return before && { offset: before.offset, inputFloor: before.mark + 1 };
}

/** Is there any result of the key among the newest of the partition? */
export async function hasResults(log: PartitionLog, topic: string, key: Uint8Array): Promise<boolean> {
  const { from, to } = await log.whole(topic);
  let isFound = false;
  await log.read({ topic, from: Math.max(from, to - RESULTS_OF_SYMBOL), to }, (record) => {
    isFound = isKey(record, key);
    return !isFound;
  });
  return isFound;
}

/** Stands a result before all of the window's results, and the records that it counts before all of the window's records? */
function sideOf(record: RecordCursor, search: ResultSearch): Side<number> {
  const result = read(record);
  const shape = result && parseWindowName(result.window);
  if (result === undefined || shape === undefined) return undefined;
  const closesMs = lastOpenMs(shape, result.window_end, search.graceMs);
  // Longer windows end late and so say "not before" long after the shorter ones: they are passed over.
  const isLonger = search.shapes.every(({ name, sizeMs }) => name !== shape.name && sizeMs < shape.sizeMs);
  return isLonger ? undefined : { isBefore: closesMs < search.watermarkMs, mark: result.input_offset };
}

/** Was the window closed, and its final sent, before this result? */
function isAfter(record: RecordCursor, { shapes, endMs, graceMs }: ResultSearch): boolean {
  const result = read(record);
  const shape = result && parseWindowName(result.window);
  if (result === undefined || shape === undefined) return false;
  // The watermark was there when the result's own records had come: at its last one for a sliding window or a session.
  const reachedMs = shape.stepMs > 0 ? result.window_start : result.window_end;
  return shapes.every((each) => reachedMs > lastOpenMs(each, endMs, graceMs));
}

/** @returns the revision, 0 for another window's result */
function take(found: FoundResults, { shapes, endMs }: ResultSearch, record: RecordCursor): number {
  found.isKeySeen = true;
  const result = read(record);
  if (result === undefined || !shapes.some(({ name }) => name === result.window)) return 0;
  const { window_end, revision } = result;
  if (window_end !== endMs) {
    const { endBelowMs = window_end, endAboveMs = window_end } = found;
    if (window_end < endMs) found.endBelowMs = Math.max(endBelowMs, window_end);
    else found.endAboveMs = Math.min(endAboveMs, window_end);
    return 0;
  }
  const window = found.windows.get(result.window) ?? { revisions: [], count: 0 };
  found.windows.set(result.window, window);
  window.count++;
  window.revisions.push({ ...result, offset: record.offset, written_at: record.timestampMs });
  if (window.revisions.length >= 20 * REVISIONS_MAX) keepNewest(window);
  return revision;
}

function keepNewest(window: FoundWindow): void {
  window.revisions.sort((a, b) => b.revision - a.revision || a.offset - b.offset);
  window.revisions.length = Math.min(window.revisions.length, REVISIONS_MAX);
}

/** Foreign records are not results. */
function read({ bytes, valueStart, valueEnd }: RecordCursor): Average | undefined {
  try {
    return valueStart < 0 ? undefined : parseAverage(bytes.subarray(valueStart, valueEnd));
  } catch {
    return undefined;
  }
}

export function isKey({ bytes, keyStart, keyEnd }: RecordCursor, key: Uint8Array): boolean {
  if (keyStart < 0 || keyEnd - keyStart !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (bytes[keyStart + i] !== key[i]) return false;
  return true;
}
