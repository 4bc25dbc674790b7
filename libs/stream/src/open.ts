import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@meanwhile/kafka';
import { type LocatedState, locate, type SnapshotMark } from './journal.ts';
import type { SettingsEntry } from './journal-entries.ts';
import type { StreamLimits } from './limits.ts';
import type { Log, PartitionWriter, StreamTopics } from './log.ts';
import { checkEnd, checkInput, checkStart, checkUnread } from './open-checks.ts';
import type { Json, Processor, ProcessorFactory } from './processor.ts';
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
  onRestored: (restored: { partition: number; replayed: number; durationMs: number }) => void;
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
  await Promise.all([checkStart(located, options), checkEnd(located, options)]);
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
  const { log, topics, partition, factory } = options;
  const position = await log.offset(
    topics.input,
    partition,
    options.start === 'earliest' ? 'earliest' : 'stable',
  );
  await checkUnread(options, position);
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
  { partition, logger, time, onRestored }: OpenOptions,
  { snapshot, settings, position, sequence }: LocatedState,
  startMs: number,
): void {
  const replayed = position - (snapshot?.offset ?? settings!.start_offset);
  const durationMs = time.now() - startMs;
  logger.info({ partition, offset: position, sequence, replayed, duration_ms: durationMs }, 'restored');
  onRestored({ partition, replayed, durationMs });
}
