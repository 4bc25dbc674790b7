import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OffsetOutOfRangeError } from './errors.ts';
import { readRange } from './read-range.ts';
import { batchAt, FakeCluster, pass } from './reader.test-kit.ts';
import { type Reader, startReader } from './reader.ts';
import { storedBatch } from './record-cursor.test-kit.ts';

let fake: FakeCluster;
let reader: Reader;
const logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: 1_000_000 });
  fake = new FakeCluster();
  reader = startReader(fake.cluster, { logger });
});

afterEach(async () => {
  await reader.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(fake.pollsUnderWay).toBe(0);
  vi.useRealTimers();
});

describe('readRange', () => {
  test('ends at once for an empty range', async () => {
    const chunks = await all(readRange(reader, { topic: 't', partition: 0, fromOffset: 3, toOffset: 3 }));
    expect([chunks, fake.fetches]).toEqual([[], []]);
  });

  test('leaves no poll behind that others would wait for', async () => {
    fake.add('t', 0, [batchAt(0, 3)]);
    const chunks = all(readRange(reader, { topic: 't', partition: 0, fromOffset: 0, toOffset: 3 }));
    await pass(10);
    expect((await chunks).length).toBe(1);
    expect([fake.fetches.length, fake.pollsUnderWay]).toEqual([1, 0]);
  });

  test('ends when markers reach the end of the range', async () => {
    fake.add('t', 0, [batchAt(0, 2, 7), storedBatch({ baseOffset: 2, marker: 'commit', producerId: 7 })]);
    const chunks = all(readRange(reader, { topic: 't', partition: 0, fromOffset: 0, toOffset: 3 }));
    await pass(10);
    expect((await chunks).map((c) => c.fetchOffset)).toEqual([0]);
  });

  test('ends with the reason of its signal', async () => {
    fake.add('t', 0);
    const stopping = new AbortController();
    const { signal } = stopping;
    const next = readRange(reader, { topic: 't', partition: 0, fromOffset: 0, toOffset: 1, signal }).next();
    const ended = expect(next).rejects.toThrow('enough');
    await pass(10);
    stopping.abort(new Error('enough'));
    await ended;
  });

  test('throws the error of its subscription', async () => {
    fake.add('t', 0, [batchAt(0, 3)], { logStart: 2 });
    const next = readRange(reader, { topic: 't', partition: 0, fromOffset: 0, toOffset: 3 }).next();
    const ended = expect(next).rejects.toBeInstanceOf(OffsetOutOfRangeError);
    await pass(10);
    await ended;
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
