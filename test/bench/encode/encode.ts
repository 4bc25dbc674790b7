import { resolve } from 'node:path';
import type { Bench } from '../bench.ts';
import { measure } from '../measure.ts';
import { ratioText, spreadText } from '../spread.ts';
import type { EncodeArgs, EncodeResult } from './encode-result.ts';

const own = resolve(import.meta.dirname, 'own-encoder.ts');
const stock = resolve(import.meta.dirname, 'kafkajs-encoder.ts');
const RECORDS_PER_BATCH = 750;

export const encodeBench: Bench = {
  name: 'encode',
  summary: "record batches with checksum: records per CPU second beside kafkajs's own encoder",
  async run(context) {
    const args: EncodeArgs = { batches: context.isQuick ? 100 : 1_500, recordsPerBatch: RECORDS_PER_BATCH };
    const records = args.batches * args.recordsPerBatch;
    const rates = { own: [] as number[], stock: [] as number[] };
    for (let run = 0; run < context.runs; run++) {
      const ours = await measure<EncodeResult>(own, args);
      const theirs = await measure<EncodeResult>(stock, args);
      if (ours.batchHex !== theirs.batchHex) throw new Error('encode: our batch is not the bytes of kafkajs');
      rates.own.push(records / ours.cpuSeconds / 1e6);
      rates.stock.push(records / theirs.cpuSeconds / 1e6);
      context.say(
        `  run ${run + 1}: ${rates.own[run]!.toFixed(2)} beside ${rates.stock[run]!.toFixed(2)} M/CPU-s`,
      );
    }
    return [
      {
        what: `encode, ${records} records, ${RECORDS_PER_BATCH} in a batch`,
        ours: spreadText(rates.own, 'M/CPU-s'),
        reference: `${spreadText(rates.stock, 'M/CPU-s')} (kafkajs)`,
        ratio: ratioText(rates.own, rates.stock),
        wanted: '≥ 8 ×',
      },
    ];
  },
};
