import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { keyVectors, VECTOR_PARTITIONS } from '../../deploy/contract/vector-table.ts';
import { freshTopic } from '../support/broker.ts';
import { root } from '../support/pipeline.ts';
import { placedKeys } from '../support/placed-keys.ts';
import { topicRecords } from '../support/topic-records.ts';
import { consumers, goRun, javaWith, pythonWith, usable } from './toolchains.ts';

// Where other languages' producers put keys: it has to be where docs/topics/samples/murmur2.tsv says.
const brokers = inject('brokers');
const producers = join(root, 'docs/topics/producers');
const vectors = keyVectors();
const wanted = Object.fromEntries(vectors.map(({ key, partition }) => [key, partition]));
const prices = vectors.map(({ key }, i) =>
  JSON.stringify({ symbol: key, price: 1 + i, timestamp: 1_700_000_000_000 }),
);

test('Java: murmur2 and the partitioner of the client itself', async (ctx) => {
  const java = usable(ctx, await javaWith(join(consumers, 'java/pom.xml')));
  const program = [...java, join(root, 'test/interop/Murmur2.java'), String(VECTOR_PARTITIONS)];
  const lines = await outputOf(program, vectors.map(({ key }) => key).join('\n'));
  expect(lines.trim().split('\n')).toEqual(vectors.map(({ hash, partition }) => `${hash}\t${partition}`));
});

test('Python: the documented producer, librdkafka', async (ctx) => {
  const python = usable(ctx, await pythonWith(join(producers, 'python/requirements.txt')));
  const topic = await freshTopic(brokers, 'python', VECTOR_PARTITIONS);
  await outputOf([...python, join(producers, 'python/produce_prices.py'), brokers, topic], prices.join('\n'));
  await expectPrices(topic);
});

test("Python: librdkafka's own default puts keys elsewhere", async (ctx) => {
  const python = usable(ctx, await pythonWith(join(producers, 'python/requirements.txt')));
  const topic = await freshTopic(brokers, 'python', VECTOR_PARTITIONS);
  const program = `
import sys, confluent_kafka
producer = confluent_kafka.Producer({"bootstrap.servers": sys.argv[1]})
for key in sys.stdin.read().split("\\n"):
    producer.produce(sys.argv[2], key=key)
sys.exit(producer.flush(60))`;
  await outputOf([...python, '-c', program, brokers, topic], vectors.map(({ key }) => key).join('\n'));
  const placed = await placedKeys(brokers, topic);
  expect(Object.keys(placed).sort()).toEqual(Object.keys(wanted).sort());
  expect(placed).not.toEqual(wanted);
});

test('Go: the documented producer, franz-go', async (ctx) => {
  const go = usable(ctx, await goRun(join(producers, 'go')));
  const topic = await freshTopic(brokers, 'go', VECTOR_PARTITIONS);
  await outputOf([...go, brokers, topic], prices.join('\n'), join(producers, 'go'));
  await expectPrices(topic);
});

async function expectPrices(topic: string): Promise<void> {
  expect(await placedKeys(brokers, topic)).toEqual(wanted);
  const values = (await topicRecords(brokers, topic))
    .flat()
    .map(({ value }) => Buffer.from(value!).toString());
  expect(values.sort()).toEqual([...prices].sort());
}

/** Runs a program to its end. @throws with the end of standard error when it does not end with 0 */
function outputOf(command: string[], input: string, cwd?: string): Promise<string> {
  const [program, ...args] = command;
  const child = spawn(program!, args, { stdio: 'pipe', cwd });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command.join(' ')}: exit code ${code}\n${errors}`));
    });
  });
}
