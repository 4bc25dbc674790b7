import { isDeepStrictEqual } from 'node:util';
import { type Logger, StopError } from '@meanwhile/kafka';
import { type LocatedState, locate, type SnapshotMark } from './journal.ts';
import type { SettingsEntry } from './journal-entries.ts';
import type { StreamLimits } from './limits.ts';
import type { Log, PartitionWriter, StreamTopics } from './log.ts';
import type { Json, Processor, ProcessorFactory } from './processor.ts';
import { START_OVER } from './remedies.ts';
import { restore } from './restore.ts';
import type { Time } from './time.ts';

export interface OpenOptions {
  log: Log;
  factory: ProcessorFactory;
  topics: StreamTopics;
  /** Identity of the input topic as the brokers have it now. */
  identifyInput: () => Promise<InputIdentity>;
  partition: number;
  groupId: string;
  instanceId: string;
  start: 'earliest' | 'latest';
  limits: StreamLimits;
  time: Time;
  logger: Logger;
  signal: AbortSignal;
  onRestoring: () => void;
}

export interface InputIdentity {
  topicId: string;
  partitions: number;
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
  const input = await options.identifyInput();
  if (!located.settings) return { writer, ...(await begin(options, input)) };
  checkInput(located, options, input);
  await checkEnd(located, options);
  options.onRestoring();
  const startMs = options.time.now();
  const restored = await restore({
    ...options,
    inputTopic: topics.input,
    sliceRecords: options.limits.sliceRecords,
    located,
    onProgress: progressLog(options),
  }); // 3
  logRestored(options, located, startMs);
  return { writer, ...settle(options, input, located, restored) };
}

/** A partition that nobody has processed yet. */
async function begin(options: OpenOptions, input: InputIdentity): Promise<Omit<OpenTask, 'writer'>> {
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
  const settings = settingsEntry(options, input, position);
  const processor = factory.create(factory.settings, partition);
  return { processor, position, sequence: 0, marks: [], settings, isUnrecorded: true, hasReplayed: false };
}

/** Goes on under the present settings: other ones than recorded convert the state here, at the committed position. */
function settle(
  options: OpenOptions,
  input: InputIdentity,
  located: LocatedState,
  restored: { processor: Processor; settings: Json },
): Omit<OpenTask, 'writer'> {
  const { factory, logger, partition } = options;
  const { position, sequence, marks } = located;
  const recorded = located.settings!;
  const settings = settingsEntry(options, input, recorded.start_offset);
  const common = { position, sequence, marks, settings, hasReplayed: located.entries.length > 0 };
  const isSame =
    recorded.semantics_version === factory.semanticsVersion &&
    isDeepStrictEqual(restored.settings, factory.settings);
  if (isSame) return { ...common, processor: restored.processor, isUnrecorded: false };
  logger.warn(
    { partition, from: restored.settings, to: factory.settings },
    'settings changed: state is converted at the committed position',
  );
  const processor = factory.convert(restored.processor, factory.settings, partition);
  return { ...common, processor, isUnrecorded: true };
}

function settingsEntry(options: OpenOptions, input: InputIdentity, startOffset: number): SettingsEntry {
  return {
    type: 'settings',
    semantics_version: options.factory.semanticsVersion,
    input_topic: options.topics.input,
    input_topic_id: input.topicId,
    partitions: input.partitions,
    group: options.groupId,
    start_offset: startOffset,
    settings: options.factory.settings,
    instance: options.instanceId,
  };
}

function checkInput(
  located: LocatedState,
  { topics, factory, partition }: OpenOptions,
  input: InputIdentity,
): void {
  const recorded = located.settings!;
  const wanted: [string, string | number, string | number][] = [
    ['input topic', topics.input, recorded.input_topic],
    ['input topic id', input.topicId, recorded.input_topic_id],
    ['partition count', input.partitions, recorded.partitions],
  ];
  // A snapshot of everything (a clean stop writes it) can be carried on by a version that would replay otherwise.
  if (located.entries.some(({ type }) => type === 'commit')) {
    wanted.push(['semantics version', factory.semanticsVersion, recorded.semantics_version]);
  }
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

/** An input that ends before what was read of it is not the log that was read. */
async function checkEnd(located: LocatedState, { log, topics, partition }: OpenOptions): Promise<void> {
  const end = await log.offset(topics.input, partition, 'stable');
  if (end >= located.position) return;
  throw new StopError(
    `${topics.input}[${partition}]: the input ends at offset ${end}, the journal has read up to ${located.position}`,
    {
      remedy: `bring the lost end of the input back, or ${START_OVER}`,
    },
  );
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
