import {
  BatchBuilder,
  type Cluster,
  connectCluster,
  groupOffset,
  listOffset,
  RecordCursor,
  readRange,
  StopError,
  startReader,
  TransactionalWriter,
} from '@meanwhile/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTopic, uniqueTopic } from '../support/broker.ts';
import { type OwnBroker, startOwnBroker } from '../support/own-broker.ts';
import { silent } from '../support/pipeline.ts';

/**
 * A broker that takes records for a transaction without telling the coordinator: it makes at will what a broker killed within a commit
 * makes by chance (test/chaos/broker-kill.test.ts).
 */
let broker: OwnBroker | string;
let cluster: Cluster;
let topic: string;

beforeAll(async () => {
  broker = await startOwnBroker({ 'transaction.partition.verification.enable': 'false' });
  if (typeof broker === 'string') return;
  cluster = await connectCluster({ brokers: [broker.brokers], clientId: 'test' }, { logger: silent });
}, 120_000);
afterAll(async () => {
  await cluster?.close();
  if (typeof broker !== 'string') await broker.stop();
});
beforeEach(async (ctx) => {
  if (typeof broker === 'string') return ctx.skip(broker);
  topic = uniqueTopic('hanging');
  await createTopic(broker.brokers, topic, 2, { 'retention.ms': '-1' });
});

describe('a transaction that its coordinator holds for ended', () => {
  test('and has committed elsewhere is committed', async () => {
    const forgetful = makeForgetful();
    const writer = await open(forgetful.on);
    await writer.send([part(0, 'a')]);
    forgetful.isForgetful = true;
    await writer.commit([part(1, 'b')], offset(7));
    await expect.poll(() => committed(0)).toEqual(['a']);
    expect(await committed(1)).toEqual([]);

    const next = await open();
    expect([await committed(0), await committed(1)]).toEqual([['a'], ['b']]);
    await next.commit([part(0, 'c'), part(1, 'd')], offset(9));
    await expect.poll(() => committed(1)).toEqual(['b', 'd']);
    await expect.poll(() => groupOffset(cluster, `${topic}-group`, topic, 1)).toBe(9);
  });

  test('and has aborted elsewhere is aborted', async () => {
    const forgetful = makeForgetful();
    const writer = await open(forgetful.on);
    await writer.send([part(0, 'a')]);
    forgetful.isForgetful = true;
    await writer.send([part(1, 'b')]);

    const next = await open();
    await next.commit([part(0, 'c'), part(1, 'd')], offset(9));
    await expect.poll(() => committed(1)).toEqual(['d']);
    expect(await committed(0)).toEqual(['c']);
  });

  test('and has ended nowhere is aborted: nobody has seen anything of it', async () => {
    const forgetful = makeForgetful();
    const writer = await open(forgetful.on);
    forgetful.isForgetful = true;
    await writer.send([part(0, 'a')]);
    await writer.commit([part(1, 'b')], offset(7));

    const next = await open();
    await next.commit([part(0, 'c'), part(1, 'd')], offset(9));
    await expect.poll(() => committed(1)).toEqual(['d']);
    expect(await committed(0)).toEqual(['c']);
  });

  test('is left alone by a writer that was not told where to look: its own end then ends both', async () => {
    const forgetful = makeForgetful();
    const writer = await open(forgetful.on);
    forgetful.isForgetful = true;
    await writer.send([part(0, 'a')]);
    await writer.commit([part(1, 'b')], offset(7));

    const next = await open(cluster, []);
    await next.commit([part(0, 'c'), part(1, 'd')], offset(9));
    await expect.poll(() => committed(1)).toEqual(['b', 'd']);
  });

  test('and that another one has followed cannot be told apart from it: exit 3', async () => {
    const forgetful = makeForgetful();
    const writer = await open(forgetful.on);
    forgetful.isForgetful = true;
    await writer.commit([part(1, 'a')], offset(7));
    await writer.commit([part(1, 'b')], offset(8));
    const refusal = await open().catch((error: Error) => error);
    expect(refusal).toBeInstanceOf(StopError);
    expect((refusal as StopError).message).toContain(`${topic}-1: a transaction without an end`);
    expect((refusal as StopError).remedy).toContain('find-hanging');
  });

  test('cannot be told from an earlier one under the first protocol, which has one epoch for all: exit 3', async () => {
    const tv1 = (on: Cluster) => ({ ...on, transactionVersion: async () => 1 });
    const forgetful = makeForgetful();
    const writer = await open(tv1(forgetful.on));
    await writer.send([part(0, 'a')]);
    forgetful.isForgetful = true;
    await writer.commit([part(1, 'b')], offset(7));
    await expect(open(tv1(cluster))).rejects.toThrow(StopError);
  });
});

/** While `isForgetful`, the coordinator is not told of the partitions that are produced to, and ends the transaction without them. */
function makeForgetful(): { on: Cluster; isForgetful: boolean } {
  const forgetful = { on: cluster, isForgetful: false };
  forgetful.on = {
    ...cluster,
    call(nodeId, request, options) {
      if (!forgetful.isForgetful) return cluster.call(nodeId, request, options);
      if (request.apiName === 'AddPartitionsToTxn') return Promise.resolve([] as never);
      // v11 looks the same, and adds nothing to the transaction.
      const isProduce = request.apiName === 'Produce';
      return cluster.call(nodeId, isProduce ? { ...request, apiVersion: 11 } : request, options);
    },
  };
  return forgetful;
}

function open(on: Cluster = cluster, partitions = [0, 1]): Promise<TransactionalWriter> {
  return TransactionalWriter.open(on, {
    transactionalId: `${topic}-0`,
    groupId: `${topic}-group`,
    timeoutMs: 30_000,
    partitions: partitions.map((partition) => ({ topic, partition })),
    logger: silent,
  });
}

const offset = (next: number) => ({ topic, partition: 1, offset: next });

function part(partition: number, text: string) {
  const batch = new BatchBuilder(1_000);
  const value = Buffer.from(text);
  const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: value.length };
  batch.append({ key: null, value, ...bounds, timestampMs: Date.now() });
  return { topic, partition, batch };
}

async function committed(partition: number): Promise<string[]> {
  const reader = startReader(cluster, { logger: silent });
  const toOffset = await listOffset(cluster, topic, partition, 'stable');
  const values: string[] = [];
  const cursor = new RecordCursor();
  for await (const chunk of readRange(reader, { topic, partition, fromOffset: 0, toOffset })) {
    cursor.load(chunk);
    while (cursor.next()) {
      values.push(Buffer.from(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)).toString());
    }
  }
  await reader.close();
  return values;
}
