import { AGGREGATES } from '@meanwhile/records';
import type { StoredAverage } from '../store/stored-average.ts';

/** A row as the API gives it: the wire's fields in the wire's order, then what the sink knows. */
export const AVERAGE_FIELDS = [
  'symbol',
  'window',
  'window_start',
  'window_end',
  'average',
  'record_count',
  ...AGGREGATES.filter((name) => name !== 'average'),
  'revision',
  'is_final',
  'input_offset',
  'schema_version',
  'partition',
  'settled',
] as const;

export type AverageField = (typeof AVERAGE_FIELDS)[number];
export type AnsweredAverage = Partial<Record<AverageField, string | number | boolean>>;

/** Aggregates that the aggregator does not send are absent. */
export function answeredAverage(row: StoredAverage, settled: boolean): AnsweredAverage {
  const answer: AnsweredAverage = {};
  for (const field of AVERAGE_FIELDS) {
    const value = field === 'settled' ? settled : row[field];
    if (value !== undefined) answer[field] = value;
  }
  return answer;
}
