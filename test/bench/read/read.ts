import { resolve } from 'node:path';
import { deleteTopic, freshTopic } from '../../support/broker.ts';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { preload } from '../preload.ts';
import { sumOfCents } from '../price-records.ts';
import { ratioText, spreadText } from '../spread.ts';
import type { ReadArgs, ReadResult } from './read-result.ts';

const KEYS = 500;
/** One partition is the reader's best case, twelve are the product's default. */
const PARTITION_COUNTS = [1, 12];
const own = resolve(import.meta.dirname, 'own-reader.ts');
const stock = resolve(import.meta.dirname, 'kafkajs-reader.ts');

export const readBench: Bench = {
  name: 'read',
  summary:
    'reader, cursor, keys interned, numbers scanned, summed: records per CPU second beside an empty kafkajs eachBatch',
  async run(context) {
    const rows: Row[] = [];
    for (const partitions of PARTITION_COUNTS) rows.push(await readRow(context, partitions));
    return rows;
  },
};

async function readRow(context: BenchContext, partitions: number): Promise<Row> {
  const { brokers } = await context.broker();
  const records = context.isQuick ? 60_000 : 2_000_000;
  const topic = await freshTopic(brokers, 'bench-read', partitions);
  context.say(`  filling ${partitions} partitions with ${records} records`);
  const stream = { keys: KEYS, startMs: Date.now(), recordsPerMs: 1 };
  await preload(brokers, { topic, partitions, records, stream });
  const args: ReadArgs = { brokers, topic, records };
  const rates = { own: [] as number[], stock: [] as number[] };
  for (let run = 0; run < context.runs; run++) {
    const ours = await measure<ReadResult>(own, args);
    if (ours.sumOfCents !== sumOfCents(records)) {
      throw new Error(`read: the sum is ${ours.sumOfCents}, wanted ${sumOfCents(records)}`);
    }
    const theirs = await measure<ReadResult>(stock, args);
    rates.own.push(records / ours.cpuSeconds / 1e6);
    rates.stock.push(records / theirs.cpuSeconds / 1e6);
    context.say(
      `  ${partitions} partitions, run ${run + 1}: ${rates.own[run]!.toFixed(2)} beside ${rates.stock[run]!.toFixed(2)} M/CPU-s`,
    );
  }
  await deleteTopic(brokers, topic);
  return {
    what: `read, ${partitions === 1 ? '1 partition' : `${partitions} partitions`}, ${records} records`,
    ours: spreadText(rates.own, 'M/CPU-s'),
    reference: `${spreadText(rates.stock, 'M/CPU-s')} (kafkajs, empty eachBatch)`,
    ratio: ratioText(rates.own, rates.stock),
    wanted: '≥ 5 ×',
  };
}
