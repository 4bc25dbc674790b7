import kafkajs from 'kafkajs';
import { expect, inject, test } from 'vitest';
import { keyVectors, VECTOR_PARTITIONS } from '../../deploy/contract/vector-table.ts';
import { freshTopic } from '../support/broker.ts';
import { runJavaTool, whyNoJavaTools } from '../support/java-tools.ts';
import { placedKeys } from '../support/placed-keys.ts';

// Keys lie where docs/topics/samples/murmur2.tsv says, whoever writes; further languages in test/interop.
const brokers = inject('brokers');
const keys = keyVectors().map(({ key }) => key);
const wanted = Object.fromEntries(keyVectors().map(({ key, partition }) => [key, partition]));

test("Java's console producer puts keys where the vectors say", async (ctx) => {
  const missing = await whyNoJavaTools();
  if (missing !== undefined) return ctx.skip(missing);
  const topic = await freshTopic(brokers, 'keys', VECTOR_PARTITIONS);
  await runJavaTool({
    main: 'org.apache.kafka.tools.ConsoleProducer',
    args: ['--bootstrap-server', brokers, '--topic', topic, '--reader-property', 'parse.key=true'],
    input: keys.map((key) => `${key}\tvalue\n`).join(''),
  });
  expect(await placedKeys(brokers, topic)).toEqual(wanted);
});

test('so does kafkajs by default', async () => {
  const topic = await freshTopic(brokers, 'keys', VECTOR_PARTITIONS);
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({ topic, messages: keys.map((key) => ({ key, value: 'value' })) });
  await producer.disconnect();
  expect(await placedKeys(brokers, topic)).toEqual(wanted);
});
