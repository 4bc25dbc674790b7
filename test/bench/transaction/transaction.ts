import { resolve } from 'node:path';
import { deleteTopic, freshTopic } from '../../support/broker.ts';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { quantile, ratioText, spreadText } from '../spread.ts';
import type { TransactionArgs, TransactionResult } from './transaction-result.ts';

const own = resolve(import.meta.dirname, 'own-transactions.ts');
const stock = resolve(import.meta.dirname, 'kafkajs-transactions.ts');
/** One partition, and all partitions of the product's default in one process. */
const WRITER_COUNTS = [1, 12];
const EVERY_MS = 50;

export const transactionBench: Bench = {
  name: 'transaction',
  summary: "50 results, a journal entry and an offset: duration and CPU of a transaction beside kafkajs's",
  async run(context) {
    const rows: Row[] = [];
    for (const writers of WRITER_COUNTS) rows.push(...(await transactionRows(context, writers)));
    return rows;
  },
};

async function transactionRows(context: BenchContext, writers: number): Promise<Row[]> {
  const { brokers } = await context.broker();
  const fresh = (name: string) => freshTopic(brokers, `bench-${name}`, writers);
  const topics = {
    input: await fresh('input'),
    output: await fresh('output'),
    journal: await fresh('journal'),
  };
  const transactions = context.isQuick ? 20 : 200;
  const args = { brokers, topics, writers, everyMs: EVERY_MS, transactions };
  const ours: TransactionResult[] = [];
  const theirs: TransactionResult[] = [];
  for (let run = 0; run < context.runs; run++) {
    const withId: TransactionArgs = { ...args, idPrefix: `${topics.output}-${run}` };
    ours.push(await measure<TransactionResult>(own, withId));
    theirs.push(await measure<TransactionResult>(stock, withId));
    const [p50, stockP50] = [at(ours[run]!, 0.5), at(theirs[run]!, 0.5)];
    context.say(
      `  ${writers} writers, run ${run + 1}: p50 ${p50.toFixed(1)} beside ${stockP50.toFixed(1)} ms`,
    );
  }
  for (const topic of Object.values(topics)) await deleteTopic(brokers, topic);

  const row = (
    what: string,
    unit: string,
    wanted: string,
    figure: (result: TransactionResult) => number,
  ): Row => {
    const [figures, stockFigures] = [ours.map(figure), theirs.map(figure)];
    return {
      what: `transaction, ${writers === 1 ? '1 writer' : `${writers} writers`} every ${EVERY_MS} ms: ${what}`,
      ours: spreadText(figures, unit),
      reference: `${spreadText(stockFigures, unit)} (kafkajs)`,
      ratio: ratioText(figures, stockFigures),
      wanted,
    };
  };
  return [
    row('p50', 'ms', '≤ 0.5 ×', (result) => at(result, 0.5)),
    row('p99', 'ms', '', (result) => at(result, 0.99)),
    row('CPU', 'ms', '', ({ cpuMs }) => cpuMs),
  ];
}

function at({ durationsMs }: TransactionResult, share: number): number {
  return quantile(durationsMs, share);
}
