import { OffsetOutOfRangeError } from '@meanwhile/kafka';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { averageOf } from '../store/average.fixture.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { StoredAverage } from '../store/stored-average.ts';
import { newIngestCounts } from './ingest-counts.ts';
import { JournalView } from './journal-view.ts';
import { readTopics } from './read-topics.ts';
import { FakePartition, fakeReader } from './topic.fixture.ts';

const all = { fromMs: 0, toMs: 1e15, limit: 10_000, order: 'asc' } as const;

let store: Store;
let stop: () => void = () => {};

beforeEach(() => {
  store = openStore(':memory:');
});

afterEach(() => {
  stop();
  store.close();
});

const counts = { read: 1, averaged: 1, partly_late: 0, late: 0, dead_lettered: 0, results: 1 };
const commit = (sequence: number) => ({
  type: 'commit',
  sequence,
  from_offset: sequence - 1,
  next_offset: sequence,
  watermark: 10 * sequence,
  ...counts,
  totals: { ...counts, read: sequence },
  append_time_min: 1,
  append_time_max: 2,
  instance: 'a',
});

function start(averages: FakePartition, journalPartition = new FakePartition(), fromOffset = 0) {
  const journal = new JournalView(store);
  const counts = newIngestCounts();
  const said: string[] = [];
  const errors: unknown[] = [];
  const rows: StoredAverage[] = [];
  const moved: true[] = [];
  const say = (level: string) => (details: object, message: string) =>
    void said.push(`${level}: ${message} ${JSON.stringify(details)}`);
  const reading = readTopics({
    reader: fakeReader({ 'averages-0': averages, 'journal-0': journalPartition }),
    parts: [
      { part: { topic: 'journal', holds: 'journal', partition: 0 }, fromOffset: 0 },
      { part: { topic: 'averages', holds: 'averages', partition: 0 }, fromOffset },
    ],
    store,
    journal,
    counts,
    logger: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    onRows: (changed) => rows.push(...changed),
    onMoved: () => moved.push(true),
    onError: (error) => errors.push(error),
  });
  stop = () => reading.stop();
  return { reading, journal, counts, said, errors, rows, moved };
}

test('averages land in the store with the position behind them, and are announced once durable', async () => {
  const averages = new FakePartition();
  averages.append(
    { ...averageOf(), colour: 'unknown' },
    averageOf({ revision: 2 }),
    averageOf({ revision: 1 }),
  );
  const { rows, counts, reading } = start(averages);
  await expect.poll(() => store.position('averages', 0)).toBe(3);
  expect(rows.map(({ revision, sequence }) => [revision, sequence])).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(counts).toMatchObject({ upserted: 2, unchanged: 1, malformed: 0 });
  expect(store.reads.averages.select({ symbol: 'ACME', ...all })).toHaveLength(1);
  averages.append(averageOf({ revision: 3 }));
  await expect.poll(() => rows.length).toBe(3);
  expect(reading.parts()[1]).toMatchObject({ position: 4, highWatermark: 4 });
});

test('what cannot be read is counted and named, and the rest goes on', async () => {
  const averages = new FakePartition();
  averages.append(
    '{"symbol":',
    null,
    '[]',
    '{"symbol":"A"}',
    { ...averageOf(), revision: 'one' },
    averageOf(),
  );
  const { counts, said, errors } = start(averages);
  await expect.poll(() => store.position('averages', 0)).toBe(6);
  expect(counts).toMatchObject({ upserted: 1, malformed: 5 });
  expect(said).toHaveLength(5);
  expect(said[0]).toContain('"offset":0');
  expect(errors).toEqual([]);
});

test('the journal gives settings and the newest state of a partition; snapshot chunks are passed over', async () => {
  const journal = new FakePartition();
  const settings = { windows: [{ name: 'sliding-10s', kind: 'sliding' }], graceMs: 5_000, maxKeys: 9 };
  const opening = {
    semantics_version: 1,
    input_topic: 'prices',
    input_topic_id: 'x',
    partitions: 1,
    group: 'g',
  };
  journal.append(
    { type: 'settings', ...opening, start_offset: 0, settings, instance: 'a' },
    commit(1),
    'MWS1binary',
    commit(2),
  );
  const { journal: view } = start(new FakePartition(), journal);
  await expect.poll(() => store.position('journal', 0)).toBe(4);
  expect(view.graceMs).toBe(5_000);
  expect(view.settings).toEqual(settings);
  expect(view.partitions.get(0)).toMatchObject({
    writtenMs: 1_003,
    entry: { watermark: 20, totals: { read: 2 } },
  });
  const again = new JournalView(store);
  expect([again.settings, [...again.partitions]]).toEqual([settings, [...view.partitions]]);
});

test('a journal that begins anew drops what was read before, and reading stops to begin at the start of the averages', async () => {
  const averages = new FakePartition();
  const journal = new FakePartition();
  averages.append(averageOf({ symbol: 'OLD', revision: 7 }));
  journal.append(commit(41), commit(42));
  const { moved, rows, errors } = start(averages, journal);
  await expect.poll(() => [store.position('averages', 0), store.position('journal', 0)]).toEqual([1, 2]);
  expect(moved).toEqual([]);
  const { databaseId } = store;

  journal.append(commit(1));
  await expect.poll(() => moved).toEqual([true]);
  expect(store.symbols.names()).toEqual([]);
  expect(store.reads.averages.select({ symbol: 'OLD', ...all })).toEqual([]);
  expect(store.position('averages', 0)).toBeUndefined();
  expect(store.position('journal', 0)).toBe(3);
  expect(store.databaseId).not.toBe(databaseId);

  // It is said once: the next reading goes on with what comes.
  start(averages, journal, 1);
  averages.append(averageOf({ symbol: 'NEW' }));
  journal.append(commit(2));
  await expect.poll(() => store.position('averages', 0)).toBe(2);
  expect(store.symbols.names()).toEqual(['NEW']);
  expect([moved, errors, rows.length]).toEqual([[true], [], 1]);
});

test('records that retention removed are counted and said, and reading goes on at the earliest', async () => {
  const averages = new FakePartition();
  const { counts, said, errors } = start(averages, new FakePartition(), 10);
  averages.fail(new OffsetOutOfRangeError('Fetch', { topic: 'averages', partition: 0, offset: 10 }, 25));
  await expect.poll(() => averages.subscribedFrom).toEqual([10, 25]);
  expect(store.position('averages', 0)).toBe(25);
  expect(counts.lost).toBe(15);
  expect(said.join()).toContain('removed before the sink read them');
  expect(errors).toEqual([]);
});

test('a journal that was trimmed is read on at its earliest entry', async () => {
  const journal = new FakePartition();
  const { counts } = start(new FakePartition(), journal);
  journal.fail(new OffsetOutOfRangeError('Fetch', { topic: 'journal', partition: 0, offset: 0 }, 7));
  await expect.poll(() => journal.subscribedFrom).toEqual([0, 7]);
  expect(counts.lost).toBe(0);
});

test('a log that ends before the position is another log: reading stops and says so', async () => {
  const averages = new FakePartition();
  const { moved, counts } = start(averages, new FakePartition(), 10);
  averages.fail(new OffsetOutOfRangeError('Fetch', { topic: 'averages', partition: 0, offset: 10 }, 0));
  await expect.poll(() => moved).toEqual([true]);
  expect(counts.lost).toBe(0);
});

test('any other end of a subscription ends the sink', async () => {
  const averages = new FakePartition();
  const { errors } = start(averages);
  averages.fail(new Error('topic deleted'));
  await expect.poll(() => errors).toEqual([new Error('topic deleted')]);
});

test('a backlog goes in over many short transactions, in order', async () => {
  const averages = new FakePartition();
  for (let batch = 0; batch < 40; batch += 1) {
    averages.append(
      ...Array.from({ length: 500 }, (_, index) => averageOf({ window_end: batch * 500 + index })),
    );
  }
  const { rows } = start(averages);
  await expect.poll(() => rows.length, { timeout: 20_000 }).toBe(20_000);
  expect(rows.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 20_000 }, (_, index) => index + 1),
  );
  expect(store.position('averages', 0)).toBe(20_000);
});
