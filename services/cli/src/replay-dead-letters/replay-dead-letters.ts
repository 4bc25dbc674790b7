import {
  type Cluster,
  describeTopic,
  FencedError,
  type Logger,
  type Reader,
  startReader,
} from '@meanwhile/kafka';
import { DEAD_LETTER_REASONS as REASONS, type TopicNames, topicNames } from '@meanwhile/records';
import { loadSettings, settingsTable } from '@meanwhile/service';
import { z } from 'zod';
import type { Command } from '../command.ts';
import { connectionOf, kafkaOnly, pipelineSettings, withCluster } from '../kafka-only.ts';
import { journalTail } from '../status/journal-tail.ts';
import type { Assignment, TimeUnit } from './change-value.ts';
import { parseWanted, type Wanted } from './parse-wanted.ts';
import { type LaneResult, type Replay, replayLane } from './replay-lane.ts';
import { reportOf, reportTable } from './replay-report.ts';
import { scanDeadLetters, type WaitingLane } from './scan-dead-letters.ts';

const schema = z.object({ ...kafkaOnly, ...pipelineSettings });

export const replayDeadLetters: Command = {
  name: 'replay-dead-letters',
  summary: 'send dead letters to the input again, each once (dry run unless --yes)',
  help: `Usage: npm run meanwhile -- replay-dead-letters [--reason <reason>,…] [--set <field>=<value>]… [--since <time>]
                                              [--limit <n>] [--yes] [--json]
  --reason <reason>      only these, a comma list of
                         ${REASONS.slice(0, 7).join(', ')},
                         ${REASONS.slice(7).join(', ')}
  --set <field>=<value>  set a field of the JSON value, as often as wanted: a JSON value, else a text. The field is a top-level name,
                         else a dotted path; all else stays as it was. <field>=now: the time of sending, in the pipeline's TIME_UNIT
  --since <time>         only what became a dead letter at that time or later: 2026-11-24T10:00:00Z, or 2h for so long ago
  --limit <n>            at most so many
  --yes                  do it; without it nothing is sent and what would be is shown
  --json                 one JSON object

Examples:
  npm run meanwhile -- replay-dead-letters                                      what waits, by reason
  npm run meanwhile -- replay-dead-letters --reason no_value --set price=100.5  what that would change
  npm run meanwhile -- replay-dead-letters --reason timestamp_ahead --yes       a clock was wrong; by now its times have come
  npm run meanwhile -- replay-dead-letters --reason bad_timestamp --set timestamp=now --limit 10 --yes

A dead letter goes to the input partition that it came from, with key, value and headers of the record that was read, and a header
replayed_from: <topic>/<partition>/<offset>. Its event time stays what it was: where the windows around it are closed by now, it is a
late record; --set timestamp=now puts it into those of today instead. What still cannot be averaged is a new dead letter.

Each dead letter is sent once, also when this is killed in the middle and run again: records and the place reached are committed in one
transaction. Places are kept for each reason, as offsets of the groups <GROUP_ID>-replay-<reason>. Brokers forget them a week after
the last replay (offsets.retention.minutes): after that say --since, so that older ones are not sent again.
What cannot be sent is left out and named: with --set a value that is no JSON object, a record that the input has no room for. It stays
in the topic, behind the place reached.

Exit codes: 0 done or shown, 1 failed, 2 bad settings or arguments.

${settingsTable(schema)}`,

  async run(args, context) {
    const wanted = parseWanted(args);
    const service = 'meanwhile replay-dead-letters';
    const s = loadSettings({ schema, env: context.env, service, warn: context.warn });
    const { connection, logger } = connectionOf(s, 'meanwhile-replay');
    const topics = { input: s.INPUT_TOPIC, groupId: s.GROUP_ID, outputs: topicNames(s.OUTPUT_TOPIC) };
    const report = await withCluster(connection, logger, async (cluster) => {
      const reader = startReader(cluster, { logger });
      try {
        const replay = await prepare({ cluster, reader, logger, ...topics, ...wanted });
        const waiting = await scanAll(replay, wanted);
        const results = wanted.isDryRun ? undefined : await send(replay, waiting, wanted);
        return reportOf(replay, waiting, { ...wanted, results });
      } finally {
        await reader.close();
      }
    });
    if (wanted.isJson) context.print(JSON.stringify(report));
    else for (const line of reportTable(report)) context.print(line);
    return 0;
  },
};

/** Looks at the topics. @throws Error naming the one that is missing, or has other partitions than the input */
async function prepare(o: {
  cluster: Cluster;
  reader: Reader;
  logger: Logger;
  input: string;
  groupId: string;
  outputs: TopicNames;
  assignments: Assignment[];
}): Promise<Replay & { partitions: number }> {
  const { cluster, reader, logger, groupId, input, assignments, outputs } = o;
  const { deadLetters, journal } = outputs;
  const [found, foundLetters] = await Promise.all([
    describeTopic(cluster, input),
    describeTopic(cluster, deadLetters),
  ]);
  if (found === undefined) throw new Error(`${input}: the input topic does not exist`);
  if (foundLetters?.partitions !== found.partitions) {
    const partitions = foundLetters?.partitions ?? 'no';
    throw new Error(`${deadLetters}: ${partitions} partitions, wanted ${found.partitions} as in ${input}`);
  }
  const needsUnit = assignments.some(({ json }) => json === undefined);
  return {
    cluster,
    reader,
    logger,
    groupId,
    input,
    deadLetters,
    assignments,
    recordBytesMax: Number(found.config['max.message.bytes']),
    timeUnit: needsUnit ? await timeUnitOf(cluster, reader, { journal, partitions: found.partitions }) : 'ms',
    partitions: found.partitions,
  };
}

/** As the journal's settings have it: a time in another unit would be one of another age. */
async function timeUnitOf(
  cluster: Cluster,
  reader: Reader,
  { journal, partitions }: { journal: string; partitions: number },
): Promise<TimeUnit> {
  for (let partition = 0; partition < partitions; partition++) {
    const { settings } = await journalTail(cluster, reader, { topic: journal, partition }).read();
    if (settings !== undefined) return settings.settings['timeUnit'] as TimeUnit;
  }
  throw new Error(`${journal}: no settings, wanted those of the aggregator, for the unit of its times`);
}

async function scanAll(
  replay: Replay & { partitions: number },
  { reasons, sinceMs }: Wanted,
): Promise<WaitingLane[]> {
  const waiting: WaitingLane[] = [];
  for (let partition = 0; partition < replay.partitions; partition++) {
    waiting.push(...(await scanDeadLetters(replay, partition, { reasons, sinceMs })));
  }
  return waiting;
}

/** One lane after the other. @returns what became of each */
async function send(
  replay: Replay,
  waiting: readonly WaitingLane[],
  { recordsMax }: Wanted,
): Promise<Map<WaitingLane, LaneResult>> {
  const results = new Map<WaitingLane, LaneResult>();
  let left = recordsMax;
  for (const lane of waiting) {
    if (left === 0) break;
    if (lane.toSend === 0) continue;
    const result = await replayLane(replay, lane, { ...lane, recordsMax: left }).catch((cause: unknown) => {
      if (!(cause instanceof FencedError)) throw cause;
      throw new Error(`partition ${lane.partition}, ${lane.reason}: another replay has begun`, { cause });
    });
    results.set(lane, result);
    left -= result.sent;
  }
  return results;
}
