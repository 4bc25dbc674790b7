import { parseArgs } from 'node:util';
import { describeTopic, ensureTopics, type TopicDescription, type TopicReport } from '@meanwhile/kafka';
import { outputCollision, topicPlan } from '@meanwhile/records';
import { loadSettings, SettingsError, settings, settingsTable } from '@meanwhile/service';
import { z } from 'zod';
import type { Command, CommandContext } from './command.ts';
import { connectionOf, kafkaOnly, pipelineSettings, withCluster } from './kafka-only.ts';

export const topicsSchema = z.object({
  ...kafkaOnly,
  INPUT_TOPIC: pipelineSettings.INPUT_TOPIC,
  OUTPUT_TOPIC: pipelineSettings.OUTPUT_TOPIC,
  PARTITIONS: settings.integer({ min: 1, max: 10_000 }).prefault('12').describe('partitions of each topic'),
  REPLICATION_FACTOR: settings
    .integer({ min: 1, max: 10 })
    .prefault('1')
    .describe('copies of each partition'),
  MIN_INSYNC_REPLICAS: settings
    .integer({ min: 1, max: 10 })
    .prefault('1')
    .describe('copies that must have a record'),
  RETENTION_INPUT: settings.duration().prefault('7d').describe('how long prices are kept'),
  RETENTION_OUTPUT: settings
    .duration()
    .prefault('7d')
    .describe('how long averages and late records are kept'),
  RETENTION_DEAD_LETTERS: settings.duration().prefault('30d').describe('how long dead letters are kept'),
});

export const topics: Command = {
  name: 'topics',
  summary: 'create the topics that are missing, report those that do not fit',
  help: `Usage: npm run meanwhile -- topics [--dry-run] [--json]
  --dry-run  report what would be created, create nothing
  --json     one JSON object per topic

Creates what is missing with explicit partitions, replication factor and settings. An existing
topic that does not fit is reported with what differs and is left as it is (exit code 1).
An input topic that is there may be somebody else's: the outputs get as many partitions as it has.

Exit codes: 0 all fit, 1 one does not fit or no broker answers, 2 bad settings.

${settingsTable(topicsSchema)}`,

  async run(args, context) {
    const { values } = parseArgs({
      args: [...args],
      options: { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } },
    });
    const reports = await makeTopics(context, values['dry-run'] === true);
    for (const report of reports) context.print(values.json ? JSON.stringify(report) : line(report));
    return reports.some(({ state }) => state === 'differs') ? 1 : 0;
  },
};

async function makeTopics({ env, warn }: CommandContext, dryRun: boolean): Promise<TopicReport[]> {
  const s = loadSettings({ schema: topicsSchema, env, service: 'meanwhile topics', warn });
  const { connection, logger } = connectionOf(s, 'meanwhile-topics');
  const collision = outputCollision(s.INPUT_TOPIC, s.OUTPUT_TOPIC);
  if (collision)
    throw new SettingsError([{ name: 'OUTPUT_TOPIC', found: s.OUTPUT_TOPIC, wanted: collision }]);
  const found = await withCluster(connection, logger, (cluster) => describeTopic(cluster, s.INPUT_TOPIC));
  const plans = topicPlan({
    inputTopic: s.INPUT_TOPIC,
    outputTopic: s.OUTPUT_TOPIC,
    partitions: found?.partitions ?? s.PARTITIONS,
    replicationFactor: s.REPLICATION_FACTOR,
    minInsyncReplicas: s.MIN_INSYNC_REPLICAS,
    retentionInputMs: s.RETENTION_INPUT,
    retentionOutputMs: s.RETENTION_OUTPUT,
    retentionDeadLettersMs: s.RETENTION_DEAD_LETTERS,
    ...(found?.config['max.message.bytes']
      ? { inputMessageBytesMax: Number(found.config['max.message.bytes']) }
      : {}),
  });
  const ours = found ? plans.filter(({ name }) => name !== s.INPUT_TOPIC) : plans;
  const reports = await ensureTopics(connection, ours, { logger, dryRun });
  const wantedPartitions = env['PARTITIONS'] ? s.PARTITIONS : undefined;
  return found ? [judgeInput(s.INPUT_TOPIC, found, wantedPartitions), ...reports] : reports;
}

/** An input that exists may be somebody else's: only what the aggregator cannot live with is wrong about it. */
function judgeInput(
  name: string,
  found: TopicDescription,
  wantedPartitions: number | undefined,
): TopicReport {
  const differences: string[] = [];
  if (wantedPartitions !== undefined && found.partitions !== wantedPartitions) {
    differences.push(`partitions: ${found.partitions}, wanted ${wantedPartitions}`);
  }
  const policy = found.config['cleanup.policy'];
  if (policy?.includes('compact')) differences.push(`cleanup.policy: ${policy}, wanted delete`);
  return { name, state: differences.length > 0 ? 'differs' : 'exists', differences };
}

function line({ name, state, differences }: TopicReport): string {
  const what = {
    created: 'created',
    exists: 'is there and fits',
    missing: 'is missing: would be created',
    differs: 'does not fit and is left as it is',
  }[state];
  return [`${name}: ${what}`, ...differences.map((difference) => `  ${difference}`)].join('\n');
}
