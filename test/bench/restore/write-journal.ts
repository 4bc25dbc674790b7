import {
  type Cluster,
  connectCluster,
  openIdempotentWriter,
  RecordCursor,
  readRange,
  startReader,
} from '@meanwhile/kafka';
import { topicNames } from '@meanwhile/records';
import type { CommitEntry, Outbox, SettingsEntry } from '@meanwhile/stream';
import { silent } from '../../support/pipeline.ts';
import { runMeasured } from '../run-measured.ts';
import { benchFactory } from './bench-factory.ts';
import type { PrepareArgs } from './restore-args.ts';

runMeasured(writeJournal);

const discard: Outbox = { append: () => {}, isFull: false };

/**
 * The journal that a run would leave that read the input in stretches of `recordsPerEntry` and was killed before its first snapshot.
 * A live run cannot be made to leave it: it takes a snapshot every 16 MiB of input.
 */
async function writeJournal(args: PrepareArgs): Promise<{ entries: number }> {
  const cluster = await connectCluster(
    { brokers: args.brokers.split(','), clientId: 'bench' },
    { logger: silent },
  );
  const factory = benchFactory(args);
  const processor = factory.create(factory.settings, 0);
  const journal = await openIdempotentWriter(cluster, {
    topic: topicNames(args.outputTopic).journal,
    partitionFor: () => 0,
    logger: silent,
  });
  await append('settings', await settingsEntry(cluster, args, factory));

  const range = { topic: args.inputTopic, partition: 0, fromOffset: 0, toOffset: args.records };
  const cursor = new RecordCursor();
  let sequence = 0;
  let from = 0;
  cursor.stopAt(args.recordsPerEntry);
  for await (const chunk of readRange(startReader(cluster, { logger: silent }), range)) {
    cursor.load(chunk);
    while (from < args.records) {
      processor.process(cursor, discard);
      const next = Math.min(from + args.recordsPerEntry, args.records);
      if (cursor.position < next) break;
      await append('commit', commitEntry(++sequence, from, next, processor.takeSummary()));
      from = next;
      cursor.stopAt(next + args.recordsPerEntry);
    }
  }
  await journal.close();
  return { entries: sequence };

  async function append(key: string, entry: object): Promise<void> {
    await journal.append(Buffer.from(key), Buffer.from(JSON.stringify(entry)), Date.now());
  }
}

async function settingsEntry(
  cluster: Cluster,
  { inputTopic }: PrepareArgs,
  factory: ReturnType<typeof benchFactory>,
): Promise<SettingsEntry> {
  return {
    type: 'settings',
    semantics_version: factory.semanticsVersion,
    input_topic: inputTopic,
    input_topic_id: await cluster.topicId(inputTopic),
    partitions: await cluster.partitionCount(inputTopic),
    group: 'bench',
    start_offset: 0,
    settings: factory.settings,
    instance: 'bench',
  };
}

function commitEntry(sequence: number, from: number, next: number, summary: object): CommitEntry {
  const place = { type: 'commit' as const, sequence, from_offset: from, next_offset: next, watermark: null };
  return { ...place, ...summary, instance: 'bench' };
}
