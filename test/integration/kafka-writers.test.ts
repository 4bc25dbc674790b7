import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Cluster,
  clientCode,
  connectCluster,
  deleteRecordsBefore,
  FencedError,
  groupOffset,
  KafkaError,
  listOffset,
  openIdempotentWriter,
  type Request,
  TransactionalWriter,
} from '@meanwhile/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createTopic, uniqueTopic } from '../support/broker.ts';
import { silent } from '../support/pipeline.ts';
import { committedTexts, textPart } from '../support/text-records.ts';

const brokers = inject('brokers');
let cluster: Cluster;
let topic: string;

beforeAll(async () => {
  cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
});
afterAll(() => cluster.close());
beforeEach(async () => {
  topic = uniqueTopic('writers');
  await createTopic(brokers, topic, 2, { 'retention.ms': '-1' });
});

const committed = (partition: number) => committedTexts(cluster, topic, partition);
const part = (partition: number, ...values: string[]) => textPart(topic, partition, ...values);

/** The cluster with a request that fails: not sent at all, or carried out with its answer lost. */
function failing(which: (request: Request<unknown>) => 'notSent' | 'noAnswer' | undefined): Cluster {
  return {
    ...cluster,
    async call(nodeId, request, options) {
      const fault = which(request as Request<unknown>);
      if (fault === 'notSent') throw new KafkaError('test', clientCode.notSent);
      const answer = await cluster.call(nodeId, request, options);
      if (fault === 'noAnswer') throw new KafkaError('test', clientCode.noAnswer);
      return answer;
    },
  };
}

const protocols = [
  { protocol: 'TV2', transactionVersion: 2 },
  { protocol: 'TV1', transactionVersion: 1 },
];

describe.each(protocols)('a transaction under $protocol', ({ transactionVersion }) => {
  const open = (on: Cluster = cluster) =>
    TransactionalWriter.open(
      { ...on, transactionVersion: async () => transactionVersion },
      { transactionalId: `${topic}-0`, groupId: `${topic}-group`, timeoutMs: 30_000, logger: silent },
    );
  const offset = (next: number) => ({ topic, partition: 1, offset: next });
  const groupPosition = () => groupOffset(cluster, `${topic}-group`, topic, 1);

  test('is seen as a whole, with its offset, only after its commit', async () => {
    const writer = await open();
    expect(await writer.send([part(0, 'a', 'b'), part(1, 'x')])).toEqual([
      { topic, partition: 0, baseOffset: 0 },
      { topic, partition: 1, baseOffset: 0 },
    ]);
    await writer.send([part(0, 'c'), part(0, 'd')]);
    expect([await committed(0), await committed(1)]).toEqual([[], []]);
    expect(await listOffset(cluster, topic, 0, 'latest')).toBe(4);

    await writer.commit([part(0, 'e')], offset(10));
    await expect.poll(() => committed(0)).toEqual(['a', 'b', 'c', 'd', 'e']);
    await expect.poll(() => committed(1)).toEqual(['x']);
    await expect.poll(groupPosition).toBe(10);
  });

  test('many in a row keep the order, empty ones move the offset', async () => {
    const writer = await open();
    for (let i = 0; i < 40; i++) {
      await writer.commit(i % 4 === 3 ? [] : [part(0, `a${i}`), part(1, `b${i}`)], offset(i + 1));
    }
    await open(); // answers after all markers are written
    const written = Array.from({ length: 40 }, (_, i) => i).filter((i) => i % 4 !== 3);
    expect(await committed(0)).toEqual(written.map((i) => `a${i}`));
    expect(await committed(1)).toEqual(written.map((i) => `b${i}`));
    expect(await groupPosition()).toBe(40);
  });

  test('is fenced off by a second writer, whatever it does next', async () => {
    const openTransaction = await open();
    await openTransaction.send([part(0, 'leak')]);
    const idle = await open();
    await idle.commit([part(0, 'first')], offset(1));
    const owner = await open();

    await expect(openTransaction.commit([part(0, 'leak')], offset(666))).rejects.toBeInstanceOf(FencedError);
    await expect(idle.commit([part(0, 'leak')], offset(666))).rejects.toBeInstanceOf(FencedError);
    await expect(idle.send([part(0, 'leak')])).rejects.toMatchObject({ code: clientCode.writerDead });
    await owner.commit([part(0, 'second')], offset(2));
    await open();
    expect(await committed(0)).toEqual(['first', 'second']);
    expect(await groupPosition()).toBe(2);
  });

  test('left open is resolved by the next writer before that may read', async () => {
    const abandoned = await open();
    await abandoned.commit([part(0, 'kept')], offset(1));
    await abandoned.send([part(0, 'dropped'), part(1, 'dropped')]);

    await open();
    const end = await listOffset(cluster, topic, 0, 'latest');
    expect(await listOffset(cluster, topic, 0, 'stable')).toBe(end);
    expect([await committed(0), await committed(1)]).toEqual([['kept'], []]);
    expect(await groupPosition()).toBe(1);
  });

  test.each(['Produce', 'TxnOffsetCommit', 'EndTxn'])(
    'whose %s got no answer is done or not done as a whole',
    async (apiName) => {
      const writer = await open(failing((request) => (request.apiName === apiName ? 'noAnswer' : undefined)));
      const error = await writer.commit([part(0, 'a'), part(1, 'b')], offset(5)).catch((e: unknown) => e);
      expect(error).toMatchObject({ kind: 'reopen' });
      await open();
      const isDone = apiName === 'EndTxn';
      expect([await committed(0), await committed(1)]).toEqual(isDone ? [['a'], ['b']] : [[], []]);
      expect(await groupPosition()).toBe(isDone ? 5 : -1);
    },
  );

  test('sends again what was never written', async () => {
    let calls = 0;
    const writer = await open(failing(() => (++calls % 2 === 0 ? 'notSent' : undefined)));
    for (let i = 0; i < 5; i++) await writer.commit([part(0, `a${i}`), part(1, `b${i}`)], offset(i + 1));
    await open();
    expect(await committed(0)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    expect(await groupPosition()).toBe(5);
  });
});

describe('the idempotent writer', () => {
  test('writes each record once and in order over lost answers and refused connections', async () => {
    let produces = 0;
    const unreliable = failing((request) => {
      if (request.apiName !== 'Produce') return undefined;
      produces++;
      return produces % 3 === 0 ? 'noAnswer' : produces % 3 === 1 ? 'notSent' : undefined;
    });
    const retries: Error[] = [];
    const writer = await openIdempotentWriter(unreliable, {
      topic,
      partitionFor: (key) => key[0]! % 2,
      lingerMs: 1,
      logger: silent,
      onRetry: (error) => retries.push(error),
    });
    for (let i = 0; i < 400; i++) {
      await writer.append(Uint8Array.of(i % 2), Buffer.from(String(i)), Date.now());
      if (i % 40 === 39) await sleep(5);
    }
    await writer.close();
    expect(retries.length).toBeGreaterThan(3);
    expect([writer.acknowledged, writer.pending]).toEqual([400, 0]);
    const all = Array.from({ length: 400 }, (_, i) => i);
    expect(await committed(0)).toEqual(all.filter((i) => i % 2 === 0).map(String));
    expect(await committed(1)).toEqual(all.filter((i) => i % 2 === 1).map(String));
  });

  test('two writers do not take each other for duplicates', async () => {
    const options = { topic, partitionFor: () => 0, logger: silent };
    const writers = await Promise.all([
      openIdempotentWriter(cluster, options),
      openIdempotentWriter(cluster, options),
    ]);
    await Promise.all(
      writers.map(async (writer, index) => {
        for (let i = 0; i < 20; i++) {
          void writer.append(Buffer.from('k'), Buffer.from(`${index}:${i}`), Date.now());
          await writer.flush();
        }
        await writer.close();
      }),
    );
    const values = await committed(0);
    expect(values.length).toBe(40);
    for (const index of ['0', '1']) {
      const own = values.filter((value) => value.startsWith(index));
      expect(own).toEqual(Array.from({ length: 20 }, (_, i) => `${index}:${i}`));
    }
  });

  test('a record that no broker takes is an error at once', async () => {
    const writer = await openIdempotentWriter(cluster, { topic, partitionFor: () => 0, logger: silent });
    void writer.append(Buffer.from('k'), new Uint8Array(1_200_000), Date.now());
    await expect(writer.flush()).rejects.toMatchObject({ codeName: 'MESSAGE_TOO_LARGE' });
    await expect(writer.close()).rejects.toMatchObject({ codeName: 'MESSAGE_TOO_LARGE' });
  });
});

describe('offsets', () => {
  test('by name and by time, before and after a trim', async () => {
    const writer = await openIdempotentWriter(cluster, { topic, partitionFor: () => 0, logger: silent });
    for (let i = 0; i < 10; i++) {
      void writer.append(Buffer.from('k'), Buffer.from('v'), 1_000_000 + i);
      if (i === 4) await writer.flush();
    }
    await writer.close();
    const at = (where: Parameters<typeof listOffset>[3]) => listOffset(cluster, topic, 0, where);
    expect([await at('earliest'), await at('latest'), await at('stable')]).toEqual([0, 10, 10]);
    expect([await at(0), await at(1_000_007), await at(2_000_000)]).toEqual([0, 7, 10]);

    await deleteRecordsBefore(cluster, topic, 0, 6);
    expect([await at('earliest'), await at(0)]).toEqual([6, 6]);
    const beyond = deleteRecordsBefore(cluster, topic, 0, 11);
    await expect(beyond).rejects.toMatchObject({ codeName: 'OFFSET_OUT_OF_RANGE', topic, offset: 11 });
  });

  test('a group without a commit has none, a topic that is not there is an error by name', async () => {
    expect(await groupOffset(cluster, uniqueTopic('group'), topic, 0)).toBe(-1);
    await expect(cluster.partitionCount(uniqueTopic('missing'))).rejects.toMatchObject({
      codeName: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
    expect(await cluster.topicId(topic)).toMatch(/^[\w-]{22}$/);
    expect(await cluster.partitionCount(topic)).toBe(2);
  });
});
