import { topicNames } from '@meanwhile/records';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { averageOf } from '../../services/sink/src/store/average.fixture.ts';
import { makePipeline, type Pipeline, until } from '../support/pipeline.ts';

let pipeline: Pipeline;
let kafka: kafkajs.Kafka;

beforeAll(async () => {
  pipeline = await makePipeline({
    brokers: inject('brokers'),
    name: 'sink-partitions',
    env: { PARTITIONS: '1' },
  });
  kafka = new kafkajs.Kafka({ brokers: inject('brokers').split(','), logLevel: 0 });
});

afterAll(() => pipeline?.stop());

/** As an aggregator would write it. */
async function write(symbol: string, partition: number): Promise<void> {
  const producer = kafka.producer({ createPartitioner: () => () => partition });
  await producer.connect();
  await producer.send({
    topic: pipeline.outputTopic,
    messages: [{ key: symbol, value: JSON.stringify(averageOf({ symbol })), partition }],
  });
  await producer.disconnect();
}

test('partitions that a topic is given while the sink runs are read, and it stays ready', async () => {
  const sink = await pipeline.start('sink');
  const base = `http://127.0.0.1:${sink.port}`;
  const readiness = new Set<number>();
  const symbols = async () => {
    readiness.add((await fetch(`${base}/readyz`)).status);
    const { symbols: found } = (await (await fetch(`${base}/api/v1/symbols`)).json()) as {
      symbols: { symbol: string }[];
    };
    return found.map(({ symbol }) => symbol);
  };
  await write('OLD', 0);
  await until('the first row', 20_000, async () => (await symbols()).includes('OLD'));

  const admin = kafka.admin();
  await admin.connect();
  const { averages, journal } = topicNames(pipeline.outputTopic);
  const count = 3;
  await admin.createPartitions({ topicPartitions: [averages, journal].map((topic) => ({ topic, count })) });
  await admin.disconnect();
  await write('NEW', 2);
  await until('a row of the new partition', 30_000, async () => (await symbols()).includes('NEW'));

  expect(await symbols()).toEqual(['NEW', 'OLD']);
  expect([...readiness]).toEqual([200]);
  const status = (await (await fetch(`${base}/api/v1/status`)).json()) as { sink: { parts: unknown[] } };
  expect(status.sink.parts).toHaveLength(6);
});
