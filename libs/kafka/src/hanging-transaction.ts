import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { clientCode, errorCode, FencedError, KafkaError, StopError } from './errors.ts';
import { nameOf } from './produce-part.ts';
import type { TopicPartition } from './request.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';
import { RETRY_LIMIT_MS } from './retry.ts';
import {
  type BatchHead,
  batchHeads,
  lastHead,
  type PartitionEnds,
  partitionEnds,
  type Verdict,
} from './transaction-traces.ts';

/** A transaction that its coordinator holds for ended, while partitions of it still wait for their end marker. */
export interface HangingTransaction {
  /** Those without a marker. */
  partitions: TopicPartition[];
  /** What the markers of the others say; without any, nobody has seen anything of it, and it is aborted. */
  verdict: Verdict;
}

/** An open transaction of whoever was fenced is resolved by then; a hanging one is never. */
const LOOKS = 10;
const LOOK_AGAIN_MS = 50;

/**
 * Looks for a hanging transaction in the partitions that only `identity`'s transactional id writes to, right after it was fenced.
 *
 * Brokers from the refactoring of their metadata cache on (seen with 4.3.1; KAFKA-20734) take a partition without a reachable leader
 * for a deleted one and leave its marker out: a broker that is killed within a commit and started again within its session commits
 * some partitions of the transaction and leaves the others open. The next marker of the same producer, whatever it says, would end
 * them: the writer has to end them first, in the way that the transaction was ended elsewhere.
 *
 * @throws StopError if the partitions do not tell which way that is, FencedError if a successor writes them by now
 */
export async function findHangingTransaction(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  identity: ProducerIdentity,
): Promise<HangingTransaction | undefined> {
  let open = await openPartitions(cluster, partitions);
  for (let look = 1; open.length > 0 && look < LOOKS; look++) {
    await sleep(LOOK_AGAIN_MS);
    open = await openPartitions(cluster, partitions);
  }
  if (open.length === 0) return undefined;

  const data = (await Promise.all(open.map((part) => batchHeads(cluster, part, part.stable)))).flat();
  const openNames = new Set(open.map(nameOf));
  const ended = (await partitionEnds(cluster, partitions)).filter((part) => !openNames.has(nameOf(part)));
  const ends = (await Promise.all(ended.map((part) => lastHead(cluster, part)))).filter(isMarker);
  throwIfOvertaken([...data, ...ends], identity, open[0]!);
  return { partitions: open.map(({ topic, partition }) => ({ topic, partition })), verdict: judge() };

  function judge(): Verdict {
    const owners = new Set(data.map(({ producerId, producerEpoch }) => `${producerId}/${producerEpoch}`));
    const [first] = data;
    if (owners.size !== 1 || first === undefined || first.producerId !== Number(identity.producerId)) {
      throw undecided(
        open,
        `producer/epoch ${[...owners].join(', ')}, wanted one, of producer ${identity.producerId}`,
      );
    }
    const own = ends.filter((end) => end.producerId === first.producerId);
    if (own.some((end) => end.producerEpoch === first.producerEpoch)) {
      throw undecided(
        open,
        `an end of the same epoch ${first.producerEpoch} elsewhere: that of an earlier transaction, or its own`,
      );
    }
    const later = own.filter((end) => end.producerEpoch > first.producerEpoch);
    const verdicts = new Set(later.map(({ marker }) => marker));
    if (verdicts.size > 1) throw undecided(open, 'both a commit and an abort elsewhere');
    const [verdict = 'abort'] = verdicts;
    return verdict;
  }
}

/**
 * What stands open may be the transaction of a successor, which whoever stood still does not know of: nothing there is evidence.
 * Producer ids are handed out in ascending order.
 */
function throwIfOvertaken(
  heads: readonly BatchHead[],
  identity: ProducerIdentity,
  place: TopicPartition,
): void {
  const ownId = Number(identity.producerId);
  const isOvertaken = heads.some(
    ({ producerId, producerEpoch }) =>
      producerId > ownId || (producerId === ownId && producerEpoch > identity.producerEpoch),
  );
  if (!isOvertaken) return;
  const { topic, partition } = place;
  throw new FencedError('opening (a successor has gone on)', errorCode.producerFenced, { topic, partition });
}

function isMarker(head: BatchHead | undefined): head is BatchHead & { marker: Verdict } {
  return head?.marker !== undefined;
}

/** Waits until readers see the end: the coordinator answers before the markers are written. @throws KafkaError after 30 s */
export async function untilEnded(cluster: Cluster, partitions: readonly TopicPartition[]): Promise<void> {
  const endMs = performance.now() + RETRY_LIMIT_MS;
  for (;;) {
    const [open] = await openPartitions(cluster, partitions);
    if (open === undefined) return;
    if (performance.now() > endMs)
      throw new KafkaError('end of a transaction', clientCode.noAnswer, open, 'reopen');
    await sleep(LOOK_AGAIN_MS);
  }
}

async function openPartitions(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<PartitionEnds[]> {
  return (await partitionEnds(cluster, partitions)).filter(({ stable, latest }) => stable < latest);
}

function undecided(open: readonly TopicPartition[], found: string): StopError {
  return new StopError(
    `${open.map(nameOf).join(', ')}: a transaction without an end that the coordinator does not know, and it cannot be told whether it was committed: ${found}`,
    {
      remedy:
        'end it by hand (`kafka-transactions.sh find-hanging` and `abort`) if its records are to be dropped, or start over with other output topics',
    },
  );
}
