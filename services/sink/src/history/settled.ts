/** What tells whether a result can still change: a plain value, so that other threads can be given it. */
export interface SettledRules {
  /** Undefined until the aggregator's settings are known: nothing is settled but what is final. */
  graceMs: number | undefined;
  /** Kind by the name of the window. */
  kinds: ReadonlyMap<string, string>;
  /** Watermark by partition, ms. */
  watermarks: ReadonlyMap<number, number>;
}

/** True when no newer revision can follow: the result is final, or the watermark has closed its window. */
export function isSettled(
  rules: SettledRules,
  row: { window: string; window_end: number; partition: number; is_final: boolean },
): boolean {
  if (row.is_final) return true;
  const watermark = rules.watermarks.get(row.partition);
  if (watermark === undefined || rules.graceMs === undefined) return false;
  const closeMs = row.window_end + rules.graceMs;
  // The end of a sliding window belongs to it, the end of an aligned one does not.
  const kind = rules.kinds.get(row.window);
  return kind === 'tumbling' || kind === 'hopping' ? watermark >= closeMs : watermark > closeMs;
}
