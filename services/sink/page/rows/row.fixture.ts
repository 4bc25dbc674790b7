import type { Row } from '../types.d.ts';
import { RowStore } from './store.js';

/** A row of a sliding window of 10 s that ends at 10 s. */
export function rowOf(fields: Partial<Row> = {}): Row {
  const end = fields.window_end ?? 10_000;
  return {
    symbol: 'ACME',
    window: 'sliding-10s',
    window_start: end - 10_000,
    window_end: end,
    average: 1,
    record_count: 1,
    revision: 1,
    is_final: false,
    input_offset: 0,
    partition: 0,
    settled: false,
    ...fields,
  };
}

/** A store with 5 s of grace that holds these rows. */
export function storeOf(...rows: Partial<Row>[]): RowStore {
  const store = new RowStore();
  store.define([{ window: 'sliding-10s', kind: 'sliding' }], 5_000);
  for (const row of rows) store.put(rowOf(row));
  return store;
}

/** Rows of one tumbling window after another, of a minute each. */
export function tumblingOf(minute: number, fields: Partial<Row> = {}): Row {
  const window_start = minute * 60_000;
  return rowOf({ window: 'tumbling-1m', window_start, window_end: window_start + 60_000, ...fields });
}
