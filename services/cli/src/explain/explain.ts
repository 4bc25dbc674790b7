import { parseArgs } from 'node:util';
import {
  ExplainError,
  type ExplainFault,
  type ExplainQuery,
  type Explanation,
  explain as explainResult,
  RECORDS_LISTED_MAX,
} from '@meanwhile/explain';
import { loadSettings, settingsTable } from '@meanwhile/service';
import { z } from 'zod';
import type { Command, CommandContext } from '../command.ts';
import { connectionOf, kafkaOnly, pipelineSettings, withCluster } from '../kafka-only.ts';
import { explanationLines } from './explanation-lines.ts';
import { parseTime } from './parse-time.ts';
import { plain } from './plain.ts';

const schema = z.object({
  ...kafkaOnly,
  INPUT_TOPIC: pipelineSettings.INPUT_TOPIC,
  OUTPUT_TOPIC: pipelineSettings.OUTPUT_TOPIC,
});

/** What was asked wrongly; every other fault is about what there is. */
const USAGE_FAULTS: readonly ExplainFault[] = ['bad_query', 'unknown_window', 'several_windows'];

export const explain: Command = {
  name: 'explain',
  summary: 'show what a published value is made of, recomputed from the input',
  help: `Usage: npm run meanwhile -- explain <symbol> <window_end> [--window <name>] [--partition <number>] [--json]
  <window_end>          as published: ms since the epoch, or a time such as 2026-01-31T12:00:00.000Z
  --window <name>       such as tumbling-1m; needed only where several definitions have a window that ends there
  --partition <number>  needed only where the producer does not place keys by murmur2
  --json                one JSON object, as GET /api/v1/explain gives it

Shows the input records behind the newest revision of a window, the same aggregates recomputed from them
beside the published ones, earlier revisions, records that came too late, dead letters of the key, and the
journal entry of the transaction that published it. Reads at most 1,000,000 records in at most 10 s and says
where that cut something short. Nothing is changed.

Examples:
  npm run meanwhile -- explain ACME 1700000040000 --window tumbling-1m
  npm run meanwhile -- explain ACME 2026-01-31T12:00:00.123Z --json | jq .comparison
  npm run meanwhile -- explain -- -ODD- 1700000040000      # a symbol that begins with a dash

Exit codes: 0 published and recomputed agree; 1 they differ, or there is nothing to explain; 2 bad arguments or settings.

${settingsTable(schema)}`,

  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { window: { type: 'string' }, partition: { type: 'string' }, json: { type: 'boolean' } },
    });
    const query = queryOf(positionals, values, context.warn);
    if (query === undefined) return 2;
    try {
      const explanation = await explained(
        query,
        context,
        values.json === true ? RECORDS_LISTED_MAX : undefined,
      );
      if (values.json) context.print(JSON.stringify(explanation));
      else for (const line of explanationLines(explanation)) context.print(line);
      return explanation.matches === true ? 0 : 1;
    } catch (error) {
      if (!(error instanceof ExplainError)) throw error;
      context.warn(plain(error.message));
      return USAGE_FAULTS.includes(error.code) ? 2 : 1;
    }
  },
};

/** @returns undefined where faults were said */
function queryOf(
  positionals: string[],
  values: { window?: string; partition?: string },
  warn: (line: string) => void,
): ExplainQuery | undefined {
  const [symbol, end, ...more] = positionals;
  const faults: string[] = [];
  if (symbol === undefined || end === undefined || more.length > 0) {
    faults.push(`arguments: ${positionals.length}, wanted <symbol> <window_end>; see explain --help`);
  }
  const windowEndMs = end === undefined ? undefined : parseTime(end);
  if (end !== undefined && windowEndMs === undefined) {
    faults.push(`window_end: ${end}, wanted ms since the epoch or a time such as 2026-01-31T12:00:00.000Z`);
  }
  const { partition, window } = values;
  if (partition !== undefined && !/^[0-9]{1,6}$/.test(partition)) {
    faults.push(`--partition: ${partition}, wanted a whole number from 0`);
  }
  for (const fault of faults) warn(plain(fault));
  if (faults.length > 0) return undefined;
  return {
    symbol: symbol!,
    windowEndMs: windowEndMs!,
    ...(window !== undefined && { window }),
    ...(partition !== undefined && { partition: Number(partition) }),
  };
}

async function explained(
  query: ExplainQuery,
  { env, warn }: CommandContext,
  recordsListed: number | undefined,
): Promise<Explanation> {
  const s = loadSettings({ schema, env, service: 'meanwhile explain', warn });
  const { connection, logger } = connectionOf(s, 'meanwhile-explain');
  return withCluster(connection, logger, (cluster) =>
    explainResult(query, {
      cluster,
      inputTopic: s.INPUT_TOPIC,
      outputTopic: s.OUTPUT_TOPIC,
      logger,
      ...(recordsListed !== undefined && { recordsListed }),
    }),
  );
}
