import { createHash } from 'node:crypto';
import { AverageWriter, ByteWriter, jsonString } from '@meanwhile/records';
import { loopCost } from '../loop-cost.ts';
import { runMeasured } from '../run-measured.ts';
import type { WriteArgs, WriteCost } from './write-result.ts';
import { writeResults } from './write-results.ts';

runMeasured(write);

async function write({ aggregates, operations }: WriteArgs): Promise<WriteCost> {
  const results = writeResults();
  const writer = new AverageWriter({ windowNames: ['sliding-10s'], aggregates });
  const out = new ByteWriter();
  const symbol = jsonString(Buffer.from('S00001'));
  let next = 0;

  function loop(times: number): void {
    for (let index = 0; index < times; index++) {
      writer.write(out, symbol, results[next]!);
      next = next + 1 === results.length ? 0 : next + 1;
    }
  }

  const hash = createHash('sha256');
  for (const result of results) {
    writer.write(out, symbol, result);
    hash.update(out.toBytes());
  }
  return { ...loopCost(loop, operations), digest: hash.digest('hex') };
}
