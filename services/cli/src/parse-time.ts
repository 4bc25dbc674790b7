import { parseDuration } from '@meanwhile/service';

export const TIME_WANTED = 'a time such as 2026-11-24T10:00:00Z, or a time ago such as 2h';

/** A time without a zone would be another one on each machine. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** `2026-11-24T10:00:00Z`, `2026-11-24` (UTC), or a duration: so long before now. In ms since the epoch; undefined for any other text. */
export function parseTime(text: string, nowMs: number): number | undefined {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return nowMs - agoMs;
  const timeMs = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
