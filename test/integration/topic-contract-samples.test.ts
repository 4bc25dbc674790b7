import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { sampleLines, samples } from '../../deploy/contract/samples.ts';
import type { LogRecord } from '../support/checker-types.ts';
import { makePipeline, type Pipeline } from '../support/pipeline.ts';
import { topicRecords } from '../support/topic-records.ts';

/** docs/topics/README.md names them: who wants to see the same bytes starts an aggregator like this. */
const env = {
  PARTITIONS: '1',
  WINDOWS: 'sliding:10s,tumbling:10s,hopping:20s/10s,session:30s',
  IDLE_TIMEOUT: 'off',
};
let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await makePipeline({ brokers: inject('brokers'), name: 'golden', env });
  await sendPrices();
  await pipeline.start('aggregator');
  await pipeline.untilCommitted(60_000);
});
afterAll(() => pipeline.stop());

test.each(['averages', 'averages-late', 'averages-dead-letters'])(
  'the golden prices give the golden %s, byte by byte',
  async (topic) => {
    const [records] = await topicRecords(inject('brokers'), topic.replace('averages', pipeline.outputTopic));
    expect(records!.map(sampleLine)).toEqual(sampleLines(topic));
  },
);

test('the golden journal has the settings entry and the accounting of these prices', async () => {
  const [records] = await topicRecords(inject('brokers'), `${pipeline.outputTopic}-journal`);
  const [settings, commit] = samples('averages-journal').map(({ value }) => JSON.parse(value));
  const entries = records!
    .map(({ value }) => Buffer.from(value!).toString())
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text));
  expect(entries[0]).toMatchObject({ type: 'settings', settings: settings.settings });
  expect(Object.keys(entries[0])).toEqual(Object.keys(settings));
  expect(entries.findLast(({ type }) => type === 'commit')).toMatchObject({
    next_offset: commit.next_offset,
    watermark: commit.watermark,
    totals: commit.totals,
  });
});

/** As kafka-console-consumer prints it; names of this run's topics become the default ones. */
function sampleLine({ headers, key, value }: LogRecord): string {
  const text = [key, value].map((bytes) => Buffer.from(bytes!).toString()).join('\t');
  if (headers.length === 0) return text;
  const names = headers.map((header) => `${header.key}:${Buffer.from(header.value!).toString()}`);
  return `${names.join()}\t${text}`.replace(`input_topic:${pipeline.inputTopic}`, 'input_topic:prices');
}

async function sendPrices(): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: inject('brokers').split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({ topic: pipeline.inputTopic, acks: -1, messages: samples('prices') });
  await producer.disconnect();
}
