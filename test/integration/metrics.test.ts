import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectCluster, TransactionalWriter } from '@meanwhile/kafka';
import { topicNames } from '@meanwhile/records';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { documentedMetrics } from '../support/documented.ts';
import { readMetrics, type Sample } from '../support/metrics-text.ts';
import { makePipeline, type Pipeline, root, silent, until } from '../support/pipeline.ts';

const PARTITIONS = 2;
/** Marked, to be looked for. */
const symbols = Array.from({ length: 20 }, (_, i) => `SYMBOL-${i}`);
const SYMBOLS = symbols.length;
const documented = documentedMetrics(readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8'));

let pipeline: Pipeline;
let services: { producer: Child; aggregator: Child; sink: Child };
let stream: AbortController;
/** All samples of all services, at the end of a run in which everything happened that there is a metric for. */
let metrics: Map<string, Sample[]>;

beforeAll(async () => {
  pipeline = await makePipeline({
    brokers: inject('brokers'),
    name: 'metrics',
    env: { PARTITIONS: String(PARTITIONS), MAX_KEYS: '1000', WINDOWS: 'sliding:10s,tumbling:1s,session:30s' },
  });
  const producer = await pipeline.start('producer', {
    RATE: '400',
    SYMBOLS: symbols.join(','),
    LATE_RATIO: '0.1',
    SEED: '1',
  });
  const aggregator = await pipeline.start('aggregator');
  const sink = await pipeline.start('sink');
  services = { producer, aggregator, sink };
  stream = new AbortController();
  const { body } = await fetch(`http://127.0.0.1:${sink.port}/api/v1/stream`, { signal: stream.signal });
  body!.pipeTo(new WritableStream()).catch(() => {}); // until it is aborted, below
  await until(
    'late records are there',
    30_000,
    async () => (await sum('records_total', { outcome: 'late' })) > 0,
  );
  await sendHostileRecords();
  await fencePartition0();
  await until('partition 0 is open again', 30_000, async () => {
    const running = await sum('partitions', { state: 'running' });
    return running === PARTITIONS && (await sum('restore_duration_seconds_count')) > 0;
  });
  await until('two dead letters', 30_000, async () => (await sum('dead_letters_total')) === 2);
  await until('the database grows on', 30_000, async () => (await sum('sink_rows_upserted_total')) > 500);
  await until('all of it is fast', 30_000, async () => (await sum('fast_path_share')) > 0);
  // The aggregator and the sink were not, for a moment; the samples that say so are the ones that are looked at.
  await until('all are ready again', 30_000, async () => (await sum('ready')) === 3);
}, 120_000);

afterAll(async () => {
  stream?.abort();
  await pipeline?.stop();
});

/** Each metric of the table and what a healthy run of this pipeline shows: the samples of all services that fit the labels. */
const sensible: Record<string, () => void> = {
  build_info: () => {
    expect(labelValues('build_info', 'service')).toEqual(['aggregator', 'producer', 'sink']);
    expect(labelValues('build_info', 'version')).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
  },
  ready: () => expect(all('ready')).toEqual([1, 1, 1]),
  event_loop_delay_seconds: () => histogram('event_loop_delay_seconds', { atLeast: 30, averageBelow: 1 }),

  producer_prices_total: () => expect(one('producer_prices_total')).toBeGreaterThan(500),
  producer_records_total: () => expect(one('producer_records_total')).toBeGreaterThan(500),
  producer_pending_records: () => between(one('producer_pending_records'), 0, 10_000),
  producer_bad_lines_total: () => expect(one('producer_bad_lines_total')).toBe(0),
  producer_retries_total: () => expect(one('producer_retries_total')).toBe(0),
  producer_last_record_timestamp_seconds: () => recent('producer_last_record_timestamp_seconds', 1),

  records_total: () => {
    expect(sumOf('records_total', { outcome: 'averaged' })).toBeGreaterThan(100);
    expect(sumOf('records_total', { outcome: 'late' })).toBeGreaterThan(0);
    expect(sumOf('records_total', { outcome: 'dead_lettered' })).toBe(2);
  },
  partly_late_total: () => between(one('partly_late_total'), 0, one('producer_records_total')),
  dead_letters_total: () => {
    expect(sumOf('dead_letters_total', { reason: 'not_json' })).toBe(1);
    expect(sumOf('dead_letters_total', { reason: 'null_key' })).toBe(1);
    expect(samples('dead_letters_total')).toHaveLength(13);
  },
  results_total: () =>
    expect(one('results_total')).toBeGreaterThan(sumOf('records_total', { outcome: 'averaged' })),
  pending_records: () => perPartition('pending_records', 0, 1_000),
  lag_records: () => perPartition('lag_records', 0, 1_000),
  last_commit_timestamp_seconds: () => recent('last_commit_timestamp_seconds', PARTITIONS),
  watermark_seconds: () => recent('watermark_seconds', PARTITIONS),
  open_windows: () => {
    expect(samples('open_windows')).toHaveLength(PARTITIONS * 3);
    expect(labelValues('open_windows', 'window')).toEqual(['session-30s', 'sliding-10s', 'tumbling-1s']);
    // Every key has its session, its last second and at least one sliding window; none has more of these than records.
    between(sumOf('open_windows', { window: 'session-30s' }), SYMBOLS, SYMBOLS);
    between(sumOf('open_windows', { window: 'tumbling-1s' }), SYMBOLS, SYMBOLS * 10);
    between(sumOf('open_windows', { window: 'sliding-10s' }), SYMBOLS, one('results_total'));
  },
  keys: () => expect(sumOf('keys')).toBe(SYMBOLS),
  keys_max: () => expect(one('keys_max')).toBe(1_000),
  fast_path_share: () => perPartition('fast_path_share', 0.9, 1),
  commit_duration_seconds: () => histogram('commit_duration_seconds', { atLeast: 10, averageBelow: 10 }),
  commit_size_bytes: () => histogram('commit_size_bytes', { atLeast: 10, averageBelow: 8e6 }),
  commit_records: () => {
    histogram('commit_records', { atLeast: 10, averageBelow: 100_000 });
    expect(one('commit_records_sum')).toBe(sumOf('records_total'));
  },
  latency_seconds: () => histogram('latency_seconds', { atLeast: 10, averageBelow: 30 }),
  transactions_failed_total: () => expect(one('transactions_failed_total')).toBe(1),
  tasks_ended_total: () => {
    expect(sumOf('tasks_ended_total', { next: 'confirm' })).toBe(1);
    expect(sumOf('tasks_ended_total')).toBe(1);
  },
  rebalances_total: () => between(one('rebalances_total'), 1, 3),
  partitions: () => {
    expect(sumOf('partitions', { state: 'running' })).toBe(PARTITIONS);
    expect(sumOf('partitions')).toBe(PARTITIONS);
  },
  input_partitions: () => expect(one('input_partitions')).toBe(PARTITIONS),
  restore_duration_seconds: () => histogram('restore_duration_seconds', { atLeast: 1, averageBelow: 60 }),
  restored_records_total: () => between(one('restored_records_total'), 1, one('producer_records_total')),
  silence_contradicted_total: () => expect(one('silence_contradicted_total')).toBe(0),

  sink_records_total: () => expect(one('sink_records_total')).toBeGreaterThan(500),
  sink_rows_upserted_total: () => between(one('sink_rows_upserted_total'), 500, one('sink_records_total')),
  sink_rows_unchanged_total: () => expect(one('sink_rows_unchanged_total')).toBe(0),
  sink_lag_records: () => {
    expect(samples('sink_lag_records')).toHaveLength(2 * PARTITIONS);
    for (const { value } of samples('sink_lag_records')) between(value, 0, 10_000);
  },
  sink_last_stored_timestamp_seconds: () => recent('sink_last_stored_timestamp_seconds', 1),
  sink_latency_seconds: () => histogram('sink_latency_seconds', { atLeast: 10, averageBelow: 30 }),
  sink_store_duration_seconds: () =>
    histogram('sink_store_duration_seconds', { atLeast: 10, averageBelow: 5 }),
  sink_database_bytes: () => between(one('sink_database_bytes'), 4_096, 1e9),
  sink_rows_expired_total: () => expect(one('sink_rows_expired_total')).toBe(0),
  sink_stream_clients: () => expect(one('sink_stream_clients')).toBe(1),
  sink_malformed_total: () => expect(one('sink_malformed_total')).toBe(0),
  sink_malformed_journal_total: () => expect(one('sink_malformed_journal_total')).toBe(0),
  sink_lost_total: () => expect(one('sink_lost_total')).toBe(0),
};

test.each(documented)('%s has a sensible value', (name) => {
  const check = sensible[name.replace('meanwhile_', '')];
  expect(check, `${name} is documented: what is sensible for it?`).toBeDefined();
  check!();
});

test('every metric of ours that is served is documented, and in no other unit than its name says', () => {
  const served = [...metrics.keys()].filter((name) => name.startsWith('meanwhile_'));
  const families = new Set(
    served.map((name) => (documented.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, ''))),
  );
  expect([...families].toSorted()).toEqual(documented.toSorted());
  for (const name of families) expect(name).not.toMatch(/_(ms|millis|minutes|kb|mb)(_|$)/);
});

test('no label carries a symbol', () => {
  const values = [...metrics.values()].flat().flatMap(({ labels }) => Object.values(labels));
  expect(values.length).toBeGreaterThan(100);
  expect(values.filter((value) => value.includes('SYMBOL'))).toEqual([]);
});

/** A record that is no JSON and one without a key. By the stock client: an outside producer. */
async function sendHostileRecords(): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: inject('brokers').split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({
    topic: pipeline.inputTopic,
    messages: [
      { key: 'X', value: 'no price', partition: 1 },
      { key: null, value: '{"price":1}', partition: 1 },
    ],
  });
  await producer.disconnect();
}

/** As a stale owner would: the aggregator's next transaction is refused, and it opens the partition anew. */
async function fencePartition0(): Promise<void> {
  const cluster = await connectCluster(
    { brokers: inject('brokers').split(','), clientId: 'stale owner' },
    { logger: silent },
  );
  const { averages } = topicNames(pipeline.outputTopic);
  await TransactionalWriter.open(cluster, {
    transactionalId: `${averages}-0`,
    groupId: pipeline.inputTopic,
    timeoutMs: 10_000,
    logger: silent,
  });
  await cluster.close();
}

async function readAll(): Promise<Map<string, Sample[]>> {
  const merged = new Map<string, Sample[]>();
  for (const { port } of Object.values(services)) {
    for (const [name, found] of await readMetrics(port))
      merged.set(name, [...(merged.get(name) ?? []), ...found]);
  }
  return merged;
}

async function sum(name: string, labels: Record<string, string> = {}): Promise<number> {
  metrics = await readAll();
  return sumOf(name, labels);
}

function samples(name: string): Sample[] {
  return metrics.get(`meanwhile_${name}`) ?? [];
}

function all(name: string): number[] {
  return samples(name).map(({ value }) => value);
}

function one(name: string): number {
  expect(samples(name), name).toHaveLength(1);
  return samples(name)[0]!.value;
}

function sumOf(name: string, labels: Record<string, string> = {}): number {
  const isMeant = (sample: Sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
  return samples(name)
    .filter(isMeant)
    .reduce((total, { value }) => total + value, 0);
}

function labelValues(name: string, label: string): string[] {
  return [...new Set(samples(name).map(({ labels }) => labels[label]!))].toSorted();
}

function between(value: number, low: number, high: number): void {
  expect(value).toBeGreaterThanOrEqual(low);
  expect(value).toBeLessThanOrEqual(high);
}

function perPartition(name: string, low: number, high: number): void {
  expect(labelValues(name, 'partition')).toEqual(['0', '1']);
  for (const value of all(name)) between(value, low, high);
}

/** A time within the last minutes, of as many samples. */
function recent(name: string, count: number): void {
  expect(samples(name)).toHaveLength(count);
  for (const value of all(name)) between(value, Date.now() / 1_000 - 300, Date.now() / 1_000 + 10);
}

function histogram(name: string, o: { atLeast: number; averageBelow: number }): void {
  const count = sumOf(`${name}_count`);
  expect(count).toBeGreaterThanOrEqual(o.atLeast);
  expect(sumOf(`${name}_bucket`, { le: '+Inf' })).toBe(count);
  between(sumOf(`${name}_sum`) / count, 0, o.averageBelow);
}
