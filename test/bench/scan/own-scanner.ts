import { PriceScanner } from '@meanwhile/records';
import { loopCost } from '../loop-cost.ts';
import { runMeasured } from '../run-measured.ts';
import { scanRecords } from './scan-records.ts';
import type { ScanArgs, ScanResult } from './scan-result.ts';

runMeasured(scan);

async function scan({ layouts, operations }: ScanArgs): Promise<ScanResult> {
  const { bytes, places, count } = scanRecords(layouts);
  const fields = { valueField: 'price', timeField: 'timestamp', timeUnit: 'ms' } as const;
  const scanner = new PriceScanner(fields, 5_000);
  /** An array: a sum of the loop's own would be the one thing that it allocates. */
  const sum = new Float64Array(1);
  let next = 0;

  function loop(times: number): number {
    sum[0] = 0;
    for (let index = 0; index < times; index++) {
      const at = next * 3;
      const valueStart = places[at + 1]!;
      if (!scanner.scan(bytes, places[at]!, valueStart, valueStart, places[at + 2]!, 1_800_000_000_000)) {
        throw new Error(`record ${next}: ${scanner.detail}, wanted a price`);
      }
      sum[0]! += scanner.value + scanner.timeMs;
      next = next + 1 === count ? 0 : next + 1;
    }
    return sum[0]!;
  }

  const once = loop(count);
  return { ...loopCost(loop, operations), sum: once };
}
