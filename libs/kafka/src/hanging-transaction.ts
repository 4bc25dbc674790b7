import { clientCode, errorCode, FencedError, KafkaError } from './errors.ts';
import { verdictOn } from './hanging-verdict.ts';
import { ProducerTraces } from './producer-traces.ts';
import type { TopicPartition } from './request.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';
import { RETRY_LIMIT_MS } from './retry.ts';
import { throwIfTorn } from './torn-transaction.ts';
import {
  type BatchHead,
  headsBetween,
  type PartitionEnds,
  type TraceLog,
  type Verdict,
} from './transaction-traces.ts';

/** Transactions that their coordinator holds for ended, while partitions of them still wait for their end marker. */
export interface HangingTransactions {
  /** Those without a marker. None: only the group's offset may wait for one, which no partition shows. */
  partitions: TopicPartition[];
  /** What the markers of the others say; without any, nobody has seen anything of it, and it is aborted. */
  verdict: Verdict;
}

/** An open transaction of whoever was fenced is resolved by then; a hanging one is never. */
const LOOKS = 10;
const LOOK_AGAIN_MS = 50;

/**
 * Looks for hanging transactions in the partitions that only `identity`'s transactional id writes to, right after it was fenced.
 *
 * Brokers from the refactoring of their metadata cache on (seen with 4.3.1; KAFKA-20734) take a partition without a reachable leader
 * for a deleted one and leave its marker out: a broker that is killed within a commit and started again within its session commits
 * some partitions of the transaction and leaves the others open. The next marker of the same producer, whatever it says, would end
 * them: the writer has to end them first, in the way that the transaction was ended elsewhere.
 *
 * @returns partitions by verdict, to be ended one group after the other; empty: nothing hangs
 * @throws StopError if the partitions do not tell which way that is, or if it was ended in two ways already; FencedError if a
 * successor writes them by now
 */
export async function findHangingTransactions(
  log: TraceLog,
  partitions: readonly TopicPartition[],
  identity: ProducerIdentity,
): Promise<HangingTransactions[]> {
  const ends = await endsAtRest(log, partitions);
  const open = await Promise.all(ends.filter(isOpen).map((part) => openPart(log, part)));
  const data = open.flatMap(({ heads }) => heads);
  throwIfOvertaken(data, identity, open[0]?.part);
  const ended = ends.filter((part) => !isOpen(part));
  const traces = await tracesOf(log, ended, { identity, isNeeded: open.length > 0 });
  await throwIfTorn(traces, identity);
  if (open.length === 0) return isLastCommitted(traces) ? [] : [{ partitions: [], verdict: 'abort' }];

  const byVerdict: Record<Verdict, TopicPartition[]> = { commit: [], abort: [] };
  for (const { part, heads } of open) {
    const { topic, partition } = part;
    const verdict = await verdictOn(part, heads, { data, traces, identity });
    byVerdict[verdict].push({ topic, partition });
  }
  return (['commit', 'abort'] as const)
    .map((verdict) => ({ partitions: byVerdict[verdict], verdict }))
    .filter((group) => group.partitions.length > 0);
}

/**
 * For a writer that goes on after a while: whether its last transaction hangs. Its next commit would make good; if it died in that
 * one, nothing could.
 *
 * @throws KafkaError of kind `reopen`: opening anew ends it
 */
export async function throwIfHanging(
  log: TraceLog,
  partitions: readonly TopicPartition[],
  { producerId }: Pick<ProducerIdentity, 'producerId'>,
): Promise<void> {
  for (const part of (await endsAtRest(log, partitions)).filter(isOpen)) {
    const own = (await openPart(log, part)).heads.filter((head) => head.producerId === Number(producerId));
    // Somebody else's transaction may be open there: none of this writer's business, as long as it goes on.
    if (own.at(-1)?.marker === undefined && own.length > 0) throw withoutEnd(part);
  }
}

/** Waits until readers see the end: the coordinator answers before the markers are written. @throws KafkaError after 30 s */
export async function untilEnded(log: TraceLog, partitions: readonly TopicPartition[]): Promise<void> {
  const endMs = log.now() + RETRY_LIMIT_MS;
  for (;;) {
    const open = (await log.ends(partitions)).find(isOpen);
    if (open === undefined) return;
    if (log.now() > endMs) throw withoutEnd(open);
    await log.sleep(LOOK_AGAIN_MS);
  }
}

async function endsAtRest(log: TraceLog, partitions: readonly TopicPartition[]): Promise<PartitionEnds[]> {
  let ends = await log.ends(partitions);
  for (let look = 1; ends.some(isOpen) && look < LOOKS; look++) {
    await log.sleep(LOOK_AGAIN_MS);
    ends = await log.ends(partitions);
  }
  return ends;
}

function isOpen({ stable, latest }: PartitionEnds): boolean {
  return stable < latest;
}

/**
 * After a commit the next one moves the group's offset anyway. After an abort, or with nothing written at all, whoever begins a
 * partition asks for the offset, and one whose marker was lost would keep him waiting for ever.
 */
function isLastCommitted(traces: readonly ProducerTraces[]): boolean {
  const markers = traces.map(({ lastMarker }) => lastMarker).filter((marker) => marker !== undefined);
  const newestEpoch = Math.max(...markers.map(({ producerEpoch }) => producerEpoch));
  return markers.some(({ producerEpoch, marker }) => producerEpoch === newestEpoch && marker === 'commit');
}

interface OpenPart {
  part: PartitionEnds;
  heads: BatchHead[];
}

async function openPart(log: TraceLog, part: PartitionEnds): Promise<OpenPart> {
  const heads: BatchHead[] = [];
  const range = { fromOffset: part.stable, toOffset: part.latest };
  for await (const head of headsBetween(log, part, range)) heads.push(head);
  return { part, heads };
}

/** Who may write the outputs need not be allowed to read them: then only what hangs is a reason to ask for it. */
async function tracesOf(
  log: TraceLog,
  parts: readonly PartitionEnds[],
  { identity, isNeeded }: { identity: ProducerIdentity; isNeeded: boolean },
): Promise<ProducerTraces[]> {
  const producerId = Number(identity.producerId);
  const loaded = await Promise.all(
    parts.map(async (part) => {
      try {
        return await ProducerTraces.load(log, part, producerId);
      } catch (error) {
        if (isNeeded || !(error instanceof KafkaError)) throw error;
        if (error.code !== errorCode.topicAuthorizationFailed) throw error;
        return undefined;
      }
    }),
  );
  return loaded.filter((traces) => traces !== undefined);
}

/**
 * What stands open may be the transaction of a successor, which whoever stood still does not know of: nothing there is evidence.
 * Producer ids are handed out in ascending order.
 */
function throwIfOvertaken(
  heads: readonly BatchHead[],
  identity: ProducerIdentity,
  place: TopicPartition | undefined,
): void {
  const ownId = Number(identity.producerId);
  const isOvertaken = heads.some(
    ({ producerId, producerEpoch }) =>
      producerId > ownId || (producerId === ownId && producerEpoch > identity.producerEpoch),
  );
  if (!isOvertaken) return;
  throw new FencedError('opening (a successor has gone on)', errorCode.producerFenced, {
    topic: place?.topic,
    partition: place?.partition,
  });
}

function withoutEnd({ topic, partition }: TopicPartition): KafkaError {
  return new KafkaError('end of a transaction', clientCode.noAnswer, { topic, partition }, 'reopen');
}
