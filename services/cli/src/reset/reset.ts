import { parseArgs } from 'node:util';
import { FencedError, startReader } from '@meanwhile/kafka';
import { topicNames } from '@meanwhile/records';
import { loadSettings, settingsTable } from '@meanwhile/service';
import { z } from 'zod';
import { type Command, type CommandContext, UsageError } from '../command.ts';
import { connectionOf, kafkaOnly, pipelineSettings, withCluster } from '../kafka-only.ts';
import { spokenCount } from '../spoken.ts';
import { type Column, textTable } from '../text-table.ts';
import { executeReset } from './execute-reset.ts';
import { parseStart, type ResetStart } from './parse-start.ts';
import {
  type PartitionPlan,
  planReset,
  type ResetPlan,
  type ResetTarget,
  spokenStart,
} from './plan-reset.ts';

const schema = z.object({ ...kafkaOnly, ...pipelineSettings });

export const reset: Command = {
  name: 'reset',
  summary: 'start over, or begin again from a time or an offset (dry run unless --yes)',
  help: `Usage: npm run meanwhile -- reset [--to <where>] [--partition <n>,…] [--yes] [--json]
  --to <where>     where each partition begins again; without it everything starts over, as on the first day
                   2026-11-24T10:00:00Z  with the first record appended at that time or later
                   2h                    the same, so long ago
                   offset:48211          at that offset of the input, which each of the partitions must have
                   latest                at the end: what is there now is not averaged
  --partition <n>  only these partitions, a comma list
  --yes            do it; without it nothing is changed and the plan is shown
  --json           one JSON object

Examples:
  npm run meanwhile -- reset                            what starting over would do
  npm run meanwhile -- reset --yes                      start over
  npm run meanwhile -- reset --to 2h --yes              forget what is older than two hours
  npm run meanwhile -- reset --partition 3 --yes        partition 3 only, say for a damaged journal

All replicas of the aggregator must be stopped: refused while the group has live members. Then the averages, late records, dead
letters and journal entries of the partitions are deleted from their topics (the topics, their offsets and settings stay), since the
results come again, with revisions from 1 on. The journal decides where an aggregator goes on: moving the group's offsets by hand
has no effect. Start the aggregator afterwards, with the settings that you like.
Begun at a given place, the first windows are partial: they hold what came from there on.
To keep what is published choose another OUTPUT_TOPIC and GROUP_ID instead: both can run side by side.
Dead letters are deleted too: replay first those that you want (\`replay-dead-letters\`).
A sink notices and reads the averages from their start again; one that was down for more than an hour after a reset may not: delete its
DATABASE then, before it starts.
Killed in the middle, the partitions that are not done refuse to start: run it again.

Exit codes: 0 done or shown, 1 refused, or failed on the way, 2 bad settings or arguments.

${settingsTable(schema)}`,

  async run(args, context) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        to: { type: 'string' },
        partition: { type: 'string', multiple: true },
        yes: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    const start = parseStart(values.to, Date.now());
    const only = parsePartitions(values.partition);
    const s = loadSettings({ schema, env: context.env, service: 'meanwhile reset', warn: context.warn });
    const { connection, logger } = connectionOf(s, 'meanwhile-reset');
    return withCluster(connection, logger, async (cluster) => {
      const reader = startReader(cluster, { logger });
      const outputs = topicNames(s.OUTPUT_TOPIC);
      const target = { cluster, reader, groupId: s.GROUP_ID, input: s.INPUT_TOPIC, outputs };
      try {
        const plan = await planReset(target, start, only);
        const isDryRun = values.yes !== true;
        const isRefused = !isDryRun && plan.refusals.length > 0;
        if (!values.json) for (const line of planLines(target, start, plan)) context.print(line);
        if (!isDryRun && !isRefused) {
          await execute(target, plan, { ...context, logger, isSilent: values.json === true });
        }
        if (values.json) context.print(JSON.stringify(asJson(start, plan, isDryRun)));
        else context.print(isDryRun ? DRY_RUN : isRefused ? 'Refused: nothing is changed.' : DONE);
        return isRefused ? 1 : 0;
      } finally {
        await reader.close();
      }
    });
  },
};

const DRY_RUN = 'Nothing is changed. With --yes it is done.';
const DONE = 'Done. Start the aggregator, under the settings that you like.';

async function execute(
  target: ResetTarget,
  plan: ResetPlan,
  {
    print,
    logger,
    isSilent,
  }: CommandContext & { isSilent: boolean } & Pick<Parameters<typeof executeReset>[2], 'logger'>,
): Promise<void> {
  const onReset = ({ partition, begins_at }: PartitionPlan) => {
    if (!isSilent)
      print(`partition ${partition}: ${begins_at === null ? 'starts over' : `begins at ${begins_at}`}`);
  };
  try {
    await executeReset(target, plan, { logger, instanceId: 'meanwhile-reset', onReset });
  } catch (cause) {
    if (!(cause instanceof FencedError)) throw cause;
    throw new Error(
      'an aggregator has started while partitions were being reset\nstop it and run this again',
      { cause },
    );
  }
}

/** @throws UsageError */
function parsePartitions(texts: readonly string[] | undefined): number[] | undefined {
  if (texts === undefined) return undefined;
  const partitions = texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      if (!/^\d{1,6}$/.test(text.trim()))
        throw new UsageError(`--partition ${text}: wanted a partition's number, or a comma list`);
      return Number(text);
    });
  return [...new Set(partitions)].toSorted((a, b) => a - b);
}

const columns: Column[] = [
  { title: 'partition', align: 'right' },
  { title: 'has read to', align: 'right' },
  { title: 'begins at', align: 'right' },
  { title: 'input', align: 'right' },
  { title: 'to be deleted: averages', align: 'right' },
  { title: 'late', align: 'right' },
  { title: 'dead letters', align: 'right' },
  { title: 'journal', align: 'right' },
];

function planLines(
  { groupId, input, outputs }: ResetTarget,
  start: ResetStart,
  { partitions, refusals }: ResetPlan,
): string[] {
  const rows = partitions.map(({ partition, position, begins_at, input_start, input_end, deleted }) => [
    String(partition),
    position === null ? '-' : String(position),
    begins_at === null ? 'START' : String(begins_at),
    `${input_start}-${input_end}`,
    ...[deleted.averages, deleted.late, deleted.dead_letters, deleted.journal].map(spokenCount),
  ]);
  return [
    `${input} → ${outputs.averages}, group ${groupId}: ${spokenStart(start)}`,
    '',
    ...textTable(columns, rows),
    '',
    ...refusals.map((refusal) => `refused: ${refusal}`),
  ];
}

function asJson(start: ResetStart, { partitions, refusals }: ResetPlan, isDryRun: boolean) {
  return { dry_run: isDryRun, is_done: !isDryRun && refusals.length === 0, start, refusals, partitions };
}
