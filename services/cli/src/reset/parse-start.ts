import { parseDuration } from '@meanwhile/service';
import { UsageError } from '../command.ts';

/** Where partitions begin again. */
export type ResetStart =
  /** As if the aggregator had never run: its START decides. */
  | { at: 'beginning' }
  | { at: 'latest' }
  /** The first record with this Kafka timestamp or a later one. */
  | { at: 'time'; timeMs: number }
  | { at: 'offset'; offset: number };

const WANTED = 'wanted a time such as 2026-11-24T10:00:00Z, a time ago such as 2h, offset:<n>, or latest';
/** A time without a zone would be another one on each machine. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** The text of `--to`; undefined: start over. @throws UsageError */
export function parseStart(text: string | undefined, nowMs: number): ResetStart {
  if (text === undefined) return { at: 'beginning' };
  if (text === 'latest') return { at: 'latest' };
  const offset = /^offset:(\d{1,15})$/.exec(text)?.[1];
  if (offset !== undefined) return { at: 'offset', offset: Number(offset) };
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return { at: 'time', timeMs: nowMs - agoMs };
  const timeMs = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new UsageError(`--to ${text}: ${WANTED}`);
  return { at: 'time', timeMs };
}
