import { jsonFields } from './json-fields.ts';

/** The aggregates that can be sent, in their order on the wire. */
export const AGGREGATES = ['average', 'total', 'minimum', 'maximum', 'earliest', 'latest', 'stddev'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** Readers refuse another version; within one, fields are only ever added. */
export const SCHEMA_VERSION = 1;

/** One result as it stands on the wire; times in ms since the epoch. AGGREGATES decides what is left out. */
export interface Average {
  symbol: string;
  window: string;
  window_start: number;
  window_end: number;
  average?: number;
  record_count: number;
  total?: number;
  minimum?: number;
  maximum?: number;
  earliest?: number;
  latest?: number;
  stddev?: number;
  revision: number;
  is_final: boolean;
  input_offset: number;
  schema_version: number;
}

/**
 * Reads one JSON average. Unknown fields are ignored, as the contract asks of readers.
 * @throws Error naming the field, what was found and what was wanted
 */
export function parseAverage(value: Uint8Array): Average {
  const fields = jsonFields('average', value);
  // First: the rest need not mean the same in another version.
  const schemaVersion = fields.integer('schema_version', SCHEMA_VERSION, SCHEMA_VERSION);
  const average: Average = {
    symbol: fields.text('symbol'),
    window: fields.text('window'),
    window_start: fields.integer('window_start'),
    window_end: fields.integer('window_end'),
    record_count: fields.integer('record_count', 1),
    revision: fields.integer('revision', 1),
    is_final: fields.flag('is_final'),
    input_offset: fields.integer('input_offset', 0),
    schema_version: schemaVersion,
  };
  for (const name of AGGREGATES) if (fields.has(name)) average[name] = fields.number(name);
  return average;
}
