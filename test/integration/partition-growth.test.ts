import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { partitionFor } from '@meanwhile/records';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { checkTopics } from '../support/checker.ts';
import { type Message, meanwhile, meanwhileJson, sendMessages } from '../support/meanwhile.ts';
import { makePipeline, type Pipeline, root, until } from '../support/pipeline.ts';

// The procedure of docs/production.md, "More partitions", from two partitions to five.
const brokers = inject('brokers');
const COUNT = 300;
const SYMBOLS = 20;
const admin = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).admin();
let pipeline: Pipeline;

beforeAll(async () => {
  await admin.connect();
  pipeline = await makePipeline({
    brokers,
    name: 'growth',
    env: {
      PARTITIONS: '2',
      WINDOWS: 'sliding:2s,tumbling:1s',
      IDLE_TIMEOUT: '500ms',
      IDLE_SKEW: '500ms',
      GRACE: '500ms',
    },
  });
});

afterAll(async () => {
  await pipeline.stop();
  await admin.disconnect();
});

test('an input gets more partitions: nothing is lost or counted twice, and who goes on as before is refused', async () => {
  const { inputTopic, outputTopic } = pipeline;
  const before = await pipeline.start('aggregator');
  const startMs = Date.now() - 60_000;
  await sendMessages(brokers, inputTopic, prices(startMs, 2));
  await pipeline.untilCommitted(60_000);
  await until('all windows are closed', 30_000, () => openWindows(before.port).then((open) => open === 0));
  expect(await before.stop()).toBe(0);
  const { counts, problems } = await checkTopics({ brokers, inputTopic, outputTopic });
  expect([counts.read, problems]).toEqual([COUNT, []]);

  await admin.createPartitions({ topicPartitions: [{ topic: inputTopic, count: 5 }] });
  await expectRefused();
  // Nor when the outputs grow with it: the journal was written for two.
  const outputs = ['', '-late', '-dead-letters', '-journal'].map((suffix) => outputTopic + suffix);
  await admin.createPartitions({ topicPartitions: outputs.map((topic) => ({ topic, count: 5 })) });
  await expectRefused();

  const grown = { OUTPUT_TOPIC: `${outputTopic}-5`, GROUP_ID: `${inputTopic}-5` };
  const env = { ...pipeline.env, ...grown };
  expect(meanwhile({ ...env, PARTITIONS: '' }, 'topics').status).toBe(0);
  expect(meanwhile(env, 'reset', '--to', 'latest', '--yes').status).toBe(0);
  const after = await pipeline.start('aggregator', grown);
  await sendMessages(brokers, inputTopic, prices(startMs + 30_000, 5));
  await until('the rest is averaged', 60_000, () => readOf(env) === COUNT);
  expect(await after.stop()).toBe(0);

  // Keys have moved to other partitions; each half is exact by itself.
  expect(meanwhile(env, 'verify')).toMatchObject({ status: 0 });
});

async function expectRefused(): Promise<void> {
  const refused = await pipeline.launch('aggregator');
  expect(await refused.exited).toBe(3);
  const lastLine = readFileSync(refused.logFile, 'utf8').trim().split('\n').at(-1)!;
  expect(JSON.parse(lastLine)).toMatchObject({
    exit_code: 3,
    remedy: expect.stringContaining('"More partitions" in docs/production.md'),
  });
}

/** One every 10 ms, each key in the partition that any client's default partitioner gives it. */
function prices(startMs: number, partitions: number): Message[] {
  return Array.from({ length: COUNT }, (_, i) => {
    const key = `S${i % SYMBOLS}`;
    const value = JSON.stringify({ symbol: key, price: 100 + (i % 17), timestamp: startMs + i * 10 });
    return { key, value, partition: partitionFor(Buffer.from(key), partitions) };
  });
}

function readOf(env: Record<string, string>): number {
  return meanwhileJson<{ totals: { read: number } }>(env, 'status').totals.read;
}

async function openWindows(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const values = [...text.matchAll(/^meanwhile_open_windows\{.*\} (\S+)$/gm)].map(([, value]) =>
    Number(value),
  );
  return values.reduce((sum, value) => sum + value, 0);
}

test('docs/production.md has these steps', () => {
  const text = readFileSync(join(root, 'docs/production.md'), 'utf8');
  for (const command of ['npm run meanwhile -- topics', 'npm run meanwhile -- reset --to latest --yes'])
    expect(text).toContain(command);
});
