import { clientCode, KafkaError } from '../errors.ts';
import { findHangingTransactions, throwIfHanging, untilEnded } from '../hanging-transaction.ts';
import type { LogWriter } from '../log-client.ts';
import { type GroupOffset, nameOf, type ProducedPart, type ProducePart, roundsOf } from '../produce-part.ts';
import { sequenceAfter } from '../produce-to-leaders.ts';
import type { TopicPartition } from '../request.ts';
import { RETRY_LIMIT_MS } from '../retry.ts';
import { finalError, isResendable, worstOf } from '../transaction-errors.ts';
import { UnseenEnds } from '../unseen-ends.ts';
import type { SimCluster } from './sim-cluster.ts';
import type { SimProcess } from './sim-process.ts';
import { simRetry } from './sim-retry.ts';
import { simTraces } from './sim-traces.ts';
import type { SimIdentity } from './sim-transactions.ts';

export interface SimWriterOptions {
  transactionalId: string;
  groupId: string;
  timeoutMs: number;
  partitions?: readonly TopicPartition[];
}

/** A transactional writer by the rules of `TransactionalWriter`, every partition on a broker of its own. */
export async function openSimWriter(
  cluster: SimCluster,
  process: SimProcess,
  options: SimWriterOptions,
): Promise<LogWriter> {
  const { transactionalId, timeoutMs } = options;
  const identity = await simRetry(process, () =>
    cluster.network.call(process, 'InitProducerId', transactionalId, () =>
      cluster.transactions.initProducerId(transactionalId, timeoutMs),
    ),
  );
  const { writer, endHanging } = createWriter(cluster, process, { ...options, identity });
  await endHanging();
  return writer;
}

function createWriter(
  cluster: SimCluster,
  process: SimProcess,
  options: SimWriterOptions & { identity: SimIdentity },
): { writer: LogWriter; endHanging: () => Promise<void> } {
  const { transactionalId, groupId, timeoutMs, partitions = [] } = options;
  const traces = simTraces(cluster, process);
  const unseenEnds = new UnseenEnds();
  const sequences = new Map<string, number>();
  let identity = options.identity;
  let failure: KafkaError | undefined;
  let isBusy = false;

  const repeatedly = (attempt: () => Promise<void>) =>
    simRetry(process, attempt, { limitMs: Math.min(timeoutMs, RETRY_LIMIT_MS), mayRepeat: isResendable });

  async function produce(parts: readonly ProducePart[], offset?: GroupOffset): Promise<ProducedPart[]> {
    const baseOffsets = new Map<ProducePart, number>();
    const rounds = roundsOf(parts.filter((part) => part.batch.count > 0));
    for (const [i, round] of rounds.entries()) {
      await produceRound(round, i === rounds.length - 1 ? offset : undefined, baseOffsets);
    }
    if (rounds.length === 0 && offset !== undefined) await produceRound([], offset, baseOffsets);
    return parts.map((part) => ({
      topic: part.topic,
      partition: part.partition,
      baseOffset: baseOffsets.get(part) ?? -1,
    }));
  }

  async function produceRound(
    round: ProducePart[],
    offset: GroupOffset | undefined,
    baseOffsets: Map<ProducePart, number>,
  ): Promise<void> {
    let isOffsetOwed = offset !== undefined;
    const onOffsetTaken = () => {
      isOffsetOwed = false;
    };
    await repeatedly(async () => {
      const left = round.filter((part) => !baseOffsets.has(part));
      if (partitions.length > 0) await lookAfterAWhile();
      const outcomes = await Promise.all([
        ...left.map((part) => outcomeOf(producePart(part, baseOffsets))),
        ...(isOffsetOwed ? [outcomeOf(commitOffset(offset!).then(onOffsetTaken))] : []),
      ]);
      const errors = outcomes.filter((error) => error !== undefined);
      if (errors.length > 0) throw worstOf(errors);
    });
  }

  async function lookAfterAWhile(): Promise<void> {
    const due = () => unseenEnds.due(traces.now());
    for (let parts = due(); parts.length > 0; parts = due()) {
      await throwIfHanging(traces, parts, { producerId: BigInt(identity.producerId) });
      unseenEnds.seen(parts);
    }
  }

  async function producePart(part: ProducePart, baseOffsets: Map<ProducePart, number>): Promise<void> {
    const { topic, partition, batch } = part;
    const baseSequence = sequences.get(nameOf(part)) ?? 0;
    const sealed = batch.seal({
      producerId: BigInt(identity.producerId),
      producerEpoch: identity.producerEpoch,
      baseSequence,
      isTransactional: true,
    });
    const bytes = new Uint8Array(sealed); // as a socket does: what is sent changes no more
    const { count } = batch;
    const what = `${nameOf(part)} ${identity.producerId}/${identity.producerEpoch} #${baseSequence}+${count}`;
    const baseOffset = await cluster.network.call(process, 'Produce', what, () =>
      cluster.produce(topic, partition, bytes),
    );
    baseOffsets.set(part, baseOffset);
    unseenEnds.written(part);
    sequences.set(nameOf(part), sequenceAfter(baseSequence, count));
  }

  function commitOffset(offset: GroupOffset): Promise<void> {
    const owner = identity;
    return cluster.network.call(process, 'TxnOffsetCommit', `${nameOf(offset)} ${offset.offset}`, () =>
      cluster.transactions.commitOffset(owner, groupId, offset),
    );
  }

  async function end(verdict: 'commit' | 'abort'): Promise<void> {
    const owner = identity;
    await repeatedly(async () => {
      identity = await cluster.network.call(process, 'EndTxn', transactionalId, () =>
        cluster.transactions.end(owner, verdict),
      );
    });
    sequences.clear();
    unseenEnds.end(traces.now());
  }

  async function endHanging(): Promise<void> {
    if (partitions.length === 0) return;
    const { producerId, producerEpoch } = identity;
    const fenced = { producerId: BigInt(producerId), producerEpoch };
    const hanging = await findHangingTransactions(traces, partitions, fenced);
    for (const [index, { partitions: open, verdict }] of hanging.entries()) {
      const owner = identity;
      const logs = open.map(({ topic, partition }) => cluster.partition(topic, partition));
      const add = (api: string, what: string, carryOut: () => void) =>
        repeatedly(() => cluster.network.call(process, api, what, carryOut));
      if (open.length > 0)
        await add('AddPartitionsToTxn', `${open.map(nameOf).join(' ')} ${verdict}`, () =>
          cluster.transactions.addPartitions(owner, logs),
        );
      if (index === hanging.length - 1)
        await add('AddOffsetsToTxn', groupId, () => cluster.transactions.addOffsets(owner, groupId));
      await end(verdict);
      if (open.length === 0) continue;
      await untilEnded(traces, open);
      cluster.onMended(verdict);
    }
  }

  async function exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (failure !== undefined) {
      const place = { cause: failure };
      throw new KafkaError(`use of writer ${transactionalId}`, clientCode.writerDead, place, 'reopen');
    }
    if (isBusy)
      throw new Error(`writer ${transactionalId}: called while a call is under way, wanted one at a time`);
    isBusy = true;
    try {
      return await work();
    } catch (error) {
      failure = finalError(error, transactionalId);
      throw failure;
    } finally {
      isBusy = false;
    }
  }

  const writer: LogWriter = {
    send: (parts) => exclusively(() => produce(parts)),
    commit: (parts, offset) =>
      exclusively(async () => {
        const produced = await produce(parts, offset);
        await end('commit');
        return produced;
      }),
  };
  return { writer, endHanging };
}

async function outcomeOf(work: Promise<void>): Promise<KafkaError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof KafkaError) return error;
    throw error;
  }
}
