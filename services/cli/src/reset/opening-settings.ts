import { type ResultSettings, SEMANTICS_VERSION, toJson } from '@meanwhile/averages';
import type { SettingsEntry } from '@meanwhile/records';

/** Those of an aggregator that is not told anything. */
const settings: ResultSettings = {
  windows: [{ kind: 'sliding', name: 'sliding-10s', sizeMs: 10_000, stepMs: 0, emit: 'updates' }],
  graceMs: 5_000,
  idleTimeoutMs: 5_000,
  idleSkewMs: 1_000,
  maxAheadMs: 5_000,
  updateIntervalMs: 1_000,
  maxKeys: 100_000,
  aggregates: ['average', 'total', 'minimum', 'maximum', 'earliest', 'latest', 'stddev'],
  valueField: 'price',
  timeField: 'timestamp',
  timeUnit: 'ms',
};

/**
 * Opens a journal for which no settings are known. Nothing is read under them: an aggregator with other ones changes over when it
 * starts, before its first record.
 */
export const openingSettings: SettingsEntry = {
  type: 'settings',
  semantics_version: SEMANTICS_VERSION,
  settings: toJson(settings),
};
