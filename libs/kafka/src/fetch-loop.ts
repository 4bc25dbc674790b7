import type { Cluster } from './cluster.ts';
import { errorCode, errorOf } from './errors.ts';
import { type FetchResult, fetchRequest } from './requests/fetch.ts';
import type { PartitionSubscription } from './subscription.ts';

export interface FetchLoopOptions {
  cluster: Cluster;
  nodeId: number;
  isolation: 'read_committed' | 'read_uncommitted';
  maxWaitMs: number;
  /** Per partition. */
  fetchBytesMax: number;
  now: () => number;
  /** Ends the loop, a fetch under way included. */
  signal: AbortSignal;
  /** Could not be read here: wrong leader, no connection, out of range, … It is out of the loop already. */
  onFailure: (subscription: PartitionSubscription, error: unknown) => void;
}

export interface FetchLoop {
  add(subscription: PartitionSubscription): void;
  /** Resolves when the loop has ended, after the signal. */
  readonly ended: Promise<void>;
}

/** All partitions of an answer together; more has shown no gain and only costs memory. */
const answerBytesMax = 8 * 1024 * 1024;
/**
 * While a partition is left out because its buffer is full, the others' long poll is short: it must not wait for quiet partitions
 * when it has room again, nor may the loop spin on them.
 */
const shortWaitMs = 10;

/**
 * Reads all subscribed partitions of one broker: one long poll for all, since a broker serves one request per connection at a time.
 * The next fetch goes out as soon as an answer is buffered, so one is on its way while the last is worked on.
 * It stands still, without timers, while nothing is subscribed or every buffer is full.
 */
export function startFetchLoop(o: FetchLoopOptions): FetchLoop {
  let members: PartitionSubscription[] = [];
  let wake = () => {};
  const onAbort = () => wake();
  o.signal.addEventListener('abort', onAbort, { once: true });

  async function run(): Promise<void> {
    while (!o.signal.aborted) {
      members = members.filter((member) => member.isLive);
      const wanted = members.filter((member) => !member.isComplete);
      const asked = unique(wanted.filter((member) => member.hasRoom));
      if (asked.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        await new Promise(setImmediate); // partitions subscribed together go into one fetch
        continue;
      }
      const isSomeFull = wanted.some((member) => !member.hasRoom);
      const sentAtMs = o.now();
      let answer: FetchResult;
      try {
        answer = await fetchFor(asked, isSomeFull ? Math.min(shortWaitMs, o.maxWaitMs) : o.maxWaitMs);
      } catch (error) {
        if (o.signal.aborted) return;
        for (const member of asked) fail(member, error);
        continue;
      }
      deliver(asked, answer, sentAtMs);
    }
  }

  function fetchFor(asked: PartitionSubscription[], maxWaitMs: number): Promise<FetchResult> {
    const partitions = asked.map(({ topic, partition, position }) => ({
      topic,
      partition,
      offset: position,
      maxBytes: o.fetchBytesMax,
    }));
    const request = fetchRequest({ maxWaitMs, maxBytes: answerBytesMax, isolation: o.isolation, partitions });
    return o.cluster.call(o.nodeId, request, { signal: o.signal });
  }

  function deliver(asked: PartitionSubscription[], answer: FetchResult, sentAtMs: number): void {
    const served = new Set<PartitionSubscription>();
    const byName = new Map(asked.map((member) => [nameOf(member), member]));
    if (answer.errorCode !== errorCode.none) {
      for (const member of asked) fail(member, errorOf('Fetch', answer.errorCode));
      return;
    }
    for (const part of answer.partitions) {
      const member = byName.get(nameOf(part));
      if (member === undefined || !member.isLive) continue;
      const { topic, partition, position } = member;
      const place = { topic, partition, offset: position };
      if (part.errorCode !== errorCode.none) {
        fail(member, errorOf('Fetch', part.errorCode, place));
      } else if (!member.accept(part, sentAtMs)) {
        fail(member, errorOf('Fetch (bytes without a whole batch)', errorCode.corruptMessage, place));
      } else if (part.records.length > 0) {
        served.add(member);
      }
    }
    rotate(new Set(asked), served);
  }

  /** Who was not asked goes to the front, who got something to the back: an answer's size limit is spent from the front. */
  function rotate(asked: Set<PartitionSubscription>, served: Set<PartitionSubscription>): void {
    const rank = (member: PartitionSubscription) => (served.has(member) ? 2 : asked.has(member) ? 1 : 0);
    members.sort((a, b) => rank(a) - rank(b));
  }

  function fail(member: PartitionSubscription, error: unknown): void {
    members = members.filter((other) => other !== member);
    member.onRoom = undefined;
    if (member.isLive) o.onFailure(member, error);
  }

  const ended = run().finally(() => o.signal.removeEventListener('abort', onAbort));
  return {
    ended,
    add(subscription) {
      subscription.onRoom = () => wake();
      members.push(subscription);
      wake();
    },
  };
}

/** Of duplicates in one request the broker answers only the last: a second subscription to a partition waits for the next fetch. */
function unique(members: PartitionSubscription[]): PartitionSubscription[] {
  const seen = new Set<string>();
  return members.filter((member) => {
    const name = nameOf(member);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function nameOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}
