import { describe, expect, test } from 'vitest';
import { clientCode, FencedError, KafkaError } from './errors.ts';
import { batchOf, fakeCluster, lostAnswer, notSent } from './fake-cluster.test-kit.ts';
import { TransactionalWriter } from './transactional-writer.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const offset = { topic: 'in', partition: 0, offset: 42 };
const identity = { errorCode: 0, producerId: 7n, producerEpoch: 3 };
const none = { errorCode: 0 };
const produced = (errorCode: number, partition = 0, topic = 'out') => ({
  topic,
  partition,
  errorCode,
  errorMessage: null,
  baseOffset: errorCode === 0 ? 100 : -1,
});
const good = {
  InitProducerId: identity,
  Produce: [[produced(0)]],
  TxnOffsetCommit: none,
  EndTxn: { errorCode: 0, next: { producerId: 7n, producerEpoch: 4 } },
  AddPartitionsToTxn: [[]],
  AddOffsetsToTxn: none,
};
type Options = Parameters<typeof fakeCluster>[1];

async function open(answers: Record<string, unknown> = {}, options?: Options) {
  const cluster = fakeCluster({ ...good, ...answers }, options);
  const writer = await TransactionalWriter.open(cluster, {
    transactionalId: 'out-0',
    groupId: 'group',
    timeoutMs: 10_000,
    logger: silent,
  });
  return { cluster, writer, names: () => cluster.asked.map((a) => `${a.apiName}${a.apiVersion}`).slice(1) };
}
const part = (...values: string[]) => ({ topic: 'out', partition: 0, batch: batchOf(...values) });

describe('TransactionalWriter', () => {
  test('TV2 on one broker: Produce and the offset in one turn, then the end; the epoch moves on and sequences restart', async () => {
    const { writer, names, cluster } = await open();
    expect(await writer.commit([part('a')], offset)).toEqual([
      { topic: 'out', partition: 0, baseOffset: 100 },
    ]);
    await writer.commit([part('a')], offset);
    const transaction = ['Produce12', 'TxnOffsetCommit5', 'EndTxn5'];
    expect(names()).toEqual([...transaction, ...transaction]);
    const [first, second] = cluster.asked.filter((a) => a.apiName === 'Produce');
    // Only epoch (3, 4) and checksum differ: both start at sequence 0.
    expect(first!.body).toContain('0000000000000007000300000000');
    expect(second!.body).toContain('0000000000000007000400000000');
  });

  test('TV1: partitions and group are added once per transaction, sequences go on over transactions', async () => {
    const answers = { EndTxn: { errorCode: 0, next: undefined } };
    const { writer, names, cluster } = await open(answers, { transactionVersion: 1 });
    await writer.send([part('a', 'b')]);
    await writer.commit([part('c')], offset);
    await writer.commit([part('d')], offset);
    const ending = ['AddOffsetsToTxn3', 'Produce11', 'TxnOffsetCommit3', 'EndTxn3'];
    expect(names()).toEqual([
      'AddPartitionsToTxn3',
      'Produce11',
      ...ending,
      'AddPartitionsToTxn3',
      ...ending,
    ]);
    const sequences = cluster.asked
      .filter((a) => a.apiName === 'Produce')
      .map((a) => /00000000000000070003(.{8})/.exec(a.body)?.[1]);
    expect(sequences).toEqual(['00000000', '00000002', '00000003']);
  });

  test('an empty commit still carries the offset, and empty batches go nowhere', async () => {
    const { writer, names } = await open();
    expect(await writer.commit([part()], offset)).toEqual([{ topic: 'out', partition: 0, baseOffset: -1 }]);
    expect(names()).toEqual(['TxnOffsetCommit5', 'EndTxn5']);
  });

  test('several batches of one partition go out one after the other, the offset with the last', async () => {
    const { writer, names } = await open();
    await writer.commit([part('a'), part('b'), part('c')], offset);
    expect(names()).toEqual(['Produce12', 'Produce12', 'Produce12', 'TxnOffsetCommit5', 'EndTxn5']);
  });

  test('several brokers: the coordinator is told of all partitions first', async () => {
    const Produce = ({ nodeId }: { nodeId: number }) => [produced(0, nodeId - 1)];
    const leaderOf = (_topic: string, partition: number) => partition + 1;
    const { writer, names } = await open({ Produce }, { leaderOf });
    await writer.commit([part('a'), { topic: 'out', partition: 1, batch: batchOf('b') }], offset);
    expect(names()).toEqual(['AddPartitionsToTxn3', 'Produce12', 'Produce12', 'TxnOffsetCommit5', 'EndTxn5']);
  });

  test.each([3, 5, 6, 14, 15, 16, 19, 51])('refused for now (%i): the same bytes again', async (code) => {
    const { writer, cluster } = await open({ Produce: [[produced(code)], [produced(code)], [produced(0)]] });
    await writer.commit([part('a')], offset);
    const bodies = cluster.asked.filter((a) => a.apiName === 'Produce').map((a) => a.body);
    expect(bodies.length).toBe(3);
    expect(new Set(bodies).size).toBe(1);
    expect(cluster.asked.filter((a) => a.apiName === 'TxnOffsetCommit').length).toBe(1);
    expect(cluster.refreshes).toBe([14, 19, 51].includes(code) ? 0 : 2);
  });

  test('of several partitions only the refused one goes again', async () => {
    const Produce = [[produced(0, 0), produced(19, 1)], [produced(0, 1)]];
    const { writer, cluster } = await open({ Produce });
    const both = [part('a'), { topic: 'out', partition: 1, batch: batchOf('b') }];
    expect(await writer.send(both)).toEqual([
      { topic: 'out', partition: 0, baseOffset: 100 },
      { topic: 'out', partition: 1, baseOffset: 100 },
    ]);
    expect(cluster.asked.filter((a) => a.apiName === 'Produce').length).toBe(2);
  });

  test('a refused offset goes again without the Produce, and a request that was never written too', async () => {
    const { writer, names } = await open({
      TxnOffsetCommit: [notSent, { errorCode: 51 }, none],
      EndTxn: [{ errorCode: 51 }, notSent, good.EndTxn],
    });
    await writer.commit([part('a')], offset);
    const offsets = ['TxnOffsetCommit5', 'TxnOffsetCommit5', 'TxnOffsetCommit5'];
    expect(names()).toEqual(['Produce12', ...offsets, 'EndTxn5', 'EndTxn5', 'EndTxn5']);
  });

  test.each([
    ['Produce', [[produced(45)]]],
    ['Produce', [[produced(10)]]],
    ['Produce', [[produced(7)]]],
    ['Produce', [[]]],
    ['Produce', [lostAnswer]],
    ['TxnOffsetCommit', { errorCode: 25 }],
    ['TxnOffsetCommit', [lostAnswer]],
    ['TxnOffsetCommit', { errorCode: 120 }],
  ])('never commits after %s answered %o, and is dead then', async (apiName, answer) => {
    const { writer, names } = await open({ [apiName]: answer });
    await expect(writer.commit([part('a')], offset)).rejects.toMatchObject({ kind: 'reopen' });
    expect(names()).not.toContain('EndTxn5');
    const asked = names().length;
    for (const again of [writer.send([part('a')]), writer.commit([], offset)]) {
      await expect(again).rejects.toMatchObject({ code: clientCode.writerDead, kind: 'reopen' });
    }
    expect(names().length).toBe(asked);
  });

  test('a lost answer to EndTxn leaves the outcome unknown: not asked again', async () => {
    const { writer, names } = await open({ EndTxn: [lostAnswer] });
    const error = await writer.commit([part('a')], offset).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(KafkaError);
    expect(error).toMatchObject({ code: clientCode.noAnswer, kind: 'reopen' });
    expect(names().filter((name) => name === 'EndTxn5').length).toBe(1);
  });

  test.each([
    ['Produce', [[produced(47)]]],
    ['TxnOffsetCommit', { errorCode: 47 }],
    ['EndTxn', { errorCode: 90, next: undefined }],
    ['Produce', [[produced(49)]]],
  ])('another owner, told by %s, is a FencedError', async (apiName, answer) => {
    const { writer } = await open({ [apiName]: answer });
    await expect(writer.commit([part('a')], offset)).rejects.toBeInstanceOf(FencedError);
  });

  test('fenced outweighs what else went wrong', async () => {
    const { writer } = await open({ Produce: [lostAnswer], TxnOffsetCommit: { errorCode: 47 } });
    await expect(writer.commit([part('a')], offset)).rejects.toBeInstanceOf(FencedError);
  });

  test('opening asks again after a lost answer and while the old transaction is resolved', async () => {
    const { cluster } = await open({
      InitProducerId: [lostAnswer, { errorCode: 51 }, { errorCode: 14 }, identity],
    });
    expect(cluster.asked.map((a) => a.apiName)).toEqual(Array(4).fill('InitProducerId'));
  });

  test('a second call before the first has settled is a fault of the caller', async () => {
    const { writer } = await open();
    const first = writer.send([part('a')]);
    await expect(writer.send([part('b')])).rejects.toThrow(/one at a time/);
    await first;
  });
});
