import { resolve } from 'node:path';
import type { Bench, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { ratioText, spreadText } from '../spread.ts';
import type { BytesArgs, BytesResult } from './bytes-args.ts';

const own = resolve(import.meta.dirname, 'own-bytes.ts');
const plain = resolve(import.meta.dirname, 'json-bytes.ts');

/** Of a key: one each 500 ms of event time. */
const RECORDS_PER_WINDOW = 20;

const CASES = [
  { windows: 'tumbling:10s', aggregates: 'average', emit: 'final', keys: 500, wanted: '≥ 4 M/CPU-s' },
  { windows: 'sliding:10s', aggregates: 'average', emit: 'updates', keys: 500, wanted: '≥ 1.5 M/CPU-s' },
  {
    windows: 'tumbling:10s',
    aggregates: 'average',
    emit: 'final',
    keys: 100_000,
    wanted: 'half of 500 keys',
  },
  {
    windows: 'sliding:10s',
    aggregates: 'average',
    emit: 'updates',
    keys: 100_000,
    wanted: 'half of 500 keys',
  },
];

export const bytesBench: Bench = {
  name: 'bytes',
  summary: 'record batch bytes to result bytes in a record batch, in one process: CPU beside JSON alone',
  async run(context) {
    const rows: Row[] = [];
    for (const { wanted, ...one } of CASES) {
      const args: BytesArgs = { ...one, records: context.isQuick ? 250_000 : 2_000_000 };
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let run = 0; run < context.runs; run++) {
        ours.push(
          await rate(own, args, args.emit === 'final' ? args.records / RECORDS_PER_WINDOW : args.records),
        );
        theirs.push(await rate(plain, args, args.records));
      }
      const row = {
        what: `bytes to bytes, ${args.windows}, AGGREGATES=${args.aggregates}, EMIT=${args.emit}, ${args.keys} keys`,
        ours: spreadText(ours, 'M/CPU-s'),
        reference: `${spreadText(theirs, 'M/CPU-s')} (JSON.parse and JSON.stringify, no windows)`,
        ratio: ratioText(ours, theirs),
        wanted,
      };
      rows.push(row);
      context.say(`  ${row.what}: ${row.ours} beside ${row.reference}`);
    }
    return rows;
  },
};

async function rate(script: string, args: BytesArgs, wanted: number): Promise<number> {
  const { cpuSeconds, results } = await measure<BytesResult>(script, args);
  // Windows that close at the two ends of what is measured may fall on either side of it.
  if (Math.abs(results - wanted) > args.keys) throw new Error(`bytes: ${results} results, wanted ${wanted}`);
  return args.records / cpuSeconds / 1e6;
}
