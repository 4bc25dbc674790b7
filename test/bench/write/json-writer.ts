import { createHash } from 'node:crypto';
import { AGGREGATES, type AverageFields } from '@meanwhile/records';
import { loopCost } from '../loop-cost.ts';
import { runMeasured } from '../run-measured.ts';
import type { WriteArgs, WriteCost } from './write-result.ts';
import { writeResults } from './write-results.ts';

runMeasured(write);

/** What one writes without a writer: JSON.stringify, encoded into a buffer that is used again. */
async function write({ aggregates, operations }: WriteArgs): Promise<WriteCost> {
  const results = writeResults();
  const left = AGGREGATES.filter((name) => !aggregates.includes(name));
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(4_096);
  let next = 0;

  function writeOne(result: AverageFields): number {
    const average: Record<string, unknown> = {
      symbol: 'S00001',
      window: 'sliding-10s',
      window_start: result.startMs,
      window_end: result.endMs,
      average: result.average,
      record_count: result.count,
      total: result.total,
      minimum: result.minimum,
      maximum: result.maximum,
      earliest: result.earliest,
      latest: result.latest,
      stddev: result.stddev,
      revision: result.revision,
      is_final: result.isFinal,
      input_offset: result.inputOffset,
      schema_version: 1,
    };
    for (const name of left) average[name] = undefined;
    return encoder.encodeInto(JSON.stringify(average), bytes).written;
  }

  function loop(times: number): void {
    for (let index = 0; index < times; index++) {
      writeOne(results[next]!);
      next = next + 1 === results.length ? 0 : next + 1;
    }
  }

  const hash = createHash('sha256');
  for (const result of results) hash.update(bytes.slice(0, writeOne(result)));
  return { ...loopCost(loop, operations), digest: hash.digest('hex') };
}
