import { connectCluster, RecordCursor, startReader } from '@meanwhile/kafka';
import { silent } from '../support/pipeline.ts';
import { ResultWatch } from './result-watch.ts';

/** One commit entry as it became visible. */
export interface SeenCommit {
  /** When the broker appended it. */
  appendMs: number;
  instance: string;
  /** Input offset up to which it goes, exclusive. */
  nextOffset: number;
}

/** A read_committed reader of averages and journal that runs as long as the faults do. */
export interface LiveReader {
  readonly watch: ResultWatch;
  /** Of one partition, in order. */
  commits(partition: number): readonly SeenCommit[];
  /** One past the last offset read, by topic and partition. */
  position(topic: string, partition: number): number;
  close(): Promise<void>;
}

export async function startLiveReader(o: {
  brokers: string;
  averages: string;
  journal: string;
  partitions: number;
}): Promise<LiveReader> {
  const cluster = await connectCluster(
    { brokers: o.brokers.split(','), clientId: 'chaos-reader' },
    { logger: silent },
  );
  const reader = startReader(cluster, { logger: silent, isolation: 'read_committed' });
  const watch = new ResultWatch();
  const commits: SeenCommit[][] = Array.from({ length: o.partitions }, () => []);
  const positions = new Map<string, number>();
  const cursor = new RecordCursor();
  let isClosing = false;

  for (const topic of [o.averages, o.journal]) {
    for (let partition = 0; partition < o.partitions; partition++) follow(topic, partition);
  }

  function follow(topic: string, partition: number): void {
    const subscription = reader.subscribe({ topic, partition, offset: 0, onReady: drain });
    let hasFailed = false;
    function drain(): void {
      for (let chunk = subscription.take(); chunk !== undefined; chunk = subscription.take()) {
        cursor.load(chunk);
        while (cursor.next()) note(topic, partition);
        positions.set(`${topic} ${partition}`, cursor.position);
      }
      if (subscription.error === undefined || hasFailed || isClosing) return;
      hasFailed = true;
      watch.faults.push(`${topic}[${partition}]: the reader ended: ${subscription.error.message}`);
    }
  }

  function note(topic: string, partition: number): void {
    watch.noteOffset(topic, partition, cursor.offset);
    const { bytes, valueStart, valueEnd } = cursor;
    const value = Buffer.from(bytes.buffer, bytes.byteOffset + valueStart, valueEnd - valueStart);
    if (topic === o.averages) watch.noteResult(partition, cursor.offset, value.toString());
    else if (value[0] === 0x7b /* {, not part of a snapshot */) noteEntry(partition, value.toString());
  }

  function noteEntry(partition: number, value: string): void {
    const entry = JSON.parse(value) as { type: string; instance: string; next_offset: number };
    if (entry.type !== 'commit') return;
    commits[partition]!.push({
      appendMs: cursor.timestampMs,
      instance: entry.instance,
      nextOffset: entry.next_offset,
    });
  }

  return {
    watch,
    commits: (partition) => commits[partition]!,
    position: (topic, partition) => positions.get(`${topic} ${partition}`) ?? 0,
    async close() {
      isClosing = true;
      await reader.close();
      await cluster.close();
    },
  };
}
