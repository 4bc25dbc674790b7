import { endHangingTransactions } from '../end-hanging.ts';
import { clientCode, KafkaError } from '../errors.ts';
import type { LogWriter } from '../log-client.ts';
import { type GroupOffset, nameOf, type ProducePart } from '../produce-part.ts';
import { produceInRounds } from '../produce-rounds.ts';
import type { TopicPartition } from '../request.ts';
import { RETRY_LIMIT_MS } from '../retry.ts';
import { SequenceNumbers } from '../sequence-numbers.ts';
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
  const sequences = new SequenceNumbers();
  let identity = options.identity;
  let failure: KafkaError | undefined;
  let isBusy = false;

  const repeatedly = (attempt: () => Promise<void>) =>
    simRetry(process, attempt, { limitMs: Math.min(timeoutMs, RETRY_LIMIT_MS), mayRepeat: isResendable });

  /** As requests carry it. */
  function wireIdentity() {
    return { producerId: BigInt(identity.producerId), producerEpoch: identity.producerEpoch };
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
      if (partitions.length > 0) await unseenEnds.look(traces, wireIdentity());
      const outcomes = await Promise.all([
        ...left.map((part) => outcomeOf(producePart(part, baseOffsets))),
        ...(isOffsetOwed ? [outcomeOf(commitOffset(offset!).then(onOffsetTaken))] : []),
      ]);
      const errors = outcomes.filter((error) => error !== undefined);
      if (errors.length > 0) throw worstOf(errors);
    });
  }

  async function producePart(part: ProducePart, baseOffsets: Map<ProducePart, number>): Promise<void> {
    const { topic, partition, batch } = part;
    const baseSequence = sequences.of(part);
    const sealed = batch.seal({ ...wireIdentity(), baseSequence, isTransactional: true });
    const bytes = new Uint8Array(sealed); // as a socket does: what is sent changes no more
    const { count } = batch;
    const what = `${nameOf(part)} ${identity.producerId}/${identity.producerEpoch} #${baseSequence}+${count}`;
    const baseOffset = await cluster.network.call(process, 'Produce', what, () =>
      cluster.produce(topic, partition, bytes),
    );
    baseOffsets.set(part, baseOffset);
    unseenEnds.written(part);
    sequences.accepted(part, count);
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
    const add = (api: string, what: string, carryOut: () => void) =>
      repeatedly(() => cluster.network.call(process, api, what, carryOut));
    await endHangingTransactions(traces, partitions, wireIdentity(), {
      addPartitions(open, verdict) {
        const owner = identity;
        const logs = open.map(({ topic, partition }) => cluster.partition(topic, partition));
        return add('AddPartitionsToTxn', `${open.map(nameOf).join(' ')} ${verdict}`, () =>
          cluster.transactions.addPartitions(owner, logs),
        );
      },
      addOffsets() {
        const owner = identity;
        return add('AddOffsetsToTxn', groupId, () => cluster.transactions.addOffsets(owner, groupId));
      },
      end,
      onEnded: (verdict) => cluster.onMended(verdict),
    });
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
    send: (parts) => exclusively(() => produceInRounds(parts, undefined, produceRound)),
    commit: (parts, offset) =>
      exclusively(async () => {
        const produced = await produceInRounds(parts, offset, produceRound);
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
