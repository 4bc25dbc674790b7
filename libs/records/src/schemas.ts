import { AGGREGATES, SCHEMA_VERSION } from './average.ts';

// The values on the wire as JSON Schema 2020-12, for other systems and for docs. They describe what we
// write; readers of ours check by hand (parseAverage, parseJournalValue) and take unknown fields.

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const number = { type: 'number' } as const;
const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const positive = { type: 'integer', minimum: 1 } as const;
/** Milliseconds since the epoch; a window may begin before it. */
const timeMs = { type: 'integer' } as const;
const eventTimeMs = { type: 'integer', minimum: 0, maximum: 8_640_000_000_000_000 } as const;
const timeOrNull = { type: ['integer', 'null'] } as const;
const names = { type: 'array', items: text } as const;
const version = { const: SCHEMA_VERSION } as const;

/** A price as our producer writes it; what the aggregator reads is configuration. */
export const priceSchema = object('price', { symbol: text, price: number, timestamp: eventTimeMs });

export const averageSchema = object(
  'average',
  {
    symbol: text,
    window: text,
    window_start: timeMs,
    window_end: timeMs,
    average: number,
    record_count: positive,
    total: number,
    minimum: number,
    maximum: number,
    earliest: number,
    latest: number,
    stddev: { type: 'number', minimum: 0 },
    revision: positive,
    is_final: { type: 'boolean' },
    input_offset: count,
    schema_version: version,
  },
  AGGREGATES,
);

export const lateRecordSchema = object('late record', {
  symbol: text,
  value: number,
  timestamp: eventTimeMs,
  watermark: timeMs,
  late_by_ms: count,
  missed: { ...names, minItems: 1 },
  accepted: names,
  input_offset: count,
  schema_version: version,
});

const accounting = {
  read: count,
  averaged: count,
  partly_late: count,
  late: count,
  dead_lettered: count,
  results: count,
};

export const commitEntrySchema = object('commit entry', {
  type: { const: 'commit' },
  sequence: positive,
  from_offset: count,
  next_offset: count,
  watermark: timeOrNull,
  ...accounting,
  totals: { type: 'object', properties: accounting, required: Object.keys(accounting) },
  append_time_min: timeOrNull,
  append_time_max: timeOrNull,
  instance: text,
});

function object(title: string, properties: Record<string, object>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { $schema: DIALECT, title, type: 'object', properties, required };
}
