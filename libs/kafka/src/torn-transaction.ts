import { errorCode, FencedError, StopError } from './errors.ts';
import { nameOf } from './produce-part.ts';
import type { EndedTransaction, ProducerTraces } from './producer-traces.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';

/**
 * Looks for a transaction that was ended in two ways: after the broker has left out some of its markers, another marker of the same
 * producer ended the rest. That nobody can mend any more: records that belong together are partly there.
 *
 * An abort right after a fence does it when a second opener fences the first one in its mending, or a writer dies in the very
 * transaction that would have made good. So the last marker of each partition is looked at, as long as nothing was written after it:
 * whoever went on has looked before. By the first protocol many transactions share an epoch, and nothing can be told.
 *
 * @throws StopError if there is one, FencedError if a successor writes the partitions by now
 */
export async function throwIfTorn(
  traces: readonly ProducerTraces[],
  identity: ProducerIdentity,
): Promise<void> {
  for (const traced of traces) {
    if (traced.lastEpoch > identity.producerEpoch) {
      const { topic, partition } = traced.part;
      throw new FencedError('opening (a successor has gone on)', errorCode.producerFenced, {
        topic,
        partition,
      });
    }
  }
  const newestEpoch = Math.max(-1, ...traces.map(({ lastData }) => lastData?.producerEpoch ?? -1));
  for (const traced of traces) {
    const isLatest = (traced.lastMarker?.producerEpoch ?? -1) > newestEpoch;
    const aborted = isLatest ? await traced.lastAborted() : [];
    for (const epoch of aborted) await throwIfEndedElsewhere(traced, epoch);
    const committed = traced.lastCommitted();
    if (committed.length > 1) for (const epoch of committed) await throwIfEndedElsewhere(traced, epoch);
  }

  async function throwIfEndedElsewhere(traced: ProducerTraces, epoch: number): Promise<void> {
    const own = await traced.endOf(epoch);
    if (own === undefined || isOfFirstProtocol(own)) return;
    for (const other of traces) {
      const found = other === traced ? undefined : await other.endOf(epoch);
      if (found === undefined || isOfFirstProtocol(found) || found.verdict === own.verdict) continue;
      throw torn(own, found);
    }
  }
}

/** The second protocol's markers have an epoch above that of what they end. */
export function isOfFirstProtocol({ epoch, markerEpoch }: EndedTransaction): boolean {
  return markerEpoch === epoch;
}

function torn(one: EndedTransaction, other: EndedTransaction): StopError {
  const [committed, aborted] = one.verdict === 'commit' ? [one, other] : [other, one];
  return new StopError(
    `${nameOf(aborted)}: a transaction was ended in two ways: aborted in ${spanOf(aborted)}, committed in ${spanOf(committed)}, wanted one end. The broker was killed in its commit (KAFKA-20734); what is aborted is lost, or what is committed is doubled`,
    {
      remedy:
        'this cannot be mended: `npm run meanwhile -- verify` names the results, `npm run meanwhile -- reset` starts over from the input',
    },
  );
}

function spanOf(ended: EndedTransaction): string {
  return `${nameOf(ended)} offsets ${ended.firstOffset} to ${ended.markerOffset}`;
}
