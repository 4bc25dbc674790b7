import {
  type Cluster,
  connectCluster,
  deleteRecordsBefore,
  FencedError,
  groupOffset,
  listOffset,
  StopError,
  TransactionalWriter,
} from '@meanwhile/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTopic, uniqueTopic } from '../support/broker.ts';
import { type OwnBroker, startOwnBroker } from '../support/own-broker.ts';
import { silent } from '../support/pipeline.ts';
import { committedTexts, textPart } from '../support/text-records.ts';

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

  test('is not looked for in a partition whose records were deleted since', async () => {
    const forgetful = makeForgetful();
    const writer = await open(forgetful.on);
    await writer.commit([part(0, 'old')], offset(1));
    await expect.poll(() => committed(0)).toEqual(['old']);
    await deleteRecordsBefore(cluster, topic, 0, await listOffset(cluster, topic, 0, 'latest'));
    forgetful.isForgetful = true;
    await writer.commit([part(1, 'b')], offset(7));

    const next = await open();
    await next.commit([part(1, 'd')], offset(9));
    await expect.poll(() => committed(1)).toEqual(['d']);
  });

  test('is no business of one who stood still while a successor has gone on: fenced, not exit 3', async () => {
    const forgetful = makeForgetful();
    const writer = await open(forgetful.on);
    forgetful.isForgetful = true;
    await writer.commit([part(1, 'a')], offset(7));

    let successor: TransactionalWriter | undefined;
    const standingStill: Cluster = {
      ...cluster,
      async call(nodeId, request, options) {
        const answer = await cluster.call(nodeId, request, options);
        const isOpened =
          request.apiName === 'InitProducerId' && (answer as { errorCode: number }).errorCode === 0;
        if (!isOpened || successor !== undefined) return answer;
        successor = await open(cluster, []);
        await successor.send([part(1, 'b')]);
        return answer;
      },
    };
    await expect(open(standingStill)).rejects.toThrow(FencedError);
    await successor!.commit([part(1, 'c')], offset(9));
    await expect.poll(() => committed(1)).toEqual(['a', 'b', 'c']);
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
const part = (partition: number, text: string) => textPart(topic, partition, text);
const committed = (partition: number) => committedTexts(cluster, topic, partition);
