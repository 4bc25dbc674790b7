import { connectCluster, openIdempotentWriter } from '@meanwhile/kafka';
import { afterEach, expect, inject, test } from 'vitest';
import { makePipeline, type Pipeline, silent } from '../support/pipeline.ts';
import { readTopic } from '../support/plain-topics.ts';

const KEYS = 60_000;
let pipeline: Pipeline;
afterEach(() => pipeline.stop());

// time    0 s: a price of each of 60,000 keys   1 h: one price closes all their windows, 18 MB of results
test('one record that closes more windows than an outbox holds: all results in one transaction, all exact', async () => {
  const env = { PARTITIONS: '1', WINDOWS: 'tumbling:1m', EMIT: 'final', IDLE_TIMEOUT: 'off' };
  pipeline = await makePipeline({ brokers: inject('brokers'), name: 'many', env });
  await pipeline.start('aggregator');
  const startMs = Date.now() - 7_200_000;
  const keys = Array.from({ length: KEYS }, (_, i) => ({ key: `K${i}`, timestamp: startMs }));
  await send([...keys, { key: 'K0', timestamp: startMs + 3_600_000 }]);
  await pipeline.untilCommitted(120_000);
  const results = (await readTopic(inject('brokers'), pipeline.outputTopic)).map(({ value }) =>
    JSON.parse(value!.toString()),
  );
  expect(results).toHaveLength(KEYS);
  expect(new Set(results.map(({ symbol }) => symbol)).size).toBe(KEYS);
  const common = { record_count: 1, average: 101.5, revision: 1, is_final: true };
  expect(
    results.filter((result) => !Object.entries(common).every(([field, value]) => result[field] === value)),
  ).toEqual([]);
  const journal = await readTopic(inject('brokers'), `${pipeline.outputTopic}-journal`);
  const commits = journal
    .filter(({ key }) => key!.toString() === 'commit')
    .map(({ value }) => JSON.parse(value!.toString()));
  expect(commits.map(({ results: count }) => count).filter((count) => count > 0)).toEqual([KEYS]); // in one of them
  expect(commits.at(-1)).toMatchObject({
    next_offset: KEYS + 1,
    totals: { read: KEYS + 1, averaged: KEYS + 1, results: KEYS },
  });
});

async function send(prices: { key: string; timestamp: number }[]): Promise<void> {
  const cluster = await connectCluster(
    { brokers: inject('brokers').split(','), clientId: 'test' },
    { logger: silent },
  );
  const writer = await openIdempotentWriter(cluster, {
    topic: pipeline.inputTopic,
    partitionFor: () => 0,
    logger: silent,
  });
  for (const { key, timestamp } of prices) {
    const value = JSON.stringify({ symbol: key, price: 101.5, timestamp });
    await writer.append(Buffer.from(key), Buffer.from(value), Date.now());
  }
  await writer.flush();
  await writer.close();
  await cluster.close();
}
