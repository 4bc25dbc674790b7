import kafkajs from 'kafkajs';
import { afterEach, expect, inject, test } from 'vitest';
import { lastLines } from '../../deploy/local/child.ts';
import { checkTopics } from '../support/checker.ts';
import { makePipeline, type Pipeline } from '../support/pipeline.ts';

let pipeline: Pipeline;
afterEach(() => pipeline.stop());

const now = Date.now();
const price = (value: unknown, timestamp: unknown = now) =>
  JSON.stringify({ symbol: 'X', price: value, timestamp });
const bytes = (...values: number[]) => Buffer.from(values);

interface Hostile {
  reason: string;
  key: Buffer | string | null;
  value: Buffer | string | null;
}

const hostile: Hostile[] = [
  { reason: 'null_key', key: null, value: price(1) },
  { reason: 'key_too_long', key: 'k'.repeat(1_025), value: price(1) },
  { reason: 'bad_key', key: bytes(0xff, 0xfe), value: price(1) },
  { reason: 'bad_key', key: '', value: price(1) },
  { reason: 'null_value', key: 'X', value: null },
  { reason: 'too_large', key: 'X', value: price('1'.repeat(65_537)) },
  { reason: 'not_json', key: 'X', value: '' },
  { reason: 'not_json', key: 'X', value: '{"price":1,}' },
  { reason: 'not_json', key: 'X', value: bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d) },
  {
    reason: 'not_json',
    key: 'X',
    value: Buffer.concat([Buffer.from('{"a":"'), bytes(0xc3, 0x28), Buffer.from('"}')]),
  },
  { reason: 'not_json', key: 'X', value: '['.repeat(60_000) },
  { reason: 'no_value', key: 'X', value: '[1]' },
  { reason: 'no_value', key: 'X', value: `{"timestamp":${now}}` },
  { reason: 'no_value', key: 'X', value: price(null) },
  { reason: 'not_a_number', key: 'X', value: price('1e5') },
  { reason: 'not_a_number', key: 'X', value: price(true) },
  { reason: 'not_a_number', key: 'X', value: `{"price":1e999,"timestamp":${now}}` },
  { reason: 'out_of_range', key: 'X', value: `{"price":1.1e100,"timestamp":${now}}` },
  { reason: 'no_timestamp', key: 'X', value: '{"price":1}' },
  { reason: 'no_timestamp', key: 'X', value: price(1, null) },
  { reason: 'bad_timestamp', key: 'X', value: price(1, -1) },
  { reason: 'bad_timestamp', key: 'X', value: price(1, 'yesterday') },
  { reason: 'bad_timestamp', key: 'X', value: price(1, 8_640_000_000_000_001) },
  { reason: 'timestamp_ahead', key: 'X', value: price(1, now + 3_600_000) },
  { reason: 'timestamp_ahead', key: 'X', value: price(1, now + 3_600_000) },
];

// The last good record meets a table of one key that is taken.
test('hostile records among good ones become the right dead letters, and nothing stops', async () => {
  pipeline = await makePipeline({
    brokers: inject('brokers'),
    name: 'hostile',
    env: { PARTITIONS: '1', MAX_KEYS: '1' },
  });
  await pipeline.start('aggregator');
  const good = (key: string) => ({ key, value: price(100), headers: {} });
  const messages = hostile.flatMap(({ key, value }, i) => [
    { key: key as Buffer, value: value as Buffer, headers: { trace: `t-${i}`, empty: '' } },
    good('A'),
  ]);
  await send(pipeline.inputTopic, [good('A'), ...messages, good('B')]);
  await pipeline.untilCommitted(60_000);

  const letters = await readAll(`${pipeline.outputTopic}-dead-letters`);
  expect(letters.map(({ headers }) => headers['reason'])).toEqual([
    ...hostile.map(({ reason }) => reason),
    'too_many_keys',
  ]);
  for (const [i, { key, value }] of hostile.entries()) {
    expect(letters[i]!.key).toEqual(key === null ? null : Buffer.from(key));
    expect(letters[i]!.value).toEqual(value === null ? null : Buffer.from(value));
    expect(letters[i]!.headers).toMatchObject({
      trace: `t-${i}`,
      empty: '',
      input_topic: pipeline.inputTopic,
      input_partition: '0',
      input_offset: String(1 + 2 * i),
    });
  }
  const report = await checkTopics({
    brokers: inject('brokers'),
    inputTopic: pipeline.inputTopic,
    outputTopic: pipeline.outputTopic,
  });
  expect(report.problems).toEqual([]);
});

test('a compressed record that no dead letter can hold stops the aggregator with what to do', async () => {
  pipeline = await makePipeline({ brokers: inject('brokers'), name: 'giant', env: { PARTITIONS: '1' } });
  const aggregator = await pipeline.start('aggregator');
  const giant = { key: 'X', value: 'x'.repeat(3_000_000), headers: {} };
  await send(pipeline.inputTopic, [giant], kafkajs.CompressionTypes.GZIP);
  expect(await aggregator.exited).toBe(3);
  expect(lastLines(aggregator.logFile, 3)).toContain(
    `raise max.message.bytes of ${pipeline.outputTopic}-dead-letters`,
  );
});

/** By the stock client: an outside producer, with null keys and headers. */
async function send(
  topic: string,
  messages: { key: Buffer | string; value: Buffer | string; headers: Record<string, string> }[],
  compression = kafkajs.CompressionTypes.None,
) {
  const producer = new kafkajs.Kafka({ brokers: inject('brokers').split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({
    topic,
    acks: -1,
    compression,
    messages: messages.map((message) => ({ ...message, partition: 0 })),
  });
  await producer.disconnect();
}

interface Letter {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
}

/** By the stock client too; the topic has no aborted transactions, which it would show. */
async function readAll(topic: string): Promise<Letter[]> {
  const consumer = new kafkajs.Kafka({ brokers: inject('brokers').split(','), logLevel: 0 }).consumer({
    groupId: topic,
  });
  const letters: Letter[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
          letters.push({ key: message.key, value: message.value, headers: Object.fromEntries(headers) });
          if (letters.length === hostile.length + 1) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return letters;
}
