import { clientCode, OffsetOutOfRangeError, readRange, StopError, type Subscription } from '@meanwhile/kafka';
import { describe, expect } from 'vitest';
import type { Fixture } from './log-conformance-fixture.ts';

export function describeReaders(fixture: Fixture): void {
  const { given, open, offset, part, read, values, until, target } = fixture;

  describe('a reader', () => {
    given('of an offset outside the log says so, with the log start', async ({ client, topic }) => {
      await (await open()).commit([part(0, 'a', 'b', 'c')], offset(1));
      await client.deleteRecordsBefore(topic, 0, 2);
      for (const fromOffset of [0, 1, 99]) {
        const range = { topic, partition: 0, fromOffset, toOffset: 100 };
        const error = await firstError(readRange(read(), range));
        expect(error).toBeInstanceOf(OffsetOutOfRangeError);
        expect(error).toMatchObject({ topic, partition: 0, offset: fromOffset, logStartOffset: 2, code: 1 });
      }
    });

    given('begins in the middle of a batch after DeleteRecords', async ({ client, topic }) => {
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
      async ({ client, topic }) => {
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

    given('that is closed ends its subscriptions', async ({ topic }) => {
      const reader = read();
      const subscription = reader.subscribe({ topic, partition: 0, offset: 0 });
      await reader.close();
      expect(subscription.error).toMatchObject({ code: clientCode.closed });
    });

    given('of a topic that is deleted stops', async ({ topic }) => {
      await (await open()).commit([part(0, 'a')], offset(1));
      const reader = read({ unknownTopicMs: 500 });
      const subscription = reader.subscribe({ topic, partition: 0, offset: 0 });
      await until('the first chunk', () => subscription.take() !== undefined);
      await target.deleteTopic(topic);
      await until('the error', () => subscription.error !== undefined);
      expect(subscription.error).toBeInstanceOf(StopError);
    });
  });
}

/** Where the chunks that were there were fetched from: a marker may come with its records or after them. */
function takeAll(subscription: Subscription): number[] {
  const offsets: number[] = [];
  for (let chunk = subscription.take(); chunk; chunk = subscription.take()) offsets.push(chunk.fetchOffset);
  return offsets;
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
