import { clientCode, KafkaError } from '../errors.ts';
import type { LogWriter } from '../log-client.ts';
import { type GroupOffset, nameOf, type ProducedPart, type ProducePart, roundsOf } from '../produce-part.ts';
import { sequenceAfter } from '../produce-to-leaders.ts';
import { RETRY_LIMIT_MS } from '../retry.ts';
import { finalError, isResendable, worstOf } from '../transaction-errors.ts';
import type { SimCluster } from './sim-cluster.ts';
import type { SimProcess } from './sim-process.ts';
import { simRetry } from './sim-retry.ts';
import type { SimIdentity } from './sim-transactions.ts';

export interface SimWriterOptions {
  transactionalId: string;
  groupId: string;
  timeoutMs: number;
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
  return createWriter(cluster, process, { ...options, identity });
}

function createWriter(
  cluster: SimCluster,
  process: SimProcess,
  options: SimWriterOptions & { identity: SimIdentity },
): LogWriter {
  const { transactionalId, groupId, timeoutMs } = options;
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
    sequences.set(nameOf(part), sequenceAfter(baseSequence, count));
  }

  function commitOffset(offset: GroupOffset): Promise<void> {
    const owner = identity;
    return cluster.network.call(process, 'TxnOffsetCommit', `${nameOf(offset)} ${offset.offset}`, () =>
      cluster.transactions.commitOffset(owner, groupId, offset),
    );
  }

  async function end(): Promise<void> {
    const owner = identity;
    await repeatedly(async () => {
      identity = await cluster.network.call(process, 'EndTxn', transactionalId, () =>
        cluster.transactions.end(owner, 'commit'),
      );
    });
    sequences.clear();
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

  return {
    send: (parts) => exclusively(() => produce(parts)),
    commit: (parts, offset) =>
      exclusively(async () => {
        const produced = await produce(parts, offset);
        await end();
        return produced;
      }),
  };
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
