import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type MixedRun, startMixedRun } from '../support/mixed-run.ts';
import { root, until } from '../support/pipeline.ts';
import { sinkRows } from '../support/sink-rows.ts';
import { topicRecords } from '../support/topic-records.ts';
import { identity, type Row, runConsumer, startConsumer } from './run-consumer.ts';
import { consumers, goRun, javaWith, pythonWith, shellWithKafka, usable } from './toolchains.ts';

// The programs of docs/topics/consumers, unchanged, against a real pipeline: each has to give exactly the rows of the sink.
const brokers = inject('brokers');
const folder = mkdtempSync(join(tmpdir(), 'meanwhile-interop-'));
let run: MixedRun;
let topic: string;
let wanted: Record<string, Row>;

beforeAll(async () => {
  run = await startMixedRun({ brokers, name: 'interop' });
  topic = run.pipeline.outputTopic;
  const sink = await run.pipeline.start('sink');
  const rows = [...(await sinkRows(sink.port)).values()] as Row[];
  wanted = Object.fromEntries(rows.map((row) => [identity(row), row]));
});
afterAll(async () => {
  await run.pipeline.stop();
  rmSync(folder, { recursive: true });
});

test('the topic tells readers apart: uncommitted and older results are not what is wanted', async () => {
  expect(Object.keys(wanted).length).toBeGreaterThan(500);
  const newest = async (isolation: 'read_committed' | 'read_uncommitted') => {
    const partitions = await topicRecords(brokers, topic, isolation);
    const rows = partitions.flatMap((records, partition) =>
      records.map(({ value }) => ({ ...JSON.parse(Buffer.from(value!).toString()), partition }) as Row),
    );
    rows.sort((a, b) => a.revision - b.revision);
    return { count: rows.length, rows: Object.fromEntries(rows.map((row) => [identity(row), row])) };
  };
  const committed = await newest('read_committed');
  expect(committed.rows).toEqual(wanted);
  expect(committed.count).toBeGreaterThan(Object.keys(wanted).length);
  expect((await newest('read_uncommitted')).rows).not.toEqual(wanted);
});

test('Python: confluent-kafka to pandas', async (ctx) => {
  const python = usable(ctx, await pythonWith(join(consumers, 'python/requirements.txt')));
  const program = join(consumers, 'python/newest_averages.py');
  expect(await runConsumer([...python, program, brokers, topic])).toEqual(wanted);
});

test('Java: the plain consumer', async (ctx) => {
  const java = usable(ctx, await javaWith(join(consumers, 'java/pom.xml')));
  const program = join(consumers, 'java/NewestAverages.java');
  expect(await runConsumer([...java, program, brokers, topic])).toEqual(wanted);
});

test('Java: Kafka Streams', async (ctx) => {
  const java = usable(ctx, await javaWith(join(consumers, 'java/pom.xml')));
  const program = join(consumers, 'java/StreamAverages.java');
  const running = startConsumer([...java, program, brokers, topic]);
  // It goes on for ever and prints each newer result: the last of each counts, and nothing of an aborted transaction.
  const printed = () => Object.fromEntries(running.rows().map((row) => [identity(row), row]));
  try {
    await Promise.race([
      running.ended,
      until('every result is printed', 300_000, () => isDeepStrictEqual(printed(), wanted), 500),
    ]);
  } finally {
    running.stop();
    await running.ended;
  }
  expect(printed()).toEqual(wanted);
  expect(running.rows().filter(({ revision }) => revision > 1_000)).toEqual([]);
});

test('Go: franz-go', async (ctx) => {
  const go = usable(ctx, await goRun(join(consumers, 'go')));
  expect(await runConsumer([...go, brokers, topic], { cwd: join(consumers, 'go') })).toEqual(wanted);
});

test('Node: kafkajs', async () => {
  const program = join(consumers, 'node/newest-averages.mjs');
  expect(await runConsumer([process.execPath, program, brokers, topic])).toEqual(wanted);
});

test('shell: kafka-console-consumer and jq', async (ctx) => {
  const shell = await shellWithKafka();
  if (typeof shell === 'string') return ctx.skip(shell);
  const program = join(consumers, 'shell/newest-averages.sh');
  const rows = await runConsumer([...shell.command, program, brokers, topic], { env: { PATH: shell.path } });
  expect(rows).toEqual(wanted);
});

test.for(['batch', 'streaming'])('Flink SQL on a MiniCluster, %s', async (mode, ctx) => {
  const java = usable(ctx, await javaWith(join(root, 'test/interop/flink/pom.xml')));
  const program = join(root, 'test/interop/flink/RunSql.java');
  const query = 'SELECT * FROM newest_averages';
  const running = startConsumer([...java, ...OPENED, program, mode, flinkStatements(), query]);
  await running.ended;
  const rows: Record<string, Row> = {};
  for (const { op, kafka_partition, event_time, ...fields } of running.rows()) {
    const row = { ...fields, partition: kafka_partition } as Row;
    expect(event_time).toBe(row.window_end);
    if (op === '+I' || op === '+U') rows[identity(row)] = row;
    else delete rows[identity(row)];
  }
  expect(rows).toEqual(wanted);
});

/** What Flink needs of Java 17, as its own scripts give it. */
const OPENED = ['java.lang', 'java.util', 'java.time', 'java.nio'].flatMap((name) => [
  '--add-opens',
  `java.base/${name}=ALL-UNNAMED`,
]);

/** The documented statements with this run's address and topic, which each stand there once. */
function flinkStatements(): string {
  const text = readFileSync(join(consumers, 'flink/averages.sql'), 'utf8');
  const replaced = [
    ["'localhost:9092'", `'${brokers}'`],
    ["'averages'", `'${topic}'`],
  ] as const;
  const path = join(folder, 'averages.sql');
  for (const [documented] of replaced) expect(text.split(documented)).toHaveLength(2);
  writeFileSync(
    path,
    replaced.reduce((sql, [documented, ours]) => sql.replace(documented, ours), text),
  );
  return path;
}
