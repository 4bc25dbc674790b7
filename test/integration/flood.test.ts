import { connectCluster, openIdempotentWriter } from '@meanwhile/kafka';
import { afterEach, expect, inject, test } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { checkTopics } from '../support/checker.ts';
import { atScale } from '../support/engine-scale.ts';
import { makePipeline, type Pipeline, silent } from '../support/pipeline.ts';

const MAX_KEYS = 1_500;
const HONEST_KEYS = 1_000;
/** A price of each honest key a second; all within one minute, so that tumbling windows hold every key to the end. */
const ROUNDS = 15;
const FLOOD_KEYS = atScale(100_000, 1_000_000);
/** A whole minute. */
const START_MS = 1_700_000_040_000;
const RSS_BYTES_MAX = 500 * 1024 * 1024;
let pipeline: Pipeline;
afterEach(() => pipeline.stop());

// second  0               1                                                         15
// honest  1,000 keys      ── again ── again ── again …
// flood                   ░░░░░░░░░ 100,000 keys that come once ░░░░░░░░░░░░░░░░░░░░
test('a flood of new keys into one partition: those that were there before stay exact, the rest is refused', async () => {
  const brokers = inject('brokers');
  const env = { PARTITIONS: '1', MAX_KEYS: String(MAX_KEYS), IDLE_TIMEOUT: 'off' };
  pipeline = await makePipeline({ brokers, name: 'flood', env });
  const aggregator = await pipeline.start('aggregator');
  await send(brokers);
  await pipeline.untilCommitted(150_000);
  const rssBytes = await metric(aggregator, 'process_resident_memory_bytes');
  expect(rssBytes).toBeGreaterThan(0);
  expect(rssBytes).toBeLessThan(RSS_BYTES_MAX);
  expect(await metric(aggregator, 'meanwhile_keys{partition="0"}')).toBe(MAX_KEYS);

  // Every record through the oracles: whose results, and that exactly the keys past MAX_KEYS became dead letters.
  const { inputTopic, outputTopic } = pipeline;
  const report = await checkTopics({ brokers, inputTopic, outputTopic });
  expect(report.problems).toEqual([]);
  expect(report.counts).toMatchObject({
    read: HONEST_KEYS * ROUNDS + FLOOD_KEYS,
    late: 0,
    deadLetters: FLOOD_KEYS - (MAX_KEYS - HONEST_KEYS),
  });
});

async function send(brokers: string): Promise<void> {
  const cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  const writer = await openIdempotentWriter(cluster, {
    topic: pipeline.inputTopic,
    partitionFor: () => 0,
    logger: silent,
  });
  const add = (symbol: string, timestamp: number, place: number) => {
    const value = JSON.stringify({ symbol, price: 100 + (place % 997) / 100, timestamp });
    return writer.append(Buffer.from(symbol), Buffer.from(value), Date.now());
  };
  let flooded = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let key = 0; key < HONEST_KEYS; key++) {
      const place = round * HONEST_KEYS + key;
      const timestamp = START_MS + place;
      await add(`H${key}`, timestamp, place);
      const due = (FLOOD_KEYS * (place - HONEST_KEYS + 1)) / ((ROUNDS - 1) * HONEST_KEYS);
      while (flooded < due) await add(`F${flooded++}`, timestamp, flooded);
    }
  }
  await writer.flush();
  await writer.close();
  await cluster.close();
}

async function metric({ port }: Child, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}
