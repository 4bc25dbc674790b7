import { StopError } from './errors.ts';
import { nameOf } from './produce-part.ts';
import type { ProducerTraces } from './producer-traces.ts';
import type { TopicPartition } from './request.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';
import { isOfFirstProtocol } from './torn-transaction.ts';
import type { BatchHead, Verdict } from './transaction-traces.ts';

/**
 * How to end the transaction that hangs in a partition: as it was ended elsewhere. Each epoch is a transaction; one marker will end
 * all that hang there.
 *
 * @param heads of the batches without an end there
 * @param known the same of all partitions, and what the others tell of their last transactions
 * @throws StopError if that cannot be told
 */
export async function verdictOn(
  part: TopicPartition,
  heads: readonly BatchHead[],
  known: { data: readonly BatchHead[]; traces: readonly ProducerTraces[]; identity: ProducerIdentity },
): Promise<Verdict> {
  const { data, traces, identity } = known;
  const producers = new Set(heads.map(({ producerId }) => producerId));
  if (producers.size !== 1 || !producers.has(Number(identity.producerId)))
    throw undecided(part, `of producer ${[...producers].join(', ')}, wanted ${identity.producerId}`);
  const epochs = [...new Set(heads.map(({ producerEpoch }) => producerEpoch))];
  const written = [...data, ...traces.map(({ lastData }) => lastData).filter((head) => head !== undefined)];
  const newestEpoch = Math.max(...written.map(({ producerEpoch }) => producerEpoch));
  const verdicts = new Set<Verdict>();
  for (const epoch of epochs) {
    const ends = (await Promise.all(traces.map((traced) => traced.endOf(epoch)))).filter(
      (end) => end !== undefined,
    );
    if (ends.some(isOfFirstProtocol))
      throw undecided(
        part,
        `an end of the same epoch ${epoch} elsewhere: that of an earlier transaction, or its own`,
      );
    for (const { verdict } of ends) verdicts.add(verdict);
    // Nobody has seen anything of it. A writer goes on only after a commit; whoever opened one would have ended it first.
    if (ends.length === 0) verdicts.add(epoch < newestEpoch ? 'commit' : 'abort');
  }
  const [verdict = 'abort'] = verdicts;
  if (verdicts.size > 1)
    throw undecided(part, `epochs ${epochs.join(', ')}, of which some were committed and some aborted`);
  return verdict;
}

function undecided(part: TopicPartition, found: string): StopError {
  return new StopError(
    `${nameOf(part)}: a transaction without an end that the coordinator does not know, and it cannot be told whether it was committed: ${found}`,
    {
      remedy:
        'end it by hand (`kafka-transactions.sh find-hanging` and `abort`) if its records are to be dropped, or start over with other output topics',
    },
  );
}
