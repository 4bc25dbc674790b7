import type { Aggregate, PriceFields } from '@meanwhile/records';
import type { Json } from '@meanwhile/stream';
import type { WindowDefinition } from '@meanwhile/windowing';

/** Changes when the same input and settings would give other results. */
export const SEMANTICS_VERSION = 1;

/** Every setting that results depend on; the journal's `settings` object, in this shape. */
export interface ResultSettings {
  windows: WindowDefinition[];
  graceMs: number;
  idleTimeoutMs: number | null;
  idleSkewMs: number;
  maxAheadMs: number | null;
  updateIntervalMs: number;
  maxKeys: number;
  aggregates: Aggregate[];
  valueField: string;
  timeField: string;
  timeUnit: PriceFields['timeUnit'];
}

/** As JSON gives it back, so that a settings object equals its copy in the journal. */
export function toJson(settings: ResultSettings): Json {
  return JSON.parse(JSON.stringify(settings));
}

export function fromJson(json: Json): ResultSettings {
  return json as unknown as ResultSettings;
}
