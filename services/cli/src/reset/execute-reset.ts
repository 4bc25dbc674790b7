import {
  BatchBuilder,
  deleteGroupOffset,
  deleteRecordsBefore,
  type Logger,
  listOffset,
  logClient,
} from '@meanwhile/kafka';
import type { SettingsEntry, TopicNames } from '@meanwhile/records';
import { type PartitionWriter, streamLog } from '@meanwhile/stream';
import { type PartitionPlan, type ResetPlan, type ResetTarget, refusalsByGroup } from './plan-reset.ts';

/**
 * Makes partitions begin again. Each step for all of them before the next one:
 *
 *   1 fence   every earlier owner of the outputs: what it has not committed yet, it never will
 *   2 lock    the group's offset is committed: from the next step on, a partition with an offset and without a journal
 *             is refused by every aggregator, until the last step
 *   3 empty   the journal; then averages, late records and dead letters
 *   4 begin   the first transaction of the new journal, where the start is given; else the group's offset is forgotten
 *
 * **Invariant** Results are deleted only behind a lock and with their journal gone: killed at any time it leaves partitions that go
 * on as before, refuse to start, or have begun again. Run again, it comes to the same end. An aggregator that starts meanwhile
 * fences us: 4 fails, and says so.
 *
 * @throws Error when an aggregator has started, FencedError when one starts meanwhile, KafkaError
 */
export async function executeReset(
  target: ResetTarget,
  { partitions, settings }: ResetPlan,
  options: { logger: Logger; instanceId: string; onReset: (partition: PartitionPlan) => void },
): Promise<void> {
  const writers = new Map<PartitionPlan, PartitionWriter>();
  const log = logOf(target, options.logger);
  for (const plan of partitions) {
    const writer = await log.fence(plan.partition); // 1
    const { position, begins_at, input_start } = plan;
    await writer.commit([], groupOffset(target, plan, position ?? begins_at ?? input_start)); // 2
    writers.set(plan, writer);
  }
  const [refusal] = await refusalsByGroup(target);
  if (refusal !== undefined) throw new Error(`an aggregator has started: nothing is changed\n${refusal}`);
  // While a journal stands, an aggregator would go on behind results that are gone.
  for (const { partition } of partitions) await empty(target, 'journal', partition); // 3
  for (const output of ['averages', 'late', 'deadLetters'] as const) {
    for (const { partition } of partitions) await empty(target, output, partition); // 3
  }
  for (const [plan, writer] of writers) {
    if (settings === undefined)
      await forget(target, plan, writer); // 4
    else await begin(target, plan, writer, { ...settings, instance: options.instanceId }); // 4
    options.onReset(plan);
  }
}

function logOf({ cluster, reader, groupId, input, outputs }: ResetTarget, logger: Logger) {
  const topics = {
    input,
    outputs: [outputs.averages, outputs.late, outputs.deadLetters],
    journal: outputs.journal,
  };
  return streamLog({
    topics,
    groupId,
    client: logClient(cluster, { logger }),
    reader,
    restoreReader: reader,
  });
}

async function empty(
  { cluster, outputs }: ResetTarget,
  name: keyof TopicNames,
  partition: number,
): Promise<void> {
  const end = await listOffset(cluster, outputs[name], partition, 'latest');
  await deleteRecordsBefore(cluster, outputs[name], partition, end);
}

/** A partition without a journal and without an offset is one that nobody has begun. */
async function forget(target: ResetTarget, plan: PartitionPlan, writer: PartitionWriter): Promise<void> {
  await writer.commit([], groupOffset(target, plan, plan.input_start)); // fails if somebody else has taken the partition over
  await deleteGroupOffset(target.cluster, target.groupId, target.input, plan.partition);
}

/** What the aggregator's own first transaction is, with the start offset that was asked for. */
async function begin(
  target: ResetTarget,
  plan: PartitionPlan,
  writer: PartitionWriter,
  settings: SettingsEntry,
): Promise<void> {
  const { cluster, groupId, input, outputs } = target;
  const entry = {
    ...settings,
    input_topic: input,
    input_topic_id: await cluster.topicId(input),
    partitions: await cluster.partitionCount(input),
    group: groupId,
    start_offset: plan.begins_at,
  };
  const key = Buffer.from('settings');
  const value = Buffer.from(JSON.stringify(entry));
  const batch = new BatchBuilder(value.length + 1_000);
  batch.append({
    key,
    keyStart: 0,
    keyEnd: key.length,
    value,
    valueStart: 0,
    valueEnd: value.length,
    timestampMs: Date.now(),
  });
  await writer.commit(
    [{ topic: outputs.journal, partition: plan.partition, batch }],
    groupOffset(target, plan, plan.begins_at ?? plan.input_start),
  );
}

function groupOffset({ input: topic }: ResetTarget, { partition }: PartitionPlan, offset: number) {
  return { topic, partition, offset };
}
