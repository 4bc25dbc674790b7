import { resolve } from 'node:path';
import type { Pipeline } from '../../support/pipeline.ts';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { brokerCpuSeconds } from '../broker-cpu.ts';
import { measure, startMeasured } from '../measure.ts';
import { metric, serviceMetrics } from '../service-metrics.ts';
import { quantile, ratioText, spreadText } from '../spread.ts';
import { withPipeline } from '../with-pipeline.ts';
import type { ReceiveArgs, ReceiveResult, SendArgs } from './latency-args.ts';

const sender = resolve(import.meta.dirname, 'send-open-loop.ts');
const receiver = resolve(import.meta.dirname, 'receive.ts');
const RECORDS_PER_SECOND = 1_000;

/** One run: the floor, then the same load through an aggregator. */
interface Run {
  /** Warm-up included. */
  sent: number;
  floorMs: number[];
  endToEndMs: number[];
  aggregatorCpuSeconds: number;
  brokerCpuSeconds: number | undefined;
  commits: number;
  commitSeconds: number;
}

export const latencyBench: Bench = {
  name: 'latency',
  summary:
    '1,000 records a second, open loop, price to average read_committed, beside producing and fetching alone',
  async run(context) {
    const { brokers } = await context.broker();
    const seconds = context.isQuick ? 4 : 30;
    const runs: Run[] = [];
    const pipelineOf = (name: string) => ({ brokers, name, env: { PARTITIONS: '12' } });
    for (let run = 0; run < context.runs; run++) {
      const done = await withPipeline(pipelineOf('bench-floor'), (floor) =>
        withPipeline(pipelineOf('bench-latency'), (pipeline) =>
          runOnce(context, { pipeline, floor, seconds, warmUpSeconds: warmUpOf(run, seconds) }),
        ),
      );
      runs.push(done);
      context.say(`  run ${run + 1}: p50 ${at(done.endToEndMs, 0.5)} ms, floor ${at(done.floorMs, 0.5)} ms`);
    }
    return rowsOf(runs, seconds);
  },
};

/** The broker's own compiler takes most of a core for the first half minute of transactions. */
function warmUpOf(run: number, seconds: number): number {
  return run === 0 ? seconds : Math.ceil(seconds / 6);
}

async function runOnce(
  context: BenchContext,
  o: { pipeline: Pipeline; floor: Pipeline; seconds: number; warmUpSeconds: number },
): Promise<Run> {
  const broker = await context.broker();
  const { pipeline, floor, seconds, warmUpSeconds } = o;
  const load = {
    brokers: broker.brokers,
    records: (seconds + warmUpSeconds) * RECORDS_PER_SECOND,
    warmUpRecords: warmUpSeconds * RECORDS_PER_SECOND,
  };
  const floorMs = await throughTopic({ ...load, topic: floor.inputTopic, holds: 'prices' }, floor.inputTopic);

  const aggregator = await pipeline.start('aggregator');
  const before = await serviceMetrics(aggregator.port);
  const brokerBefore = brokerCpuSeconds(broker);
  const endToEndMs = await throughTopic(
    { ...load, topic: pipeline.outputTopic, holds: 'averages' },
    pipeline.inputTopic,
  );
  const after = await serviceMetrics(aggregator.port);
  const brokerAfter = brokerCpuSeconds(broker);
  const difference = (name: string) => metric(after, name) - metric(before, name);
  return {
    sent: load.records,
    floorMs,
    endToEndMs,
    aggregatorCpuSeconds: difference('process_cpu_seconds_total'),
    brokerCpuSeconds: brokerAfter === undefined ? undefined : brokerAfter - brokerBefore!,
    commits: difference('meanwhile_commit_duration_seconds_count'),
    commitSeconds: difference('meanwhile_commit_duration_seconds_sum'),
  };
}

/** Sends to one topic, receives from another (or the same). */
async function throughTopic(receive: ReceiveArgs, sendTo: string): Promise<number[]> {
  const receiving = startMeasured<ReceiveResult>(receiver, receive);
  await receiving.ready;
  const send: SendArgs = { brokers: receive.brokers, topic: sendTo, records: receive.records };
  const [{ latenciesMs }] = await Promise.all([receiving.result, measure<object>(sender, send)]);
  return latenciesMs;
}

function rowsOf(runs: readonly Run[], seconds: number): Row[] {
  const quantileRow = (name: string, share: number, wanted: string): Row => {
    const ours = runs.map(({ endToEndMs }) => quantile(endToEndMs, share));
    const floor = runs.map(({ floorMs }) => quantile(floorMs, share));
    return {
      what: `price to average, ${RECORDS_PER_SECOND} records/s for ${seconds} s, 12 partitions: ${name}`,
      ours: spreadText(ours, 'ms'),
      reference: `${spreadText(floor, 'ms')} (produce → fetch, no aggregator)`,
      ratio: ratioText(ours, floor),
      wanted,
    };
  };
  const plainRow = (what: string, unit: string, figures: number[]): Row => ({
    what,
    ours: spreadText(figures, unit),
    reference: '',
    ratio: '',
    wanted: '',
  });
  const brokerCpu = runs.flatMap(({ brokerCpuSeconds: cpu, sent }) =>
    cpu === undefined ? [] : [(cpu / sent) * 1e6],
  );
  return [
    quantileRow('p50', 0.5, '≤ 8 ms'),
    quantileRow('p99', 0.99, '≤ 30 ms'),
    quantileRow('p99.9', 0.999, ''),
    plainRow(
      'records in a transaction',
      '',
      runs.map(({ sent, commits }) => sent / commits),
    ),
    plainRow(
      'duration of a commit, mean',
      'ms',
      runs.map((run) => (run.commitSeconds / run.commits) * 1e3),
    ),
    plainRow(
      "the aggregator's CPU for 1,000 records",
      'ms',
      runs.map((run) => (run.aggregatorCpuSeconds / run.sent) * 1e6),
    ),
    ...(brokerCpu.length > 0
      ? [plainRow("the broker's CPU for 1,000 records, clients' requests included", 'ms', brokerCpu)]
      : []),
  ];
}

function at(latenciesMs: readonly number[], share: number): string {
  return quantile(latenciesMs, share).toFixed(1);
}
