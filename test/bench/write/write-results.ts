import type { AverageFields } from '@meanwhile/records';
import { centsOf } from '../price-records.ts';

const RESULTS = 20_000;

/** As a sliding window gives them: ten prices in whole cents, so that mean and deviation have many digits. */
export function writeResults(): AverageFields[] {
  return Array.from({ length: RESULTS }, (_, index) => {
    const values = Array.from({ length: 3 + (index % 8) }, (_, back) => centsOf(index + back * 37) / 100);
    const total = values.reduce((sum, value) => sum + value, 0);
    const average = total / values.length;
    const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
    return {
      definition: 0,
      startMs: 1_700_000_000_000 + index,
      endMs: 1_700_000_010_000 + index,
      count: values.length,
      total,
      average,
      minimum: Math.min(...values),
      maximum: Math.max(...values),
      earliest: values[0]!,
      latest: values.at(-1)!,
      stddev: Math.sqrt(squares / values.length),
      revision: 1 + (index % 3),
      isFinal: index % 3 === 2,
      inputOffset: 123_456 + index,
    };
  });
}
