import { BatchBuilder, KafkaError, RecordCursor, readRange } from '@meanwhile/kafka';
import { describe, expect } from 'vitest';
import { type Fixture, type Given, keyOf, record, textOf } from './log-conformance-fixture.ts';

export function describeTransactions(fixture: Fixture): void {
  const { given, open, offset, groupPosition, part, read, values, until, target } = fixture;

  describe('record batches', () => {
    given('come back as they were sent: keys, values, nulls, headers, times', async ({ topic }) => {
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

    given(
      'that are empty are left out, and their transaction moves the offset',
      async ({ client, topic }) => {
        const writer = await open();
        const produced = await writer.commit(
          [{ topic, partition: 0, batch: new BatchBuilder(100) }],
          offset(7),
        );
        expect(produced).toEqual([{ topic, partition: 0, baseOffset: -1 }]);
        await open();
        expect(await client.listOffset(topic, 0, 'latest')).toBe(0);
        expect(await groupPosition()).toBe(7);
      },
    );
  });

  describe('a transaction', () => {
    given('is seen as a whole, with its offset, only after its commit', async ({ client, topic }) => {
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

    given('that is left open is resolved before the next writer is open', async ({ client, topic }) => {
      const abandoned = await open();
      await abandoned.commit([part(0, 'kept')], offset(1));
      await abandoned.send([part(0, 'dropped'), part(1, 'dropped')]);
      await open();
      const latest = await client.listOffset(topic, 0, 'latest');
      expect(await client.listOffset(topic, 0, 'stable')).toBe(latest);
      expect([await values(0), await values(1), await groupPosition()]).toEqual([['kept'], [], 1]);
    });

    given('is nothing to worry about for who looks where it writes', async ({ client, topic }) => {
      const partitions = [0, 1].map((partition) => ({ topic, partition }));
      const looking = () =>
        client.openWriter({
          transactionalId: topic,
          groupId: `${topic}-group`,
          timeoutMs: 20_000,
          partitions,
        });
      const first = await looking();
      await first.commit([part(0, 'a'), part(1, 'x')], offset(1));
      await target.sleep(1_100); // long enough for a broker to die and come back
      await first.commit([part(0, 'b')], offset(2));
      await first.send([part(0, 'dropped'), part(1, 'dropped')]);
      await (await looking()).send([part(1, 'dropped')]);
      await (await looking()).commit([part(0, 'c')], offset(3));
      await looking();
      expect([await values(0), await values(1), await groupPosition()]).toEqual([['a', 'b', 'c'], ['x'], 3]);
    });

    given('is read right from every offset when others abort between', async ({ client, topic }) => {
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
      const placed = await placedValues({ client, topic });
      expect(placed.map(([, text]) => text)).toEqual(['a1', 'c1', 'a2', 'a3']);
      const end = await client.listOffset(topic, 0, 'stable');
      for (let from = 0; from < end; from++)
        expect(await values(0, from), `from ${from}`).toEqual(
          placed.filter(([at]) => at >= from).map(([, text]) => text),
        );
    });

    async function placedValues({ client, topic }: Given): Promise<[number, string][]> {
      const toOffset = await client.listOffset(topic, 0, 'stable');
      const found: [number, string][] = [];
      const cursor = new RecordCursor();
      for await (const chunk of readRange(read(), { topic, partition: 0, fromOffset: 0, toOffset })) {
        cursor.load(chunk);
        while (cursor.next()) found.push([cursor.offset, textOf(cursor)]);
      }
      return found;
    }

    given(
      'that is open too long is aborted, and its writer can commit no more',
      async ({ client, topic }) => {
        const writer = await open(client, topic, 1_000);
        await writer.send([part(0, 'too slow')]);
        await until('the abort', async () => {
          const latest = await client.listOffset(topic, 0, 'latest');
          return latest > 1 && (await client.listOffset(topic, 0, 'stable')) === latest;
        });
        await expect(writer.commit([part(0, 'more')], offset(1))).rejects.toBeInstanceOf(KafkaError);
        await open();
        expect([await values(0), await groupPosition()]).toEqual([[], -1]);
      },
    );
  });
}
