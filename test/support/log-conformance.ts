import {
  BatchBuilder,
  clientCode,
  FencedError,
  KafkaError,
  type LogClient,
  type LogWriter,
  type Membership,
  OffsetOutOfRangeError,
  type OutgoingRecord,
  type Reader,
  type ReaderOptions,
  RecordCursor,
  readRange,
  StopError,
  type Subscription,
} from '@meanwhile/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** What becomes of the next requests of one kind: not carried out, or carried out, and the client hears nothing either way. */
export type LostRequest = { api: 'Produce' | 'TxnOffsetCommit' | 'EndTxn'; fate: 'lost' | 'answerLost' };

/** A log under test, real or simulated. */
export interface ConformanceTarget {
  start(): Promise<void>;
  stop(): Promise<void>;
  client(): LogClient;
  /** A client whose requests of one kind fail. */
  losing(lost: LostRequest): LogClient;
  createTopic(partitions: number): Promise<string>;
  deleteTopic(topic: string): Promise<void>;
  /** A topic of the same name, once the old one is gone. */
  recreateTopic(topic: string, partitions: number): Promise<void>;
  join(options: {
    groupId: string;
    topic: string;
    instanceId: string;
    onAssignment: (partitions: number[]) => void;
  }): Omit<Membership, 'greet'>;
  expel(groupId: string, memberId: string): Promise<void>;
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Runs a test: a simulated world stands still otherwise. */
  run(body: () => Promise<void>): Promise<void>;
}

/** The same cases for every log: what the simulation is trusted for is what a real broker does. */
export function describeConformance(target: ConformanceTarget): void {
  let client: LogClient;
  let topic: string;
  const readers: Reader[] = [];
  const given = (name: string, body: () => Promise<void>) =>
    test(name, () =>
      target.run(async () => {
        try {
          await body();
        } finally {
          await Promise.all(readers.splice(0).map((reader) => reader.close()));
        }
      }),
    );

  beforeAll(() => target.start());
  afterAll(() => target.stop());
  beforeEach(() =>
    target.run(async () => {
      client = target.client();
      topic = await target.createTopic(2);
    }),
  );

  const open = (from: LogClient = client, id = topic, timeoutMs = 20_000): Promise<LogWriter> =>
    from.openWriter({ transactionalId: id, groupId: `${topic}-group`, timeoutMs });
  const offset = (next: number) => ({ topic, partition: 1, offset: next });
  const groupPosition = () => client.groupOffset(`${topic}-group`, topic, 1);
  const part = (partition: number, ...texts: string[]) => ({ topic, partition, batch: batchOf(texts) });

  function read(options: Omit<ReaderOptions, 'logger'> = {}): Reader {
    const reader = client.startReader(options);
    readers.push(reader);
    return reader;
  }

  /** Values of a partition from an offset to its end. */
  async function values(partition = 0, fromOffset?: number, reader = read()): Promise<string[]> {
    const from = fromOffset ?? (await client.listOffset(topic, partition, 'earliest'));
    const toOffset = await client.listOffset(topic, partition, 'stable');
    const found: string[] = [];
    const cursor = new RecordCursor();
    for await (const chunk of readRange(reader, { topic, partition, fromOffset: from, toOffset })) {
      cursor.load(chunk);
      while (cursor.next()) found.push(textOf(cursor));
    }
    return found;
  }

  async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = target.now() + 60_000;
    while (!(await isTrue())) {
      if (target.now() > endMs) throw new Error(`waiting for ${what}: not within 60 s`);
      await target.sleep(20);
    }
  }

  describe('record batches', () => {
    given('come back as they were sent: keys, values, nulls, headers, times', async () => {
      const batch = new BatchBuilder(100_000);
      batch.append(record({ key: 'k', value: 'v', timestampMs: 1_700_000_000_000 }));
      batch.append(record({ key: null, value: 'only a value', timestampMs: 1_700_000_000_007 }));
      batch.append(record({ key: 'only a key', value: null, timestampMs: 1_699_999_999_999 }));
      const header = { key: 'name', value: Buffer.from('header') };
      batch.append({ ...record({ key: '', value: '', timestampMs: 1_700_000_000_001 }), headers: [header] });
      const writer = await open();
      const produced = await writer.commit([{ topic, partition: 0, batch }], offset(1));
      expect(produced).toEqual([{ topic, partition: 0, baseOffset: 0 }]);
      await open();
      const found: unknown[] = [];
      const cursor = new RecordCursor();
      for await (const chunk of readRange(read(), { topic, partition: 0, fromOffset: 0, toOffset: 5 })) {
        cursor.load(chunk);
        while (cursor.next())
          found.push([cursor.offset, keyOf(cursor), textOf(cursor), cursor.timestampMs, cursor.headerCount]);
      }
      expect(found).toEqual([
        [0, 'k', 'v', 1_700_000_000_000, 0],
        [1, null, 'only a value', 1_700_000_000_007, 0],
        [2, 'only a key', 'null', 1_699_999_999_999, 0],
        [3, '', '', 1_700_000_000_001, 1],
      ]);
    });

    given('of one partition keep their order, whatever their number', async () => {
      const writer = await open();
      const parts = Array.from({ length: 12 }, (_, i) => part(i % 2, `${i}`));
      const produced = await writer.send(parts);
      expect(produced.map(({ partition, baseOffset }) => `${partition}@${baseOffset}`)).toEqual(
        parts.map(({ partition }, i) => `${partition}@${Math.floor(i / 2)}`),
      );
      for (let i = 12; i < 40; i++) await writer.commit([part(i % 2, `${i}`)], offset(i));
      await open();
      const all = Array.from({ length: 40 }, (_, i) => `${i}`);
      expect(await values(0)).toEqual(all.filter((_, i) => i % 2 === 0));
      expect(await values(1)).toEqual(all.filter((_, i) => i % 2 === 1));
      expect(await groupPosition()).toBe(39);
    });

    given('that are empty are left out, and their transaction moves the offset', async () => {
      const writer = await open();
      const produced = await writer.commit(
        [{ topic, partition: 0, batch: new BatchBuilder(100) }],
        offset(7),
      );
      expect(produced).toEqual([{ topic, partition: 0, baseOffset: -1 }]);
      await open();
      expect(await client.listOffset(topic, 0, 'latest')).toBe(0);
      expect(await groupPosition()).toBe(7);
    });
  });

  describe('a transaction', () => {
    given('is seen as a whole, with its offset, only after its commit', async () => {
      const writer = await open();
      await writer.send([part(0, 'a', 'b'), part(1, 'x')]);
      expect(await client.listOffset(topic, 0, 'latest')).toBe(2);
      expect(await client.listOffset(topic, 0, 'stable')).toBe(0);
      expect(await groupPosition()).toBe(-1);
      await writer.commit([part(0, 'c')], offset(10));
      await until('the group offset', async () => (await groupPosition()) === 10);
      await until('the marker', async () => (await client.listOffset(topic, 0, 'stable')) === 4);
      expect(await values(0)).toEqual(['a', 'b', 'c']);
    });

    given('that is left open is resolved before the next writer is open', async () => {
      const abandoned = await open();
      await abandoned.commit([part(0, 'kept')], offset(1));
      await abandoned.send([part(0, 'dropped'), part(1, 'dropped')]);
      await open();
      const latest = await client.listOffset(topic, 0, 'latest');
      expect(await client.listOffset(topic, 0, 'stable')).toBe(latest);
      expect([await values(0), await values(1), await groupPosition()]).toEqual([['kept'], [], 1]);
    });

    given('is read right from every offset when others abort between', async () => {
      const [a, b, c] = [await open(client, `${topic}-a`), await open(client, `${topic}-b`), await open()];
      await a.send([part(0, 'a1')]);
      await b.send([part(0, '-b1', '-b2')]);
      await c.commit([part(0, 'c1')], offset(1));
      await a.send([part(0, 'a2')]);
      await b.send([part(0, '-b3')]);
      const second = await open(client, `${topic}-b`); // aborts b
      await a.commit([part(0, 'a3')], offset(2));
      await second.send([part(0, '-b4')]);
      await open(client, `${topic}-b`);
      await second.send([]).catch(() => {});
      await open(client, `${topic}-a`);
      const everything = await values(0, 0, read({ isolation: 'read_uncommitted' }));
      expect(everything).toEqual(['a1', '-b1', '-b2', 'c1', 'a2', '-b3', 'a3', '-b4']);
      const placed = await placedValues();
      expect(placed.map(([, text]) => text)).toEqual(['a1', 'c1', 'a2', 'a3']);
      const end = await client.listOffset(topic, 0, 'stable');
      for (let from = 0; from < end; from++)
        expect(await values(0, from), `from ${from}`).toEqual(
          placed.filter(([at]) => at >= from).map(([, text]) => text),
        );
    });

    async function placedValues(): Promise<[number, string][]> {
      const toOffset = await client.listOffset(topic, 0, 'stable');
      const found: [number, string][] = [];
      const cursor = new RecordCursor();
      for await (const chunk of readRange(read(), { topic, partition: 0, fromOffset: 0, toOffset })) {
        cursor.load(chunk);
        while (cursor.next()) found.push([cursor.offset, textOf(cursor)]);
      }
      return found;
    }

    given('that is open too long is aborted, and its writer can commit no more', async () => {
      const writer = await open(client, topic, 1_000);
      await writer.send([part(0, 'too slow')]);
      await until('the abort', async () => {
        const latest = await client.listOffset(topic, 0, 'latest');
        return latest > 1 && (await client.listOffset(topic, 0, 'stable')) === latest;
      });
      await expect(writer.commit([part(0, 'more')], offset(1))).rejects.toBeInstanceOf(KafkaError);
      await open();
      expect([await values(0), await groupPosition()]).toEqual([[], -1]);
    });
  });

  describe('a writer', () => {
    given('is fenced off by a second one, whatever it does next', async () => {
      const inTransaction = await open();
      await inTransaction.send([part(0, 'leak')]);
      const idle = await open();
      await idle.commit([part(0, 'first')], offset(1));
      const unused = await open();
      const owner = await open();
      await expect(inTransaction.commit([part(0, 'leak')], offset(666))).rejects.toBeInstanceOf(FencedError);
      await expect(idle.commit([], offset(666))).rejects.toBeInstanceOf(FencedError);
      await expect(unused.send([part(0, 'leak')])).rejects.toBeInstanceOf(FencedError);
      await owner.commit([part(0, 'second')], offset(2));
      await open();
      expect([await values(0), await groupPosition()]).toEqual([['first', 'second'], 2]);
    });

    given('says by which code it was fenced: 47 or 90', async () => {
      const fenced = await open();
      await open();
      const error = await fenced.send([part(0, 'leak')]).catch((e: unknown) => e);
      expect([47, 90]).toContain((error as KafkaError).code);
      expect((error as KafkaError).kind).toBe('reopen');
    });

    given('is of no use once it failed', async () => {
      const fenced = await open();
      await open();
      await expect(fenced.send([part(0, 'leak')])).rejects.toBeInstanceOf(FencedError);
      const dead = { code: clientCode.writerDead, kind: 'reopen' };
      await expect(fenced.send([part(0, 'leak')])).rejects.toMatchObject(dead);
      await expect(fenced.commit([], offset(1))).rejects.toMatchObject(dead);
    });

    given('refuses a second call while one is under way', async () => {
      const writer = await open();
      const first = writer.send([part(0, 'a')]);
      await expect(writer.send([part(0, 'b')])).rejects.toThrow(/wanted one at a time/);
      await first;
    });

    const lost: [LostRequest, string[], number][] = [
      [{ api: 'Produce', fate: 'lost' }, ['before'], 1],
      [{ api: 'Produce', fate: 'answerLost' }, ['before'], 1],
      [{ api: 'TxnOffsetCommit', fate: 'lost' }, ['before'], 1],
      [{ api: 'TxnOffsetCommit', fate: 'answerLost' }, ['before'], 1],
      [{ api: 'EndTxn', fate: 'lost' }, ['before'], 1],
      [{ api: 'EndTxn', fate: 'answerLost' }, ['before', 'unknown'], 2],
    ];
    for (const [request, wanted, position] of lost) {
      given(
        `that hears nothing of its ${request.api} (${request.fate}) fails; the next one finds out`,
        async () => {
          await (await open()).commit([part(0, 'before')], offset(1));
          const unlucky = await open(target.losing(request));
          const error = await unlucky.commit([part(0, 'unknown')], offset(2)).catch((e: unknown) => e);
          expect(error).toBeInstanceOf(KafkaError);
          expect(error).not.toBeInstanceOf(FencedError);
          expect((error as KafkaError).kind).toBe('reopen');
          const next = await open();
          expect([await values(0), await groupPosition()]).toEqual([wanted, position]);
          await next.commit([part(0, 'after')], offset(3));
          await open();
          expect([await values(0), await groupPosition()]).toEqual([[...wanted, 'after'], 3]);
        },
      );
    }
  });

  describe('a reader', () => {
    given('of an offset outside the log says so, with the log start', async () => {
      await (await open()).commit([part(0, 'a', 'b', 'c')], offset(1));
      await client.deleteRecordsBefore(topic, 0, 2);
      for (const fromOffset of [0, 1, 99]) {
        const range = { topic, partition: 0, fromOffset, toOffset: 100 };
        const error = await firstError(readRange(read(), range));
        expect(error).toBeInstanceOf(OffsetOutOfRangeError);
        expect(error).toMatchObject({ topic, partition: 0, offset: fromOffset, logStartOffset: 2, code: 1 });
      }
    });

    given('begins in the middle of a batch after DeleteRecords', async () => {
      await (await open()).commit([part(0, 'a', 'b', 'c', 'd')], offset(1));
      await client.deleteRecordsBefore(topic, 0, 2);
      expect(await client.listOffset(topic, 0, 'earliest')).toBe(2);
      await open();
      expect(await values(0)).toEqual(['c', 'd']);
      await client.deleteRecordsBefore(topic, 0, 1); // never back
      expect(await client.listOffset(topic, 0, 'earliest')).toBe(2);
      await expect(client.deleteRecordsBefore(topic, 0, 99)).rejects.toMatchObject({ code: 1 });
    });

    given(
      'stops at an open transaction and goes on after it; then the log is empty since a known time',
      async () => {
        const writer = await open();
        await writer.commit([part(0, 'a')], offset(1));
        await open(client, `${topic}-other`);
        const startMs = target.now();
        const subscription = read().subscribe({ topic, partition: 0, offset: 0 });
        await until('the first chunk', () => subscription.lastStableOffset === 2);
        expect(subscription.emptySinceMs).toBe(Number.NEGATIVE_INFINITY); // not taken yet
        const taken: number[] = [];
        await until('an empty answer', () => {
          taken.push(...takeAll(subscription));
          return subscription.emptySinceMs >= startMs;
        });
        expect(taken[0]).toBe(0);
        expect(subscription.emptySinceMs).toBeLessThanOrEqual(target.now());
        await writer.send([part(0, 'b')]);
        await until('the open transaction', () => subscription.highWatermark === 3);
        expect(subscription.take()).toBeUndefined();
        expect(subscription.emptySinceMs).toBe(Number.NEGATIVE_INFINITY); // something is there, though not for us
        await writer.commit([], offset(2));
        await until('the end of the transaction', () => subscription.lastStableOffset === 4);
        expect(takeAll(subscription)[0]).toBe(2);
        subscription.close();
      },
    );

    given('that is closed ends its subscriptions', async () => {
      const reader = read();
      const subscription = reader.subscribe({ topic, partition: 0, offset: 0 });
      await reader.close();
      expect(subscription.error).toMatchObject({ code: clientCode.closed });
    });

    given('of a topic that is deleted stops', async () => {
      await (await open()).commit([part(0, 'a')], offset(1));
      const reader = read({ unknownTopicMs: 500 });
      const subscription = reader.subscribe({ topic, partition: 0, offset: 0 });
      await until('the first chunk', () => subscription.take() !== undefined);
      await target.deleteTopic(topic);
      await until('the error', () => subscription.error !== undefined);
      expect(subscription.error).toBeInstanceOf(StopError);
    });
  });

  describe('topics and groups', () => {
    given('a group that never committed has offset -1', async () => {
      expect(await groupPosition()).toBe(-1);
    });

    given('a topic that was created anew has another id and begins at 0', async () => {
      await (await open()).commit([part(0, 'a')], offset(1));
      const before = await client.topicId(topic);
      expect(await client.topicId(topic)).toBe(before);
      expect(await client.partitionCount(topic)).toBe(2);
      await target.recreateTopic(topic, 3);
      const anew = target.client();
      await until('the new id', async () => (await anew.topicId(topic)) !== before);
      expect(await anew.partitionCount(topic)).toBe(3);
      expect(await anew.listOffset(topic, 0, 'latest')).toBe(0);
    });

    given('members share all partitions, and one that leaves or is expelled gives its own up', async () => {
      const shared = await target.createTopic(4);
      const groupId = `${shared}-group`;
      const join = (instanceId: string) =>
        target.join({ groupId, topic: shared, instanceId, onAssignment: () => {} });
      const a = join('a');
      await until('a alone', () => a.partitions.length === 4);
      expect(a.partitions).toEqual([0, 1, 2, 3]);
      const b = join('b');
      await until('both', () => a.partitions.length === 2 && b.partitions.length === 2);
      expect(ascending(a, b)).toEqual([0, 1, 2, 3]);
      expect(await a.confirm()).toEqual(a.partitions);

      const expelled = b.memberId;
      await target.expel(groupId, expelled);
      await until('b under another id', () => b.memberId !== expelled && b.partitions.length === 2);
      await until('both again', () => a.partitions.length === 2);
      expect(ascending(a, b)).toEqual([0, 1, 2, 3]);

      await b.leave();
      await until('a alone again', () => a.partitions.length === 4);
      const given = new AbortController();
      const confirming = a.confirm(given.signal);
      given.abort();
      await expect(confirming).rejects.toThrow();
      await a.leave();
    });
  });
}

function record(o: { key: string | null; value: string | null; timestampMs: number }): OutgoingRecord {
  const key = o.key === null ? null : Buffer.from(o.key);
  const value = o.value === null ? null : Buffer.from(o.value);
  const ends = { keyEnd: key?.length ?? 0, valueEnd: value?.length ?? 0 };
  return { key, keyStart: 0, value, valueStart: 0, timestampMs: o.timestampMs, ...ends };
}

/** Where the chunks that were there were fetched from: a marker may come with its records or after them. */
function takeAll(subscription: Subscription): number[] {
  const offsets: number[] = [];
  for (let chunk = subscription.take(); chunk; chunk = subscription.take()) offsets.push(chunk.fetchOffset);
  return offsets;
}

function ascending(...members: Pick<Membership, 'partitions'>[]): number[] {
  return members.flatMap(({ partitions }) => partitions).sort((a, b) => a - b);
}

function batchOf(texts: readonly string[]): BatchBuilder {
  const batch = new BatchBuilder(100_000);
  for (const value of texts) batch.append(record({ key: null, value, timestampMs: 1_700_000_000_000 }));
  return batch;
}

function keyOf({ bytes, keyStart, keyEnd }: RecordCursor): string | null {
  return keyStart < 0 ? null : Buffer.from(bytes.subarray(keyStart, keyEnd)).toString();
}

function textOf({ bytes, valueStart, valueEnd }: RecordCursor): string {
  return valueStart < 0 ? 'null' : Buffer.from(bytes.subarray(valueStart, valueEnd)).toString();
}

async function firstError(chunks: AsyncGenerator<unknown>): Promise<unknown> {
  try {
    await chunks.next();
  } catch (error) {
    return error;
  } finally {
    await chunks.return(undefined);
  }
  throw new Error('reading: a chunk, wanted an error');
}
