import { UsageError } from '../command.ts';
import { parseTime, TIME_WANTED } from '../parse-time.ts';

/** Where partitions begin again. */
export type ResetStart =
  /** As if the aggregator had never run: its START decides. */
  | { at: 'beginning' }
  | { at: 'latest' }
  /** The first record with this Kafka timestamp or a later one. */
  | { at: 'time'; timeMs: number }
  | { at: 'offset'; offset: number };

/** The text of `--to`; undefined: start over. @throws UsageError */
export function parseStart(text: string | undefined, nowMs: number): ResetStart {
  if (text === undefined) return { at: 'beginning' };
  if (text === 'latest') return { at: 'latest' };
  const offset = /^offset:(\d{1,15})$/.exec(text)?.[1];
  if (offset !== undefined) return { at: 'offset', offset: Number(offset) };
  const timeMs = parseTime(text, nowMs);
  if (timeMs === undefined)
    throw new UsageError(`--to ${text}: wanted ${TIME_WANTED}, or offset:<n>, or latest`);
  return { at: 'time', timeMs };
}
