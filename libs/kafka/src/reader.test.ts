import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { errorCode, KafkaError, OffsetOutOfRangeError, StopError } from './errors.ts';
import { readRange } from './read-range.ts';
import { batchAt, FakeCluster, pass } from './reader.test-kit.ts';
import { type Reader, startReader } from './reader.ts';
import { storedBatch } from './record-cursor.test-kit.ts';
import { bufferBytesMax, fetchBytesMax, type Subscription } from './subscription.ts';

// Time is vitest's: back-offs and long polls take none of ours, and a loop that spins would never let it pass.
let fake: FakeCluster;
let reader: Reader;
const warnings: string[] = [];
const logger = {
  debug() {},
  info() {},
  warn: (_: object, text: string) => void warnings.push(text),
  error() {},
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: 1_000_000 });
  warnings.length = 0;
  fake = new FakeCluster();
  reader = startReader(fake.cluster, { logger });
});

afterEach(async () => {
  await reader.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(fake.pollsUnderWay).toBe(0);
  vi.useRealTimers();
});

describe('a reader', () => {
  test('hands over what is there, then what arrives, and says since when there is nothing', async () => {
    fake.add('t', 0, [batchAt(0, 2)]);
    const onReady = vi.fn();
    const s = reader.subscribe({ topic: 't', partition: 0, offset: 0, onReady });
    expect([s.take(), s.emptySinceMs, s.highWatermark]).toEqual([undefined, Number.NEGATIVE_INFINITY, -1]);
    await pass(1);
    expect(onReady).toHaveBeenCalledTimes(1);
    expect([s.highWatermark, s.lastStableOffset]).toEqual([2, 2]);
    expect(s.emptySinceMs).toBe(Number.NEGATIVE_INFINITY);
    expect(s.take()).toMatchObject({
      topic: 't',
      partition: 0,
      fetchOffset: 0,
      sentAtMs: expect.closeTo(1_000_000, -1),
      highWatermark: 2,
    });
    expect([s.take(), s.emptySinceMs]).toEqual([undefined, Number.NEGATIVE_INFINITY]);
    await pass(110); // the poll sent at once came back empty
    expect(onReady).toHaveBeenCalledTimes(2);
    expect(s.emptySinceMs).toBeGreaterThanOrEqual(1_000_000);
    expect(s.emptySinceMs).toBeLessThan(1_000_010);
    fake.append('t', 0, batchAt(2, 1));
    await pass(1);
    expect([onReady.mock.calls.length, s.emptySinceMs]).toEqual([3, Number.NEGATIVE_INFINITY]);
    expect(s.take()?.fetchOffset).toBe(2);
  });

  test('does not take the last stable offset for the end', async () => {
    fake.add('t', 0, [batchAt(0, 1), batchAt(1, 1, 7)], { lastStableOffset: 1 });
    const s = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    await pass(350);
    s.take();
    await pass(350);
    expect([s.highWatermark, s.lastStableOffset, s.emptySinceMs]).toEqual([2, 1, Number.NEGATIVE_INFINITY]);
  });

  test('moves past batches of which nothing is to be read', async () => {
    fake.add('t', 0, [batchAt(0, 3, 7), storedBatch({ baseOffset: 3, marker: 'abort', producerId: 7 })], {
      aborted: [{ producerId: 7n, firstOffset: 0 }],
    });
    const s = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    await pass(10);
    expect(s.take()?.aborted).toEqual([{ producerId: 7n, firstOffset: 0 }]);
    expect(fake.fetches.at(-1)!.partitions).toEqual(['t/0@4']);
  });

  test('asks a broker for all its partitions in one fetch, and each broker for its own', async () => {
    for (let p = 0; p < 4; p++) fake.add('t', p, [], { leader: p % 2 });
    for (let p = 0; p < 4; p++) reader.subscribe({ topic: 't', partition: p, offset: 0 });
    await pass(1);
    expect(fake.fetches.map((f) => [f.nodeId, f.partitions, f.maxWaitMs])).toEqual([
      [0, ['t/0@0', 't/2@0'], 100],
      [1, ['t/1@0', 't/3@0'], 100],
    ]);
  });

  test('leaves a full partition out and stands still when all are full', async () => {
    fake.add('t', 0, bigBatches(8));
    fake.add('t', 1);
    const full = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    await pass(500);
    const sent = fake.fetches.length;
    expect(sent).toBeLessThanOrEqual(3);
    expect(vi.getTimerCount()).toBe(0); // nothing under way
    const other = reader.subscribe({ topic: 't', partition: 1, offset: 0 });
    await pass(500);
    expect(fake.fetches.at(-1)!.partitions).toEqual(['t/1@0']);
    expect(fake.fetches.at(-1)!.maxWaitMs).toBeLessThan(100); // room for the full one must not wait for the quiet one
    expect(fake.fetches.length - sent).toBeLessThanOrEqual(52);
    other.close();
    let bytes = 0;
    let chunks = 0;
    for (let chunk = full.take(); chunk !== undefined; chunk = full.take()) {
      bytes += chunk.bytes.length;
      chunks++;
    }
    expect(bytes).toBeLessThanOrEqual(bufferBytesMax);
    expect(chunks).toBeGreaterThanOrEqual(2); // one was fetched ahead
    await pass(20);
    expect(full.take()).toBeDefined();
  });

  test('reads everything once and in order through small buffers', async () => {
    fake.add('t', 0, bigBatches(20));
    const seen: number[] = [];
    const done = (async () => {
      for await (const chunk of readRange(reader, {
        topic: 't',
        partition: 0,
        fromOffset: 0,
        toOffset: 20,
      })) {
        seen.push(chunk.fetchOffset);
      }
    })();
    await pass(1000);
    await done;
    expect(seen[0]).toBe(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('serves two subscriptions to one partition in turns', async () => {
    fake.add('t', 0, [batchAt(0, 1)]);
    const atEnd = reader.subscribe({ topic: 't', partition: 0, offset: 1 });
    const fromStart = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    await pass(300);
    expect(fromStart.take()?.fetchOffset).toBe(0);
    expect(atEnd.emptySinceMs).toBeGreaterThan(0);
    expect(atEnd.take()).toBeUndefined();
  });

  test('drops the answer to a subscription that was closed, and opened again elsewhere', async () => {
    fake.add('t', 0, [batchAt(0, 1)]);
    const first = reader.subscribe({ topic: 't', partition: 0, offset: 1 });
    await pass(10); // its poll is under way
    first.close();
    const second = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    fake.append('t', 0, batchAt(1, 1)); // answers the first's poll
    await pass(150);
    expect(first.take()).toBeUndefined();
    expect(second.take()?.fetchOffset).toBe(0);
  });
});

describe('a reader in trouble', () => {
  test.each([6, 74, 75, 76, 78, 56, -1])('looks for the leader again after error %d', async (code) => {
    const log = fake.add('t', 0, [batchAt(0, 1)], { error: code });
    const s = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    await pass(10);
    expect(s.error).toBeUndefined();
    log.error = errorCode.none;
    log.leader = 2;
    await pass(200);
    expect(s.take()?.fetchOffset).toBe(0);
    expect(fake.refreshes).toBeGreaterThan(0);
    expect(fake.fetches.at(-1)!.nodeId).toBe(2);
  });

  test('waits for a broker that is away, ever longer up to 2 s, without flooding the log', async () => {
    fake.add('t', 0, [batchAt(0, 1)]);
    const s = reader.subscribe({ topic: 't', partition: 0, offset: 1 });
    await pass(50);
    fake.kill(1);
    await pass(120_000);
    expect(s.error).toBeUndefined();
    expect(fake.refreshes).toBeGreaterThan(55);
    expect(fake.refreshes).toBeLessThan(75);
    expect(warnings.length).toBeLessThanOrEqual(25);
    expect(warnings.length).toBeGreaterThan(5);
    fake.deadNodes.clear();
    await pass(2_100);
    expect(s.emptySinceMs).toBeGreaterThan(1_120_000);
  });

  test.each([
    [3, 3],
    [12, 3],
  ])('never resets silently: offset %d of a log from %d on is an error', async (offset, logStart) => {
    fake.add('t', 0, [batchAt(0, 10)], { logStart });
    const onReady = vi.fn();
    const s = reader.subscribe({ topic: 't', partition: 0, offset: offset === 3 ? 2 : offset, onReady });
    await pass(50);
    expect(s.error).toBeInstanceOf(OffsetOutOfRangeError);
    expect(s.error).toMatchObject({ logStartOffset: logStart, topic: 't', partition: 0, kind: 'reopen' });
    expect(onReady).toHaveBeenCalledTimes(1);
    const sent = fake.fetches.length;
    await pass(1_000);
    expect(fake.fetches.length).toBe(sent);
  });

  test('waits 30 s for a topic that is unknown, then stops', async () => {
    const onReady = vi.fn();
    const s = reader.subscribe({ topic: 'gone', partition: 0, offset: 0, onReady });
    await pass(29_000);
    expect(s.error).toBeUndefined();
    await pass(4_000);
    expect(s.error).toBeInstanceOf(StopError);
    expect(s.error!.message).toMatch(/cannot read gone-0: unknown to the cluster for 3\d s/);
    expect(onReady).toHaveBeenCalledTimes(1);
  });

  test('goes on with a topic that becomes known in time', async () => {
    const s = reader.subscribe({ topic: 'late', partition: 0, offset: 0 });
    await pass(20_000);
    fake.add('late', 0, [batchAt(0, 1)]);
    await pass(2_100);
    expect(s.take()).toBeDefined();
    fake.partitions.delete('late/0');
    await pass(20_000); // a second spell, counted on its own
    expect(s.error).toBeUndefined();
    await pass(15_000);
    expect(s.error).toBeInstanceOf(StopError);
  });

  test('stops at refused rights', async () => {
    fake.add('t', 0, [], { error: 29 });
    const s = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    await pass(10);
    expect(s.error).toMatchObject({ kind: 'stop', remedy: 'allow this user READ on topic t' });
  });

  test('asks again, slowly, when an answer has bytes but no whole batch', async () => {
    fake.add('t', 0, [batchAt(0, 1)], { rawRecords: batchAt(0, 1).subarray(0, -1) });
    const s = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    await pass(5_000);
    expect(s.take()).toBeUndefined();
    expect(fake.fetches.length).toBeLessThan(10);
    expect(warnings.length).toBeGreaterThan(0);
  });

  test('fails its subscriptions, and who iterates over them, when it is closed', async () => {
    fake.add('t', 0);
    const s: Subscription = reader.subscribe({ topic: 't', partition: 0, offset: 0 });
    const range = readRange(reader, { topic: 't', partition: 0, fromOffset: 0, toOffset: 5 }).next();
    const ended = expect(range).rejects.toBeInstanceOf(KafkaError);
    await pass(10);
    await reader.close();
    await ended;
    expect(s.error).toMatchObject({ codeName: 'CLOSED' });
    expect(() => reader.subscribe({ topic: 't', partition: 0, offset: 0 })).toThrow(KafkaError);
  });
});

function bigBatches(count: number): Uint8Array[] {
  const value = 'x'.repeat(fetchBytesMax * 0.4);
  return Array.from({ length: count }, (_, baseOffset) => storedBatch({ baseOffset, values: [value] }));
}
