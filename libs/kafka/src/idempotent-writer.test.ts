import { describe, expect, test } from 'vitest';
import { clientCode } from './errors.ts';
import { type Asked, fakeCluster, lostAnswer, notSent } from './fake-cluster.test-kit.ts';
import { openIdempotentWriter } from './idempotent-writer.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const identity = { errorCode: 0, producerId: 7n, producerEpoch: 0 };
const bytes = (text: string) => new TextEncoder().encode(text);
const produced = (errorCode: number, partition = 0) => ({
  topic: 'out',
  partition,
  errorCode,
  errorMessage: null,
  baseOffset: 100,
});
const ok = [produced(0)];

async function open(answers: Record<string, unknown>, options: { partitions?: number } = {}) {
  const cluster = fakeCluster({ InitProducerId: identity, ...answers }, { partitions: 1, ...options });
  const retries: Error[] = [];
  const writer = await openIdempotentWriter(cluster, {
    topic: 'out',
    partitionFor: (key, partitions) => key[0]! % partitions,
    lingerMs: 1,
    logger: silent,
    onRetry: (error) => retries.push(error),
  });
  const requests = () => cluster.asked.filter((a) => a.apiName === 'Produce');
  return { cluster, writer, retries, requests };
}
/** Producer id, epoch and base sequence of the (only) batch. */
const stampOf = (asked: Asked) => /(0{15}[1-9])0000(.{8})00000001/.exec(asked.body)?.slice(1);

describe('the idempotent writer', () => {
  test('gathers records until they lingered, one request for all partitions of a leader', async () => {
    const { writer, requests } = await open(
      { Produce: [[0, 1, 2].map((p) => produced(0, p))] },
      { partitions: 3 },
    );
    for (let i = 0; i < 9; i++) expect(writer.append(Uint8Array.of(i), bytes('x'), 1)).toBeUndefined();
    expect(writer.pending).toBe(9);
    await writer.flush();
    expect(requests().length).toBe(1);
    expect([writer.pending, writer.acknowledged]).toEqual([0, 9]);
  });

  test('one request in flight per partition: what comes meanwhile waits and follows in order', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { writer, requests } = await open({ Produce: [() => held.then(() => ok), ok] });
    void writer.append(bytes('k'), bytes('first'), 1);
    const flushed = writer.flush();
    await expect.poll(() => requests().length).toBe(1);
    void writer.append(bytes('k'), bytes('second'), 1);
    const both = writer.flush();
    expect(requests().length).toBe(1);
    release();
    await Promise.all([flushed, both]);
    expect(requests().map(stampOf)).toEqual([
      ['0000000000000007', '00000000'],
      ['0000000000000007', '00000001'],
    ]);
  });

  test('after lost answers, moved leaders and lost followers the same bytes go out again', async () => {
    const failures = [lostAnswer, notSent, [produced(6)], [produced(19)], [produced(20)], [produced(7)]];
    const { writer, requests, retries } = await open({ Produce: [...failures, ok] });
    void writer.append(bytes('k'), bytes('v'), 1);
    await writer.close();
    expect(new Set(requests().map((r) => r.body)).size).toBe(1);
    expect(requests().length).toBe(7);
    expect(retries.length).toBe(6);
    expect(writer.acknowledged).toBe(1);
  });

  test('a duplicate is our own earlier attempt', async () => {
    const { writer } = await open({ Produce: [lostAnswer, [produced(46)]] });
    void writer.append(bytes('k'), bytes('v'), 1);
    await writer.flush();
    expect(writer.acknowledged).toBe(1);
  });

  test.each([45, 47, 59])(
    'an unknown producer (%i) goes on under a new id while no attempt can have been appended',
    async (code) => {
      const { writer, requests } = await open({
        InitProducerId: [identity, { ...identity, producerId: 9n }],
        Produce: [ok, notSent, [produced(6)], [produced(code)], ok],
      });
      void writer.append(bytes('k'), bytes('first'), 1);
      await writer.flush();
      void writer.append(bytes('k'), bytes('second'), 1);
      await writer.flush();
      expect(stampOf(requests().at(-2)!)).toEqual(['0000000000000007', '00000001']);
      expect(stampOf(requests().at(-1)!)).toEqual(['0000000000000009', '00000000']);
    },
  );

  test.each([
    ['an unknown producer after an attempt without an answer', [lostAnswer, [produced(45)]], 45],
    ['a batch that is too large', [[produced(10)]], 10],
    ['missing rights', [[produced(29)]], 29],
  ])('%s fails the writer for good: nothing is dropped silently', async (_name, Produce, code) => {
    const { writer, requests } = await open({ Produce });
    void writer.append(bytes('k'), bytes('v'), 1);
    await expect(writer.flush()).rejects.toMatchObject({ code });
    await expect(writer.append(bytes('k'), bytes('v'), 1)).rejects.toMatchObject({ code });
    await expect(writer.close()).rejects.toMatchObject({ code });
    expect(writer.pending).toBe(1);
    expect(requests().length).toBe(Produce.length);
  });

  test('back-pressure beyond 32 MiB, resolved when half of it is acknowledged', async () => {
    const { writer } = await open({ Produce: [ok] });
    const value = new Uint8Array(500_000);
    let appended = 0;
    let room: Promise<void> | undefined;
    while (room === undefined) {
      room = writer.append(bytes('k'), value, 1);
      appended++;
    }
    expect(appended).toBe(68);
    await room;
    expect(writer.pending).toBeLessThanOrEqual(34);
    await writer.close();
    expect(writer.acknowledged).toBe(68);
  });

  test('takes nothing after close, and closes twice', async () => {
    const { writer } = await open({ Produce: [ok] });
    void writer.append(bytes('k'), bytes('v'), 1);
    const closed = writer.close();
    await expect(writer.append(bytes('k'), bytes('v'), 1)).rejects.toMatchObject({ code: clientCode.closed });
    await closed;
    await writer.close();
    expect(writer.acknowledged).toBe(1);
  });
});
