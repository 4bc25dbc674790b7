import kafkajs from 'kafkajs';
import { afterAll, expect, inject, test } from 'vitest';
import { makePipeline, type Pipeline, until } from '../support/pipeline.ts';
import { readTopic } from '../support/plain-topics.ts';
import { openExplainer, price, send, T0 } from './explain-pipeline.ts';

const brokers = inject('brokers');
const COMMITTED_MS = 60_000;
const CLOSED_MS = 30_000;
const pipelines: Pipeline[] = [];

afterAll(() => Promise.all(pipelines.map((pipeline) => pipeline.stop())));

async function start(name: string, env: Record<string, string>): Promise<Pipeline> {
  const pipeline = await makePipeline({ brokers, name, env: { PARTITIONS: '1', ...env } });
  pipelines.push(pipeline);
  await pipeline.start('aggregator');
  return pipeline;
}

/** One transaction that is given up: its records take offsets and are none. */
async function abort(topic: string, value: string): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer({
    transactionalId: `${topic}-aborted`,
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ key: 'ACME', value, partition: 0 }] });
  await transaction.abort();
  await producer.disconnect();
}

test('other fields, the record time, few aggregates, finals that silence sends, aborted input', async () => {
  const pipeline = await start('explain-fields', {
    WINDOWS: 'tumbling:1h,session:1s',
    EMIT: 'final',
    AGGREGATES: 'average,latest',
    VALUE_FIELD: 'data.px',
    TIME_FIELD: '$record',
    IDLE_TIMEOUT: '1s',
    GRACE: '500ms',
  });
  const value = (px: unknown) => JSON.stringify({ symbol: 'ACME', data: { px } });
  await send(brokers, pipeline.inputTopic, [{ key: 'ACME', value: value(10) }]);
  await abort(pipeline.inputTopic, value(1_000));
  await send(brokers, pipeline.inputTopic, [{ key: 'ACME', value: value('20.5') }]);
  const sessions = async () => {
    const records = await readTopic(brokers, pipeline.outputTopic);
    return records
      .map((record) => JSON.parse(record.value!.toString()))
      .filter(({ window }) => window === 'session-1s');
  };
  // One or two, as the machine is fast or slow.
  await until('silence has closed the sessions', CLOSED_MS, async () => {
    return (await sessions()).reduce((sum, { record_count }) => sum + record_count, 0) === 2;
  });
  const explainer = await openExplainer(brokers, pipeline);
  try {
    const last = (await sessions()).at(-1);
    const explained = await explainer.ask('ACME', undefined, last.window_end);
    expect(explained).toMatchObject({
      window: 'session-1s',
      window_start: last.window_start,
      matches: true,
      state: 'final',
    });
    expect(explained.record_count).toBe(last.record_count);
    expect(explained.records.at(-1)).toMatchObject({
      value: 20.5,
      timestamp: last.window_end,
      append_time: last.window_end,
    });
    expect(explained.comparison.map(({ field }) => field)).toEqual([
      'window_start',
      'window_end',
      'record_count',
      'average',
      'latest',
      'input_offset',
    ]);
    // The entry of a silence: a stretch without input.
    expect(explained.journal!.from_offset).toBe(explained.journal!.next_offset);
    expect(explained.settings).toEqual({
      grace_ms: 500,
      value_field: 'data.px',
      time_field: '$record',
      time_unit: 'ms',
    });
    // Nothing is sent of a window that is open.
    const hourMs = 3_600_000;
    const endMs = Math.ceil((last.window_end + 1) / hourMs) * hourMs;
    const asked = explainer.ask('ACME', 'tumbling-1h', endMs);
    await expect(asked).rejects.toMatchObject({
      code: 'no_window',
      message: expect.stringContaining('not closed yet'),
    });
  } finally {
    await explainer.close();
  }
});

// MAX_KEYS 1: A is alone until nothing of it is left at 8 s. B's records before that are dead letters, although the window of
// its record at 8 s covers them.
test('a record that was one key too many is a dead letter and does not count', async () => {
  const env = { WINDOWS: 'sliding:4s', GRACE: '3s', MAX_KEYS: '1', IDLE_TIMEOUT: 'off' };
  const pipeline = await start('explain-keys', env);
  const seconds = [1, 2, 3, 4, 5, 6, 7, 8];
  await send(brokers, pipeline.inputTopic, [
    price('A', 1, 0),
    ...seconds.map((s) => price('B', s, s * 1_000)),
  ]);
  await pipeline.untilCommitted(COMMITTED_MS);
  const explainer = await openExplainer(brokers, pipeline);
  try {
    const explained = await explainer.ask('B', 'sliding-4s', T0 + 8_000);
    expect(explained).toMatchObject({ matches: true, record_count: 1, records: [{ offset: 8, value: 8 }] });
    expect(explained.dead_letters.map(({ reason }) => reason)).toContain('too_many_keys');
    expect(explained.dead_letters.map(({ offset }) => offset)).toEqual(expect.arrayContaining([4, 5, 6, 7]));
  } finally {
    await explainer.close();
  }
});
