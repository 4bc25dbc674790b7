import { type Cluster, type Logger, listOffset } from '@meanwhile/kafka';
import type { Store } from '../store/open-store.ts';
import type { JournalView } from './journal-view.ts';
import type { TopicPart } from './topic-part.ts';

export interface LocatedPart {
  part: TopicPart;
  fromOffset: number;
  /** End of the partition when the sink started: behind it, the sink has caught up. */
  endOffset: number;
}

/** A topic that is not there yet is asked for again after this long: the set-up step may still be on its way. */
const RETRY_MS = 1_000;

/**
 * Finds out where to read on in every partition of the averages and the journal. Waits for topics that do not
 * exist yet (`onWaiting` tells why). A topic made anew under the same name drops what came from the old one.
 */
export async function locateTopics(o: {
  cluster: Cluster;
  topics: { name: string; holds: 'averages' | 'journal' }[];
  store: Store;
  journal: JournalView;
  logger: Logger;
  signal: AbortSignal;
  onWaiting: (reason: string) => void;
}): Promise<LocatedPart[]> {
  const located: LocatedPart[] = [];
  for (const { name, holds } of o.topics) {
    const id = await untilThere(() => o.cluster.topicId(name), name, o);
    const partitions = await untilThere(() => o.cluster.partitionCount(name), name, o);
    adoptTopicId({ ...o, name, holds, id });
    for (let partition = 0; partition < partitions; partition += 1) {
      const part: TopicPart = { topic: name, holds, partition };
      located.push(await untilThere(() => locatePart(o, part), name, o));
    }
  }
  return located;
}

/** A position behind the end belongs to a log that lost its tail: what is there is read from the start. */
async function locatePart(
  o: { cluster: Cluster; store: Store; logger: Logger },
  part: TopicPart,
): Promise<LocatedPart> {
  const { topic, partition } = part;
  const position = o.store.position(topic, partition);
  const endOffset = await listOffset(o.cluster, topic, partition, 'stable');
  const highOffset = await listOffset(o.cluster, topic, partition, 'latest');
  if (position !== undefined && position <= highOffset) return { part, fromOffset: position, endOffset };
  const earliest = await listOffset(o.cluster, topic, partition, 'earliest');
  if (position !== undefined) {
    const details = { topic, partition, offset: position, end_offset: highOffset, earliest_offset: earliest };
    o.logger.warn(details, 'the partition ends before the position: reading it from its earliest record');
  }
  return { part, fromOffset: earliest, endOffset };
}

function adoptTopicId(o: {
  store: Store;
  journal: JournalView;
  logger: Logger;
  name: string;
  holds: 'averages' | 'journal';
  id: string;
}): void {
  const recorded = o.store.topicId(o.name);
  if (recorded === o.id) return;
  o.store.transaction(() => {
    if (recorded !== undefined) o.store.resetTopic(o.name, o.holds);
    o.store.saveTopicId(o.name, o.id);
  });
  if (recorded === undefined) return;
  o.journal.reload();
  o.logger.warn(
    { topic: o.name, recorded, found: o.id },
    'topic was made anew under the same name: what came from the old one is dropped',
  );
}

async function untilThere<T>(
  ask: () => Promise<T>,
  topic: string,
  o: { signal: AbortSignal; logger: Logger; onWaiting: (reason: string) => void },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    o.signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!isWorthAsking(error)) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      if (attempt === 1)
        o.logger.info({ topic, error: problem }, 'topic is not readable yet: waiting for it');
      o.onWaiting(`waiting for topic ${topic}: ${problem}`);
    }
    await pause(RETRY_MS, o.signal);
  }
}

/** KafkaError says so itself; anything else is a connection that failed and comes back. */
function isWorthAsking(error: unknown): boolean {
  const kind = (error as { kind?: unknown }).kind;
  return kind !== 'stop' || (error as { code?: unknown }).code === 3; // 3: unknown topic, which may come
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
