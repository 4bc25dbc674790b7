import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Cluster, errorCode, KafkaError, startReader } from '@meanwhile/kafka';
import { topicNames } from '@meanwhile/records';
import { loadSettings, settingsTable } from '@meanwhile/service';
import { z } from 'zod';
import { type Command, type CommandContext, UsageError } from '../command.ts';
import { connectionOf, kafkaOnly, pipelineSettings, withCluster } from '../kafka-only.ts';
import { frame } from './frame.ts';
import { createStatusReport, type Status } from './gather-status.ts';
import { statusTable } from './status-table.ts';

const REFRESH_MS = 1_000;
const schema = z.object({ ...kafkaOnly, ...pipelineSettings });

export const status: Command = {
  name: 'status',
  summary: 'partitions, owners, watermarks, lag, totals, snapshots, settings',
  help: `Usage: npm run meanwhile -- status [--watch | --once] [--json]
  --watch  a new table every second until Ctrl-C; on a terminal this is what happens unless told otherwise
  --once   one table
  --json   one JSON object (with --watch one a line, every second); times in ms since the epoch

Examples:
  npm run meanwhile -- status
  npm run --silent meanwhile -- status --json | jq '.partitions[] | {partition, owner, lag}'
  INPUT_TOPIC=trades OUTPUT_TOPIC=trade-averages GROUP_ID=trades npm run meanwhile -- status --once

Columns: watermark: the event time that the partition has reached; behind: how old it is; committed: when the last
stretch of input became visible; lag: input that is not averaged yet; read = averaged + late + dead; snapshot: size
and age of the newest copy of the state, from which a replica that takes over goes on.
Read from the journal and the group, which are left as they are: it may be asked at any time.

Exit codes: 0 shown, 1 a topic is missing or no broker answers, 2 bad settings.

${settingsTable(schema)}`,

  async run(args, context) {
    const { values } = parseArgs({
      args: [...args],
      options: { watch: { type: 'boolean' }, once: { type: 'boolean' }, json: { type: 'boolean' } },
    });
    if (values.watch && values.once) throw new UsageError('--watch and --once: wanted one of them');
    const isJson = values.json === true;
    const isWatched = values.watch ?? (!values.once && !isJson && context.terminal !== undefined);
    const s = loadSettings({ schema, env: context.env, service: 'meanwhile status', warn: context.warn });
    const { connection, logger } = connectionOf(s, 'meanwhile-status');
    const names = topicNames(s.OUTPUT_TOPIC);
    const topics = { input: s.INPUT_TOPIC, averages: names.averages, journal: names.journal };
    await withCluster(connection, logger, async (cluster) => {
      const partitions = await commonPartitions(cluster, topics);
      const reader = startReader(cluster, { logger });
      const report = createStatusReport({
        cluster,
        reader,
        groupId: s.GROUP_ID,
        topics,
        partitions,
        now: Date.now,
      });
      try {
        if (isWatched) await watch(report, { ...context, isJson });
        else show(await report(), { ...context, isJson });
      } finally {
        await reader.close();
      }
    });
    return 0;
  },
};

/** Until Ctrl-C, which is the way to end it and no failure. */
async function watch(
  report: () => Promise<Status>,
  context: CommandContext & { isJson: boolean },
): Promise<void> {
  const stop = new AbortController();
  const ended = once(process, 'SIGINT', { signal: stop.signal }).then(() => 'ended' as const);
  ended.catch(() => {}); // the wait for it is over
  try {
    for (;;) {
      const next = await Promise.race([ended, report()]);
      if (next === 'ended') return;
      show(next, { ...context, isRepeated: true });
      if ((await Promise.race([ended, sleep(REFRESH_MS, undefined, stop)])) === 'ended') return;
    }
  } finally {
    stop.abort();
  }
}

function show(
  status: Status,
  { print, terminal, isJson, isRepeated }: CommandContext & { isJson: boolean; isRepeated?: boolean },
): void {
  if (isJson) {
    print(JSON.stringify(status));
    return;
  }
  const lines = statusTable(status);
  if (terminal === undefined || !isRepeated) {
    print(lines.join('\n'));
    return;
  }
  print(frame(lines, terminal.size()));
}

/** @throws Error naming the topic that is missing, or whose partitions are not those of the input. */
async function commonPartitions(cluster: Cluster, topics: Status['topics']): Promise<number> {
  const input = await partitionsOf(cluster, topics.input);
  const journal = await partitionsOf(cluster, topics.journal);
  if (input === journal) return input;
  throw new Error(
    `${topics.journal}: ${journal} partitions, wanted ${input} as in ${topics.input}\nsee \`npm run meanwhile -- topics --dry-run\``,
  );
}

async function partitionsOf(cluster: Cluster, topic: string): Promise<number> {
  try {
    return await cluster.partitionCount(topic);
  } catch (error) {
    if (!(error instanceof KafkaError) || error.code !== errorCode.unknownTopicOrPartition) throw error;
    throw new Error(
      `${topic}: the topic does not exist\ncreate the topics with \`npm run meanwhile -- topics\``,
      {
        cause: error,
      },
    );
  }
}
