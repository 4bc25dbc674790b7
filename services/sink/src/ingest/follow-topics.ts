import type { Cluster, Logger, Reader } from '@meanwhile/kafka';
import type { CommitEntry } from '@meanwhile/records';
import type { Store } from '../store/open-store.ts';
import type { StoredAverage } from '../store/stored-average.ts';
import type { IngestCounts } from './ingest-counts.ts';
import type { JournalView } from './journal-view.ts';
import { type LocatedPart, locateTopics } from './locate-topics.ts';
import { readTopics, type TopicReading } from './read-topics.ts';

/** How soon a topic made anew under the same name is noticed when its offsets do not give it away, and a new partition. */
const TOPIC_CHECK_MS = 5_000;

export interface FollowOptions {
  cluster: Cluster;
  reader: Pick<Reader, 'subscribe'>;
  /** In the order in which they are located. */
  topics: { name: string; holds: 'averages' | 'journal' }[];
  store: Store;
  journal: JournalView;
  counts: IngestCounts;
  logger: Logger;
  signal: AbortSignal;
  onRows: (rows: StoredAverage[]) => void;
  /** A commit entry of the journal was read; its transaction's results come with it. */
  onCommit?: (entry: CommitEntry) => void;
  onStored?: (stored: { durationMs: number; oldestMs: number }) => void;
  /** Why the sink is not ready, or undefined once it has read up to the ends that the topics had at start. */
  onState: (reason: string | undefined) => void;
  onError: (error: unknown) => void;
}

/**
 * Follows averages and journal from where the store stands, until `signal` aborts. When a topic turns out to be
 * another one than before, everything is located anew. Resolves when reading begins.
 */
export async function followTopics(o: FollowOptions): Promise<TopicReading> {
  let reading = await begin(o.onState);
  let isMoving = false;
  const timer = setInterval(check, TOPIC_CHECK_MS);

  async function begin(onState: FollowOptions['onState']): Promise<TopicReading> {
    const located = await locateTopics({ ...o, onWaiting: onState });
    onState('reading what was written while the sink was away');
    const noteProgress = onceCaughtUp(located, () => onState(undefined));
    const begun = readTopics({
      ...o,
      parts: located,
      onProgress: () => noteProgress(begun),
      onMoved: () => move(),
    });
    noteProgress(begun);
    return begun;
  }

  /** Stops, and begins anew where the store stands. */
  function move(onState = o.onState): void {
    if (isMoving || o.signal.aborted) return;
    isMoving = true;
    reading.stop();
    begin(onState).then(
      (begun) => {
        reading = begun;
        isMoving = false;
        if (o.signal.aborted) begun.stop();
      },
      (error: unknown) => o.signal.aborted || o.onError(error),
    );
  }

  async function changeOf(name: string): Promise<'none' | 'another' | 'more partitions'> {
    const id = await o.cluster.topicId(name);
    if (id !== o.store.topicId(name)) return 'another';
    await o.cluster.refresh([name]);
    const known = reading.parts().filter(({ part }) => part.topic === name).length;
    const found = await o.cluster.partitionCount(name);
    if (found <= known) return 'none';
    o.logger.info({ topic: name, known, found }, 'the topic has more partitions: reading them too');
    return 'more partitions';
  }

  function check(): void {
    if (isMoving) return;
    // A topic or cluster that is away is the reader's business.
    const asked = o.topics.map(({ name }) => changeOf(name).catch(() => 'none'));
    void Promise.all(asked).then((changes) => {
      if (changes.includes('another')) move();
      // New partitions are as good as empty: the sink goes on being ready.
      else if (changes.includes('more partitions')) move(() => {});
    });
  }

  return {
    parts: () => reading.parts(),
    stop() {
      clearInterval(timer);
      reading.stop();
    },
  };
}

/** Calls `onCaughtUp` once, when every part is past the end that it had when it was located. */
function onceCaughtUp(located: LocatedPart[], onCaughtUp: () => void): (reading: TopicReading) => void {
  let isCaughtUp = false;
  return (reading) => {
    if (isCaughtUp) return;
    const parts = reading.parts();
    if (located.some(({ endOffset }, index) => parts[index]!.position < endOffset)) return;
    isCaughtUp = true;
    onCaughtUp();
  };
}
