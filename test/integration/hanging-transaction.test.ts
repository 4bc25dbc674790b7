import { setTimeout as sleep } from 'node:timers/promises';
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

describe('a transaction that was ended in two ways cannot be mended: exit 3', () => {
  test('after a second opener has fenced the first one in its mending', async () => {
    await leaveHanging();
    let successor: Promise<unknown> | undefined;
    const overtaken: Cluster = {
      ...cluster,
      async call(nodeId, request, options) {
        const answer = await cluster.call(nodeId, request, options);
        if (request.apiName !== 'AddPartitionsToTxn' || successor !== undefined) return answer;
        successor = open().catch((error: unknown) => error);
        await successor;
        return answer;
      },
    };
    await expect(open(overtaken)).rejects.toThrow(FencedError);
    expectTorn(await successor, 'aborted in T-1 offsets 0 to 1, committed in T-0 offsets 0 to 1');
    expectTorn(await refusal(), 'aborted in T-1 offsets 0 to 1');
  });

  test('after a writer that knew nothing of it has died in its next transaction', async () => {
    const { writer } = await leaveHanging();
    await writer.send([part(0, 'c'), part(1, 'd')]);
    expectTorn(await refusal(), 'aborted in T-1 offsets 0 to 2, committed in T-0 offsets 0 to 1');
  });

  test('however long ago it hung: in a partition that is seldom written', async () => {
    const { writer } = await leaveHanging();
    for (let i = 0; i < 12; i++) await writer.commit([part(0, `c${i}`)], offset(8 + i));
    await writer.send([part(0, 'e'), part(1, 'f')]);
    expectTorn(await refusal(), 'aborted in T-1 offsets 0 to 2, committed in T-0 offsets 0 to 1');
  });

  test('after one who was not told where to look has committed what was aborted', async () => {
    const forgetful = makeForgetful();
    const writer = await open(forgetful.on);
    await writer.send([part(0, 'a')]);
    forgetful.isForgetful = true;
    await writer.send([part(1, 'b')]);
    await (await open(cluster, [])).commit([part(1, 'c')], offset(7));
    await expect.poll(() => committed(1)).toEqual(['b', 'c']);
    expectTorn(await refusal(), 'aborted in T-0 offsets 0 to 1, committed in T-1 offsets 0 to 2');
  });

  function expectTorn(error: unknown, found: string): void {
    expect(error).toBeInstanceOf(StopError);
    const { message, remedy } = error as StopError;
    expect(message).toContain('a transaction was ended in two ways');
    expect(message.replaceAll(topic, 'T')).toContain(found);
    expect(remedy).toMatch(/verify.*reset/);
  }
});

describe('a writer that goes on', () => {
  test('after a while looks whether its last transaction hangs, and has to be opened anew: both are committed', async () => {
    const { writer } = await leaveHanging();
    await sleep(1_100);
    await expect(writer.commit([part(1, 'c')], offset(8))).rejects.toMatchObject({ kind: 'reopen' });
    await (await open()).commit([part(1, 'd')], offset(8));
    await expect.poll(() => committed(1)).toEqual(['b', 'd']);
  });

  test('after a while with nothing amiss just commits', async () => {
    const writer = await open();
    await writer.commit([part(0, 'a'), part(1, 'b')], offset(7));
    await sleep(1_100);
    await writer.commit([part(1, 'c')], offset(8));
    await expect.poll(() => committed(1)).toEqual(['b', 'c']);
  });

  test('and dies in a transaction elsewhere leaves what was committed before to be committed', async () => {
    const { writer } = await leaveHanging();
    await writer.send([part(0, 'c')]);
    const next = await open();
    expect([await committed(0), await committed(1)]).toEqual([['a'], ['b']]);
    await next.commit([part(0, 'd'), part(1, 'e')], offset(9));
    await expect.poll(() => committed(1)).toEqual(['b', 'e']);
  });
});

describe('no alarm is raised', () => {
  test('by transactions aborted one after the other, others committed between', async () => {
    await (await open()).commit([part(0, 'a'), part(1, 'b')], offset(1));
    await (await open()).send([part(0, 'c'), part(1, 'd')]);
    await (await open()).send([part(1, 'e')]);
    await (await open()).send([part(0, 'f')]);
    await (await open()).commit([part(0, 'g')], offset(2));
    await (await open()).send([part(1, 'h')]);
    await open();
    await open();
    expect([await committed(0), await committed(1)]).toEqual([['a', 'g'], ['b']]);
  });

  test('by partitions whose records were deleted since', async () => {
    const { writer } = await leaveHanging();
    await writer.commit([part(1, 'c')], offset(8));
    await writer.send([part(0, 'd'), part(1, 'e')]);
    await expect.poll(() => committed(1)).toEqual(['b', 'c']);
    await (await open()).send([part(1, 'f')]);
    await open(cluster, []);
    await deleteRecordsBefore(cluster, topic, 0, await listOffset(cluster, topic, 0, 'latest'));
    await open();
    await deleteRecordsBefore(cluster, topic, 1, (await listOffset(cluster, topic, 1, 'latest')) - 1);
    await open();
  });

  test('by other producers in the topic', async () => {
    const other = (name: string) =>
      TransactionalWriter.open(cluster, { ...options([]), transactionalId: `${topic}-${name}` });
    await (await other('x')).send([part(0, 'x'), part(1, 'x')]);
    await other('x');
    await (await open()).commit([part(0, 'a'), part(1, 'b')], offset(1));
    await (await open()).send([part(0, 'c'), part(1, 'd')]);
    await open();
    for (let i = 0; i < 9; i++) await (await other('y')).commit([part(1, `y${i}`)], offset(9));
    await expect.poll(async () => (await committed(1)).length).toBe(10);
    await (await open()).send([part(0, 'e')]);
    await open();
  });

  test('by the first protocol, whose epochs tell nothing', async () => {
    const tv1 = { ...cluster, transactionVersion: async () => 1 };
    const writer = await open(tv1);
    await writer.commit([part(0, 'a'), part(1, 'b')], offset(1));
    await writer.commit([part(0, 'c')], offset(2));
    await writer.send([part(1, 'd')]);
    await (await open(tv1)).send([part(0, 'e')]);
    await open();
    await (await open()).commit([part(1, 'f')], offset(2));
    await expect.poll(() => committed(1)).toEqual(['b', 'f']);
  });
});

/** Partition 0 has committed "a", partition 1 waits for the end of "b". */
async function leaveHanging(): Promise<{ writer: TransactionalWriter }> {
  const forgetful = makeForgetful();
  const writer = await open(forgetful.on);
  await writer.send([part(0, 'a')]);
  forgetful.isForgetful = true;
  await writer.commit([part(1, 'b')], offset(7));
  forgetful.isForgetful = false;
  await expect.poll(() => committed(0)).toEqual(['a']);
  return { writer };
}

function refusal(): Promise<unknown> {
  return open().catch((error: unknown) => error);
}

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
  return TransactionalWriter.open(on, options(partitions));
}

function options(partitions: readonly number[]) {
  return {
    transactionalId: `${topic}-0`,
    groupId: `${topic}-group`,
    timeoutMs: 30_000,
    partitions: partitions.map((partition) => ({ topic, partition })),
    logger: silent,
  };
}

const offset = (next: number) => ({ topic, partition: 1, offset: next });
const part = (partition: number, text: string) => textPart(topic, partition, text);
const committed = (partition: number) => committedTexts(cluster, topic, partition);
