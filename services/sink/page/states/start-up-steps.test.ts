import { expect, test } from 'vitest';
import type { Row, Series, Status } from '../types.d.ts';
import { firstClosed, startUpSteps } from './start-up-steps.js';

const NOTHING = {
  kafka: { connected: false, input_partitions: null, input_written: null },
  topics: { input: 'prices', averages: 'averages', journal: 'j' },
  state: { state: 'starting', reason: 'connecting to Kafka' },
  totals: {},
  database: { newest_window_end: null },
  partitions: [],
  replicas: [],
};
const CONNECTED = { ...NOTHING, kafka: { connected: true, input_partitions: null, input_written: null } };
const READY = {
  ...CONNECTED,
  kafka: { connected: true, input_partitions: 4, input_written: 0 },
  state: { state: 'ready' },
};
const PRICES = { ...READY, kafka: { ...READY.kafka, input_written: 7 } };
const READING = { ...PRICES, replicas: [{ member_id: 'm', instance: 'a', partitions: [0] }] };
const AVERAGES = { ...READING, totals: { read: 7 }, database: { newest_window_end: 5 } };

test.each([
  ['nothing', NOTHING, 0, 'broker', /KAFKA_BROKERS/],
  ['a broker', CONNECTED, 1, 'topics', /no topic prices yet: npm run meanwhile -- topics/],
  ['topics', READY, 2, 'price', /start a producer/],
  ['prices', PRICES, 3, 'average', /start one, such as npm run aggregator/],
  ['an aggregator', READING, 3, 'average', /has read nothing/],
  ['averages', AVERAGES, 4, 'closed', /^in 1:05$/],
])('with %s: what is done, and what to do next', (_, status, doneCount, nextId, next) => {
  const steps = startUpSteps(status as unknown as Status, { isClosed: false, closesInMs: 64_001 });
  expect(steps.filter(({ isDone }) => isDone)).toHaveLength(doneCount);
  const waiting = steps.find(({ isDone }) => !isDone)!;
  expect([waiting.id, waiting.next]).toEqual([nextId, expect.stringMatching(next)]);
});

test('a sink that does not answer is all there is to say; a symbol without results is no step', () => {
  expect(startUpSteps(undefined, null)).toMatchObject([{ id: 'sink', isDone: false }]);
  expect(startUpSteps(AVERAGES as unknown as Status, null).every(({ isDone }) => isDone)).toBe(true);
});

test('the countdown is that of the first aligned window where there is one, by the watermark of its partition', () => {
  const series = (kind: string, windowEnd: number) =>
    ({ kind, rows: [{ partition: 1, window_end: windowEnd }] }) as unknown as Series;
  const rules = { graceMs: 5, isSettled: () => false, watermarkOf: (partition: number) => 100 * partition };
  expect(firstClosed([series('sliding', 99), series('tumbling', 160)], rules)).toEqual({
    isClosed: false,
    closesInMs: 65,
  });
  expect(firstClosed([series('sliding', 99)], rules)).toEqual({ isClosed: false, closesInMs: 4 });
  expect(firstClosed([series('tumbling', 160)], { ...rules, graceMs: null })!.closesInMs).toBeNull();
  const isSettled = (row: Row) => row.window_end === 99;
  expect(
    firstClosed([series('sliding', 99), series('tumbling', 160)], { ...rules, isSettled })!.isClosed,
  ).toBe(false);
  expect(firstClosed([series('sliding', 99)], { ...rules, isSettled })!.isClosed).toBe(true);
  expect(firstClosed([], rules)).toBeNull();
});
