import { parseArgs } from 'node:util';
import { type Cluster, errorCode, KafkaError, type Logger, StopError } from '@meanwhile/kafka';
import { outputCollision, topicNames } from '@meanwhile/records';
import { loadSettings, SettingsError, settingsTable } from '@meanwhile/service';
import { z } from 'zod';
import { type Command, type CommandContext, UsageError } from '../command.ts';
import { connectionOf, kafkaOnly, pipelineSettings, withCluster } from '../kafka-only.ts';
import { startProgressLine } from './progress-line.ts';
import { reportJson, reportLines } from './report.ts';
import { verifyLog } from './verify-log.ts';
import { exitCodeOf, type VerifyReport, verifyTopics } from './verify-topics.ts';

const { GROUP_ID: _group, ...topics } = pipelineSettings;
const schema = z.object({ ...kafkaOnly, ...topics });

export const verify: Command = {
  name: 'verify',
  summary: 'recompute everything from the input and compare it with what is published',
  help: `Usage: npm run meanwhile -- verify [--partition <n>[,<n>…]] [--from-snapshot] [--json]
  --partition      these partitions only; may be repeated
  --from-snapshot  begin with the newest snapshot that something was published after: quick, verifies the end only
  --json           one JSON object: verdict, counts, the first 20 problems of each kind, what was verified

Replays the input along the journal, up to the journal's end at the start, and compares late records, dead letters
and results byte for byte, and each journal entry's accounting. Begins with the first record; where input or journal
no longer reach back so far, with the oldest snapshot that can be used. The settings are those in the journal.
Reads only, and only what is committed: it may run beside the pipeline.

  lost         computed, but not published         order        published in another place
  doubled      published twice                     unexplained  published, but not computed
  wrong        published with another value        journal      an entry is missing, or says something else

Examples:
  npm run meanwhile -- verify
  npm run meanwhile -- verify --partition 3 --json
  INPUT_TOPIC=trades OUTPUT_TOPIC=trade-averages npm run meanwhile -- verify --from-snapshot

Exit codes: 0 all is right, 1 problems found, 2 usage or bad settings, 3 cannot be verified: needed input or journal
is gone, another version wrote it, or no broker answers.

${settingsTable(schema)}`,

  async run(args, context) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        partition: { type: 'string', multiple: true },
        'from-snapshot': { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    const wanted = values.partition && parsePartitions(values.partition);
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    const report = await asUnverifiable(() =>
      verifyPipeline(context, { wanted, isFromSnapshot: values['from-snapshot'] === true }),
    );
    const { user, system } = process.cpuUsage(startCpu);
    const cost = { seconds: (performance.now() - startMs) / 1_000, cpuSeconds: (user + system) / 1e6 };
    for (const line of values.json ? [reportJson(report, cost)] : reportLines(report, cost))
      context.print(line);
    return exitCodeOf(report);
  },
};

async function verifyPipeline(
  { env, warn }: CommandContext,
  options: { wanted: number[] | undefined; isFromSnapshot: boolean },
): Promise<VerifyReport> {
  const s = loadSettings({ schema, env, service: 'meanwhile verify', warn });
  const collision = outputCollision(s.INPUT_TOPIC, s.OUTPUT_TOPIC);
  if (collision)
    throw new SettingsError([{ name: 'OUTPUT_TOPIC', found: s.OUTPUT_TOPIC, wanted: collision }]);
  const { connection, logger } = connectionOf(s, 'meanwhile-verify');
  const names = topicNames(s.OUTPUT_TOPIC);
  return withCluster(connection, logger, async (cluster) => {
    const partitions = await partitionsOf(cluster, [s.INPUT_TOPIC, ...Object.values(names)], options.wanted);
    return verifyOn(cluster, logger, {
      inputTopic: s.INPUT_TOPIC,
      names,
      partitions,
      isFromSnapshot: options.isFromSnapshot,
    });
  });
}

async function verifyOn(
  cluster: Cluster,
  logger: Logger,
  options: Omit<Parameters<typeof verifyTopics>[0], 'log' | 'onProgress'>,
): Promise<VerifyReport> {
  const log = verifyLog(cluster, logger);
  const line = startProgressLine(process.stderr);
  try {
    return await verifyTopics({ ...options, log, onProgress: line.show });
  } finally {
    line.end();
    await log.close();
  }
}

/** @throws UsageError for a partition that the input does not have, StopError for topics that are missing or do not fit */
async function partitionsOf(
  cluster: Cluster,
  names: string[],
  wanted: number[] | undefined,
): Promise<number[]> {
  const counts = await Promise.all(names.map((name) => countPartitions(cluster, name)));
  const missing = names.filter((_, i) => counts[i] === 0);
  if (missing.length > 0)
    throw new StopError(`no such topic: ${missing.join(', ')}`, {
      remedy: 'set INPUT_TOPIC and OUTPUT_TOPIC to those of the aggregator',
    });
  const count = counts[0]!;
  const other = counts.findIndex((each) => each !== count);
  if (other !== -1)
    throw new StopError(
      `${names[other]} has ${counts[other]} partitions, wanted ${count} as ${names[0]} has`,
      { remedy: 'only topics with the same partitions belong to one pipeline' },
    );
  const outside = wanted?.find((partition) => partition >= count);
  if (outside !== undefined)
    throw new UsageError(`--partition ${outside}: ${names[0]} has the partitions 0 to ${count - 1}`);
  return wanted ?? Array.from({ length: count }, (_, partition) => partition);
}

/** 0: there is no such topic. */
async function countPartitions(cluster: Cluster, name: string): Promise<number> {
  try {
    return await cluster.partitionCount(name);
  } catch (error) {
    if (error instanceof KafkaError && error.code === errorCode.unknownTopicOrPartition) return 0;
    throw error;
  }
}

function parsePartitions(texts: readonly string[]): number[] {
  const parts = texts.flatMap((text) => text.split(','));
  const fault = parts.find((part) => !/^\d{1,5}$/.test(part));
  if (fault !== undefined)
    throw new UsageError(`--partition ${fault}: wanted a partition's number, or several with commas`);
  return [...new Set(parts.map(Number))].sort((a, b) => a - b);
}

/** Exit code 1 says that something is wrong with what is published: whatever else keeps from verifying has another. */
async function asUnverifiable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && !('exitCode' in error)) Object.assign(error, { exitCode: 3 });
    throw error;
  }
}
