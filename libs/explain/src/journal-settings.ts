import type { PriceFields, SettingsEntry, TimeUnit } from '@meanwhile/records';

/** What of the aggregator's settings tells how a record was read and which windows it could enter. */
export interface JournalSettings extends PriceFields {
  /** Names of the definitions, in their order. */
  windows: string[];
  graceMs: number;
  maxAheadMs: number | null;
  /** Input offset at which the partition was begun. */
  startOffset: number;
}

const TIME_UNITS: readonly string[] = ['ms', 's', 'us', 'ns'] satisfies TimeUnit[];

/** @throws Error naming what the entry does not say */
export function journalSettings(entry: SettingsEntry): JournalSettings {
  const { windows, graceMs, maxAheadMs, valueField, timeField, timeUnit } = entry.settings;
  const names = Array.isArray(windows)
    ? windows.map((window: { name?: unknown } | null) => window?.name)
    : [];
  const check = (isRight: boolean, field: string, found: unknown) => {
    if (isRight) return;
    throw new Error(
      `settings in the journal: ${field} is ${JSON.stringify(found)}, wanted what the aggregator writes`,
    );
  };
  check(names.length > 0 && names.every((name) => typeof name === 'string'), 'windows', windows);
  check(typeof graceMs === 'number', 'graceMs', graceMs);
  check(typeof maxAheadMs === 'number' || maxAheadMs === null, 'maxAheadMs', maxAheadMs);
  check(typeof valueField === 'string', 'valueField', valueField);
  check(typeof timeField === 'string', 'timeField', timeField);
  check(TIME_UNITS.includes(timeUnit as string), 'timeUnit', timeUnit);
  const startOffset = entry['start_offset'];
  return {
    windows: names as string[],
    graceMs: graceMs as number,
    maxAheadMs: maxAheadMs as number | null,
    valueField: valueField as string,
    timeField: timeField as string,
    timeUnit: timeUnit as TimeUnit,
    startOffset: typeof startOffset === 'number' ? startOffset : 0,
  };
}
