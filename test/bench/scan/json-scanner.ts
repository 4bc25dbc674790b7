import { loopCost } from '../loop-cost.ts';
import { runMeasured } from '../run-measured.ts';
import { scanRecords } from './scan-records.ts';
import type { ScanArgs, ScanResult } from './scan-result.ts';

runMeasured(scan);

/** What one writes without a scanner; it even lets a number pass that JSON.parse has rounded. */
async function scan({ layouts, operations }: ScanArgs): Promise<ScanResult> {
  const { bytes, places, count } = scanRecords(layouts);
  const buffer = Buffer.from(bytes.buffer);
  let next = 0;

  function loop(times: number): number {
    let sum = 0;
    for (let index = 0; index < times; index++) {
      const at = next * 3;
      const key = buffer.toString('utf8', places[at], places[at + 1]);
      const price = JSON.parse(buffer.toString('utf8', places[at + 1], places[at + 2]));
      const value = numberOf(price.price);
      const timeMs = Math.floor(numberOf(price.timestamp));
      const isTime = timeMs >= 0 && timeMs <= 1_800_000_005_000;
      if (key === '' || !Number.isFinite(value) || Math.abs(value) > 1e100 || !isTime) {
        throw new Error(`record ${next}: wanted a price`);
      }
      sum += value + timeMs;
      next = next + 1 === count ? 0 : next + 1;
    }
    return sum;
  }

  const sum = loop(count);
  return { ...loopCost(loop, operations), sum };
}

function numberOf(field: unknown): number {
  if (typeof field === 'number') return field;
  return typeof field === 'string' && /^-?[0-9]+(\.[0-9]+)?$/.test(field) ? Number(field) : Number.NaN;
}
