import { resolve } from 'node:path';
import type { Child } from '../../../deploy/local/child.ts';
import { deleteTopic, freshTopic } from '../../support/broker.ts';
import { until } from '../../support/pipeline.ts';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { preload } from '../preload.ts';
import type { ReadArgs, ReadResult } from '../read/read-result.ts';
import { metric, serviceMetrics } from '../service-metrics.ts';
import { ratioText, spreadText } from '../spread.ts';
import { withPipeline } from '../with-pipeline.ts';

const stock = resolve(import.meta.dirname, '../read/kafkajs-reader.ts');
const PARTITIONS = 4;
const KEYS = 500;
const CASES = [
  { WINDOWS: 'sliding:10s', AGGREGATES: 'average', EMIT: 'updates' },
  { WINDOWS: 'tumbling:1m', AGGREGATES: 'average', EMIT: 'updates' },
  { WINDOWS: 'tumbling:1m', AGGREGATES: 'average', EMIT: 'final' },
];
/** Times an empty kafkajs `eachBatch`. */
const WANTED: Record<string, string> = { 'sliding:10s': '≥ 1 ×', 'tumbling:1m': '≥ 2 ×' };

export const throughputBench: Bench = {
  name: 'throughput',
  summary:
    'a topic drained by an aggregator, exactly once: records per CPU second beside an empty kafkajs eachBatch',
  async run(context) {
    const { brokers } = await context.broker();
    const records = context.isQuick ? 50_000 : 2_000_000;
    const topic = await freshTopic(brokers, 'bench-throughput', PARTITIONS, {
      'message.timestamp.type': 'LogAppendTime',
    });
    context.say(`  filling ${PARTITIONS} partitions with ${records} records`);
    const stream = { keys: KEYS, startMs: Date.now() - records - 60_000, recordsPerMs: 1 };
    await preload(brokers, { topic, partitions: PARTITIONS, records, stream });
    const input = { brokers, topic, records };
    const stockRates: number[] = [];
    for (let run = 0; run < context.runs; run++) {
      const { cpuSeconds } = await measure<ReadResult>(stock, input satisfies ReadArgs);
      stockRates.push(records / cpuSeconds / 1e6);
    }
    const rows: Row[] = [];
    for (const settings of CASES) rows.push(...(await drainRows(context, settings, input, stockRates)));
    await deleteTopic(brokers, topic);
    return rows;
  },
};

async function drainRows(
  context: BenchContext,
  settings: (typeof CASES)[number],
  input: ReadArgs,
  stockRates: readonly number[],
): Promise<Row[]> {
  const rates: number[] = [];
  const holdsMs: number[] = [];
  for (let run = 0; run < context.runs; run++) {
    const bootCpuSeconds = await cpuOfStart(input.brokers, settings);
    const { cpuSeconds, wallSeconds, longestHoldMs } = await drain(input, settings);
    rates.push(input.records / (cpuSeconds - bootCpuSeconds) / 1e6);
    holdsMs.push(longestHoldMs);
    context.say(
      `  ${settings.WINDOWS}, EMIT=${settings.EMIT}, run ${run + 1}: ${rates[run]!.toFixed(3)} M/CPU-s (${(input.records / wallSeconds / 1e3).toFixed(0)} k/s)`,
    );
  }
  const what = `aggregator, ${settings.WINDOWS}, AGGREGATES=${settings.AGGREGATES}, EMIT=${settings.EMIT}, ${input.records} records, ${KEYS} keys`;
  return [
    {
      what,
      ours: spreadText(rates, 'M/CPU-s'),
      reference: `${spreadText(stockRates, 'M/CPU-s')} (kafkajs, empty eachBatch)`,
      ratio: ratioText(rates, stockRates),
      wanted: WANTED[settings.WINDOWS]!,
    },
    {
      what: `${what}: the longest that a heartbeat would have waited for the event loop`,
      ours: spreadText(holdsMs, 'ms'),
      reference: '',
      ratio: '',
      wanted: '≤ 200 ms',
    },
  ];
}

/** What a process uses until it is ready, with nothing to read. */
async function cpuOfStart(brokers: string, settings: Record<string, string>): Promise<number> {
  const env = { PARTITIONS: String(PARTITIONS), ...settings };
  return withPipeline({ brokers, name: 'bench-idle', env }, async (pipeline) => {
    const { port } = await pipeline.start('aggregator');
    return metric(await serviceMetrics(port), 'process_cpu_seconds_total');
  });
}

/** From the start of the process until every record is committed. */
async function drain(
  { brokers, topic, records }: ReadArgs,
  settings: Record<string, string>,
): Promise<{ cpuSeconds: number; wallSeconds: number; longestHoldMs: number }> {
  const env = { INPUT_TOPIC: topic, ...settings };
  return withPipeline({ brokers, name: 'bench-drain', env }, async (pipeline) => {
    const startMs = performance.now();
    const aggregator = await pipeline.start('aggregator');
    const longestHoldMs = await untilDrained(aggregator, records);
    const wallSeconds = (performance.now() - startMs) / 1_000;
    const cpuSeconds = metric(await serviceMetrics(aggregator.port), 'process_cpu_seconds_total');
    return { cpuSeconds, wallSeconds, longestHoldMs };
  });
}

/** @returns the longest delay of a timer meanwhile, start-up left out */
async function untilDrained({ port }: Child, records: number): Promise<number> {
  let longestHoldMs = 0;
  await serviceMetrics(port); // a look begins a new maximum
  const isDrained = async () => {
    const metrics = await serviceMetrics(port);
    longestHoldMs = Math.max(longestHoldMs, metric(metrics, 'nodejs_eventloop_lag_max_seconds') * 1e3);
    return metrics.get('meanwhile_records_total') === records;
  };
  await until(`${records} records are committed`, 600_000, isDrained, 500);
  return longestHoldMs;
}
