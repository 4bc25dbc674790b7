import type { Average } from '@meanwhile/records';

/** An average for tests: two records of ACME in a sliding window, revision 1, unless told otherwise. */
export function averageOf(fields: Partial<Average> = {}): Average {
  return {
    symbol: 'ACME',
    window: 'sliding-10s',
    window_start: 1_700_000_000_000,
    window_end: 1_700_000_010_000,
    average: 100.5,
    record_count: 2,
    total: 201,
    minimum: 100,
    maximum: 101,
    earliest: 100,
    latest: 101,
    stddev: 0.5,
    revision: 1,
    is_final: false,
    input_offset: 7,
    schema_version: 1,
    ...fields,
  };
}
