import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicNames } from '@meanwhile/records';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { documentedLogFields } from '../support/documented.ts';
import { readMetrics } from '../support/metrics-text.ts';
import { makePipeline, type Pipeline, root, until } from '../support/pipeline.ts';

const FLOOD = 5_000;
/** As W3C writes a trace's context, and bytes that are no text. */
const headers = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=opaque',
  binary: Buffer.from([0, 255, 254]),
};

interface Line {
  level: string;
  service: string;
  msg: string;
  left_out?: number;
}

let pipeline: Pipeline;
let children: Child[];

beforeAll(async () => {
  pipeline = await makePipeline({
    brokers: inject('brokers'),
    name: 'metrics-logs',
    env: { PARTITIONS: '1', LOG_LEVEL: 'debug' },
  });
  children = [
    await pipeline.start('aggregator'),
    await pipeline.start('sink'),
    await pipeline.start('producer', { RATE: '50' }),
  ];
  await flood();
  await until('all dead letters are committed', 60_000, async () => {
    const samples = (await readMetrics(children[0]!.port)).get('meanwhile_dead_letters_total') ?? [];
    return samples.reduce((sum, { value }) => sum + value, 0) === FLOOD;
  });
  await Promise.all(children.map((child) => child.stop()));
}, 120_000);

afterAll(() => pipeline?.stop());

test('a flood of dead letters is a few lines, and one that says how many were left out', () => {
  const lines = linesOf(children[0]!);
  const named = lines.filter(({ msg }) => msg.startsWith('dead letter: '));
  const leftOut = lines.reduce((sum, { left_out = 0 }) => sum + left_out, 0);
  expect(named.length + leftOut).toBe(FLOOD);
  expect(named.length).toBeLessThan(FLOOD / 10);
  expect(named[0]).toMatchObject({
    level: 'warn',
    topic: pipeline.inputTopic,
    partition: 0,
    offset: expect.any(Number),
    key: 'FLOOD',
    reason: 'not_json',
  });
  expect(JSON.stringify(lines)).not.toContain('not a price');
});

test('a dead letter has the headers of its record, trace context included, before ours', async () => {
  const letter = await firstOf(topicNames(pipeline.outputTopic).deadLetters);
  expect(Object.keys(letter)).toEqual([...Object.keys(headers), ...OURS]);
  for (const [name, value] of Object.entries(headers)) {
    expect(letter[name], name).toEqual(Buffer.from(value as string));
  }
});

test('every field of every line is documented', () => {
  const documented = [...documentedLogFields(readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8'))];
  const lines = children.flatMap(linesOf);
  expect(new Set(lines.map(({ service }) => service)).size).toBe(3);
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) {
    for (const field of Object.keys(line)) expect(documented, JSON.stringify(line)).toContain(field);
  }
});

const OURS = ['reason', 'detail', 'input_topic', 'input_partition', 'input_offset'];

function linesOf({ logFile }: Child): Line[] {
  return readFileSync(logFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** By the stock client: an outside producer. */
async function flood(): Promise<void> {
  const producer = kafka().producer();
  await producer.connect();
  const messages = Array.from({ length: FLOOD }, () => ({ key: 'FLOOD', value: 'not a price', headers }));
  await producer.send({ topic: pipeline.inputTopic, messages });
  await producer.disconnect();
}

async function firstOf(topic: string): Promise<Record<string, unknown>> {
  const consumer = kafka().consumer({ groupId: `${topic}-test` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
  await consumer.run({ eachMessage: async ({ message }) => resolve(message.headers ?? {}) });
  const found = await promise;
  await consumer.disconnect();
  return found;
}

function kafka(): kafkajs.Kafka {
  return new kafkajs.Kafka({ brokers: inject('brokers').split(','), logLevel: 0 });
}
