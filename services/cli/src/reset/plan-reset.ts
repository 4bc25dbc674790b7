import {
  type Cluster,
  describeGroup,
  describeTopic,
  errorCode,
  KafkaError,
  listOffset,
  type Reader,
} from '@meanwhile/kafka';
import type { SettingsEntry, TopicNames } from '@meanwhile/records';
import { UsageError } from '../command.ts';
import { spokenTime } from '../spoken.ts';
import { journalTail } from '../status/journal-tail.ts';
import { openingSettings } from './opening-settings.ts';
import type { ResetStart } from './parse-start.ts';

/** The topics and the group of one pipeline. */
export interface ResetTarget {
  cluster: Cluster;
  reader: Reader;
  groupId: string;
  input: string;
  outputs: TopicNames;
}

export interface PartitionPlan {
  partition: number;
  /** Where the journal stands now: the next input offset. Null: nothing is recorded. */
  position: number | null;
  /** The input offset at which it begins again; null: where the aggregator's START says. */
  begins_at: number | null;
  input_start: number;
  input_end: number;
  /** Offsets that are emptied, by topic. Transaction markers are among them. */
  deleted: { averages: number; late: number; dead_letters: number; journal: number };
}

export interface ResetPlan {
  partitions: PartitionPlan[];
  /** What stands against it now; nothing is changed while there is any. */
  refusals: string[];
  /** The settings that a partition is begun with again; undefined when its first transaction is the aggregator's. */
  settings: SettingsEntry | undefined;
}

/**
 * What a reset would do.
 * @param only the partitions to reset; undefined: all
 * @throws UsageError for a partition or an offset that is not there, Error when a topic is missing
 */
export async function planReset(
  target: ResetTarget,
  start: ResetStart,
  only: readonly number[] | undefined,
): Promise<ResetPlan> {
  const count = await countPartitions(target);
  const wrong = only?.find((partition) => partition >= count);
  if (wrong !== undefined) throw new UsageError(`--partition ${wrong}: wanted 0 to ${count - 1}`);
  const each = only ?? Array.from({ length: count }, (_, partition) => partition);
  const partitions = await Promise.all(each.map((partition) => planPartition(target, partition, start)));
  const settings = partitions.find((found) => found.settings !== undefined)?.settings;
  return {
    partitions: partitions.map(({ plan }) => plan),
    refusals: [...(await refusalsByGroup(target)), ...(await refusalsByTopics(target))],
    settings: start.at === 'beginning' ? undefined : (settings ?? openingSettings),
  };
}

async function planPartition(
  { cluster, reader, input, outputs }: ResetTarget,
  partition: number,
  start: ResetStart,
): Promise<{ plan: PartitionPlan; settings: SettingsEntry | undefined }> {
  const [inputStart, inputEnd, averages, late, deadLetters, journal] = await Promise.all([
    listOffset(cluster, input, partition, 'earliest'),
    listOffset(cluster, input, partition, 'stable'),
    ...[outputs.averages, outputs.late, outputs.deadLetters, outputs.journal].map((topic) =>
      offsetsHeld(cluster, topic, partition),
    ),
  ]);
  const recorded = await journalTail(cluster, reader, { topic: outputs.journal, partition })
    .read()
    .catch(onlyUnreadable);
  const plan: PartitionPlan = {
    partition,
    position: recorded?.commit?.entry.next_offset ?? null,
    begins_at: await beginsAt({ cluster, input, partition, inputStart, inputEnd }, start),
    input_start: inputStart,
    input_end: inputEnd,
    deleted: { averages: averages!, late: late!, dead_letters: deadLetters!, journal: journal! },
  };
  return { plan, settings: recorded?.settings };
}

/** A journal that cannot be read any more is a reason to start over, not one against it. */
function onlyUnreadable(error: unknown): undefined {
  if (error instanceof KafkaError && error.code !== errorCode.corruptMessage) throw error;
}

async function beginsAt(
  o: { cluster: Cluster; input: string; partition: number; inputStart: number; inputEnd: number },
  start: ResetStart,
): Promise<number | null> {
  if (start.at === 'beginning') return null;
  if (start.at === 'latest') return o.inputEnd;
  if (start.at === 'time') {
    const offset = await listOffset(o.cluster, o.input, o.partition, start.timeMs);
    // Beyond the last stable offset stand records that may never be committed.
    return Math.min(offset, o.inputEnd);
  }
  if (start.offset >= o.inputStart && start.offset <= o.inputEnd) return start.offset;
  const range = `${o.inputStart} to ${o.inputEnd}`;
  throw new UsageError(`--to offset:${start.offset}: partition ${o.partition} of ${o.input} has ${range}`);
}

async function offsetsHeld(cluster: Cluster, topic: string, partition: number): Promise<number> {
  const [from, to] = await Promise.all([
    listOffset(cluster, topic, partition, 'earliest'),
    listOffset(cluster, topic, partition, 'latest'),
  ]);
  return to - from;
}

/** An aggregator that runs would go on from what it has in memory while its journal is taken away. */
export async function refusalsByGroup({ cluster, groupId }: ResetTarget): Promise<string[]> {
  const { state, members } = await describeGroup(cluster, groupId);
  if (members.length === 0) return [];
  const names = members.map(({ instanceId, memberId }) => instanceId ?? memberId).join(', ');
  return [`group ${groupId} has ${members.length} live members (${state}): stop them first: ${names}`];
}

/** Only a topic whose cleanup is by deletion can be emptied. */
async function refusalsByTopics({ cluster, outputs }: ResetTarget): Promise<string[]> {
  const refusals: string[] = [];
  for (const topic of Object.values(outputs)) {
    const policy = (await describeTopic(cluster, topic))?.config['cleanup.policy'] ?? 'delete';
    if (policy.includes('delete')) continue;
    refusals.push(
      `${topic}: cleanup.policy is ${policy}, wanted delete: delete the topic and create it anew`,
    );
  }
  return refusals;
}

/** @throws Error naming the topic that is missing or has other partitions than the input */
async function countPartitions({ cluster, input, outputs }: ResetTarget): Promise<number> {
  const found = await describeTopic(cluster, input);
  if (found === undefined) throw new Error(`${input}: the input topic does not exist`);
  for (const topic of Object.values(outputs)) {
    const partitions = (await describeTopic(cluster, topic))?.partitions;
    if (partitions === found.partitions) continue;
    const remedy =
      partitions === undefined
        ? 'create it with `npm run meanwhile -- topics`'
        : 'keys have moved between partitions: choose another OUTPUT_TOPIC and GROUP_ID';
    throw new Error(
      `${topic}: ${partitions ?? 'no'} partitions, wanted ${found.partitions} as in ${input}\n${remedy}`,
    );
  }
  return found.partitions;
}

/** How `--to` is said again. */
export function spokenStart(start: ResetStart): string {
  if (start.at === 'beginning') return 'start over';
  if (start.at === 'latest') return 'begin again at the end of the input';
  if (start.at === 'offset') return `begin again at offset ${start.offset}`;
  return `begin again with what was appended from ${spokenTime(start.timeMs)} on`;
}
