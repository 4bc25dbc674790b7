import { isDeepStrictEqual } from 'node:util';
import { type Logger, StopError } from '@meanwhile/kafka';
import { type LocatedState, locate, type SnapshotMark } from './journal.ts';
import type { SettingsEntry } from './journal-entries.ts';
import type { Log, PartitionWriter, StreamTopics } from './log.ts';
import type { Json, Processor, ProcessorFactory } from './processor.ts';
import { START_OVER } from './remedies.ts';
import { restore } from './restore.ts';
import type { Time } from './time.ts';

export interface OpenOptions {
  log: Log;
  factory: ProcessorFactory;
  topics: StreamTopics;
  /** Identity of the input topic as the broker has it now. */
  input: { topicId: string; partitions: number };
  partition: number;
  groupId: string;
  instanceId: string;
  start: 'earliest' | 'latest';
  time: Time;
  logger: Logger;
  signal: AbortSignal;
  onRestoring: () => void;
}

export interface OpenTask {
  writer: PartitionWriter;
  processor: Processor;
  position: number;
  sequence: number;
  marks: SnapshotMark[];
  /** The entry for what the processor runs under now. */
  settings: SettingsEntry;
  /** The settings entry is not in the journal yet: it is to be the first transaction. */
  isUnrecorded: boolean;
  /** Records have been replayed since the newest snapshot. */
  hasReplayed: boolean;
}

/**
 * Takes a partition over: 1 fence, 2 locate, 3 restore. In this order: what an earlier owner commits
 * after we have read the journal would be lost to us, and nothing that it wrote can be committed
 * once it is fenced.
 */
export async function openTask(options: OpenOptions): Promise<OpenTask> {
  const { log, partition, topics, signal } = options;
  const writer = await log.fence(partition); // 1
  const located = await locate(log, topics.journal, partition, signal); // 2
  if (!located.settings) return { writer, ...(await begin(options)) };
  checkInput(located.settings, options);
  options.onRestoring();
  const startMs = options.time.now();
  const restored = await restore({
    ...options,
    inputTopic: topics.input,
    located,
    onProgress: progressLog(options),
  }); // 3
  logRestored(options, located, startMs);
  return { writer, ...settle(options, located, restored) };
}

/** A partition that nobody has processed yet. */
async function begin(options: OpenOptions): Promise<Omit<OpenTask, 'writer'>> {
  const { log, topics, partition, factory, groupId } = options;
  const groupOffset = await log.groupOffset(partition);
  if (groupOffset >= 0) {
    throw new StopError(
      `${topics.journal}[${partition}]: no journal, but group ${groupId} has committed offset ${groupOffset}`,
      {
        remedy: `the journal was deleted or the group belongs to another program: choose another GROUP_ID and OUTPUT_TOPIC, or ${START_OVER}`,
      },
    );
  }
  const position = await log.offset(
    topics.input,
    partition,
    options.start === 'earliest' ? 'earliest' : 'stable',
  );
  const settings = settingsEntry(options, position);
  const processor = factory.create(factory.settings, partition);
  return { processor, position, sequence: 0, marks: [], settings, isUnrecorded: true, hasReplayed: false };
}

/** Goes on under the present settings: other ones than recorded convert the state here, at the committed position. */
function settle(
  options: OpenOptions,
  located: LocatedState,
  restored: { processor: Processor; settings: Json },
): Omit<OpenTask, 'writer'> {
  const { factory, logger, partition } = options;
  const { position, sequence, marks } = located;
  const recorded = located.settings!;
  const settings = settingsEntry(options, recorded.start_offset);
  const common = { position, sequence, marks, settings, hasReplayed: located.entries.length > 0 };
  if (isDeepStrictEqual(restored.settings, factory.settings))
    return { ...common, processor: restored.processor, isUnrecorded: false };
  logger.warn(
    { partition, from: restored.settings, to: factory.settings },
    'settings changed: state is converted at the committed position',
  );
  const processor = factory.convert(restored.processor, factory.settings, partition);
  return { ...common, processor, isUnrecorded: true };
}

function settingsEntry(options: OpenOptions, startOffset: number): SettingsEntry {
  return {
    type: 'settings',
    semantics_version: options.factory.semanticsVersion,
    input_topic: options.topics.input,
    input_topic_id: options.input.topicId,
    partitions: options.input.partitions,
    group: options.groupId,
    start_offset: startOffset,
    settings: options.factory.settings,
    instance: options.instanceId,
  };
}

function checkInput(recorded: SettingsEntry, { topics, input, factory, partition }: OpenOptions): void {
  const wanted = [
    ['input topic', topics.input, recorded.input_topic],
    ['input topic id', input.topicId, recorded.input_topic_id],
    ['partition count', input.partitions, recorded.partitions],
    ['semantics version', factory.semanticsVersion, recorded.semantics_version],
  ] as const;
  for (const [what, found, was] of wanted) {
    if (found === was) continue;
    throw new StopError(`partition ${partition}: ${what} is ${found}, the journal was written for ${was}`, {
      remedy:
        what === 'semantics version'
          ? `run the version with semantics ${was} once and stop it cleanly`
          : `the input was replaced: choose another OUTPUT_TOPIC, or ${START_OVER}`,
    });
  }
}

function progressLog({
  partition,
  logger,
  time,
}: OpenOptions): (progress: { offset: number; toOffset: number }) => void {
  let nextMs = time.now() + 2_000;
  return ({ offset, toOffset }) => {
    if (time.now() < nextMs) return;
    nextMs = time.now() + 2_000;
    logger.info({ partition, offset, to_offset: toOffset }, 'restoring');
  };
}

function logRestored(
  { partition, logger, time }: OpenOptions,
  { snapshot, position, sequence }: LocatedState,
  startMs: number,
): void {
  const records = position - (snapshot?.offset ?? 0);
  logger.info(
    { partition, offset: position, sequence, replayed: records, ms: time.now() - startMs },
    'restored',
  );
}
