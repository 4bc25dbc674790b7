import { join } from 'node:path';
import { type CommitEntry, parseJournalValue, partitionFor } from '@meanwhile/records';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { schemas } from '../../deploy/contract/messages.ts';
import { identity, type Row, runConsumer } from '../interop/run-consumer.ts';
import type { LogRecord } from '../support/checker-types.ts';
import { MIXED_PARTITIONS, MIXED_WINDOWS, type MixedRun, startMixedRun } from '../support/mixed-run.ts';
import { root, until } from '../support/pipeline.ts';
import { topicRecords } from '../support/topic-records.ts';

// Every message of a run that has everything is held against the published schemas and what the topic pages say.
type Fields = Record<string, unknown>;
type Place = LogRecord & { partition: number };

const brokers = inject('brokers');
const ajv = new Ajv2020({ allowUnionTypes: true });
const text = (bytes: Uint8Array | null) => Buffer.from(bytes!).toString();
let run: MixedRun;
let topics: Record<'input' | 'averages' | 'late' | 'deadLetters' | 'journal', Place[]>;

beforeAll(async () => {
  run = await startMixedRun({ brokers, name: 'contract', env: { IDLE_TIMEOUT: '1s' } });
  const { inputTopic, outputTopic } = run.pipeline;
  const read = async (topic: string) =>
    (await topicRecords(brokers, topic)).flatMap((records, partition) =>
      records.map((record) => ({ ...record, partition })),
    );
  await until('a stretch of silence is committed', 30_000, async () =>
    entries(await read(`${outputTopic}-journal`)).some((entry) => entry.from_offset === entry.next_offset),
  );
  // It writes a snapshot as it ends.
  expect(await run.aggregator.stop()).toBe(0);
  topics = {
    input: await read(inputTopic),
    averages: await read(outputTopic),
    late: await read(`${outputTopic}-late`),
    deadLetters: await read(`${outputTopic}-dead-letters`),
    journal: await read(`${outputTopic}-journal`),
  };
});
afterAll(() => run.pipeline.stop());

test('prices: the schema takes what was averaged and refuses what was not', () => {
  const bad = new Set(topics.deadLetters.map(({ headers }) => inputOf(headers)));
  const verdicts = topics.input.map(({ value, partition, offset }) => {
    const isValid = isJson(text(value)) && ajv.validate(schemas['price']!, JSON.parse(text(value)));
    expect(isValid, `${partition}/${offset}: ${text(value)}`).toBe(!bad.has(`${partition}/${offset}`));
    return isValid;
  });
  expect(verdicts.filter(Boolean)).toHaveLength(run.sent.good);
});

test('averages: every message is as published, of all windows and with all aggregates', () => {
  const messages = topics.averages.map(({ value }) => published('average', text(value)));
  expect(new Set(messages.map((message) => message['window']))).toEqual(new Set(MIXED_WINDOWS));
  expect(messages.some((message) => (message['revision'] as number) > 1)).toBe(true);
  expect(new Set(messages.map((message) => message['is_final']))).toEqual(new Set([true, false]));
  for (const message of messages)
    expect(Object.keys(message)).toEqual(Object.keys(schemas['average']!.properties));
  expect(
    messages.some((message) => message['average'] === -1),
    'a result of an aborted transaction',
  ).toBe(false);
});

test('averages-late: every message is as published, partly late ones too', () => {
  const messages = topics.late.map(({ value }) => published('late-record', text(value)));
  const accepted = messages.map((message) => (message['accepted'] as string[]).length > 0);
  expect(new Set(accepted)).toEqual(new Set([true, false]));
});

test('averages-dead-letters: bytes as read, own headers first, ours as published', () => {
  expect(topics.deadLetters).toHaveLength(run.sent.bad);
  for (const { key, value, headers } of topics.deadLetters) {
    const [own, ...ours] = headers.map((header) => [header.key, text(header.value)] as const);
    expect(own![0]).toBe('traceparent');
    expect(ours.map(([name]) => name)).toEqual(Object.keys(schemas['dead-letter-headers']!.properties));
    published('dead-letter-headers', JSON.stringify(Object.fromEntries(ours)));
    const record = topics.input.find(
      ({ partition, offset }) => `${partition}/${offset}` === inputOf(headers),
    )!;
    expect([text(key), text(value)]).toEqual([text(record.key), text(record.value)]);
  }
});

test('averages-journal: entries are as published, and account for every record', () => {
  const kinds = topics.journal.map(({ key, value }) => {
    const kind = text(key);
    if (kind === 'snapshot') expect(text(value!.subarray(0, 4))).toBe('MWS1');
    else published(`journal-${kind}`, text(value));
    return kind;
  });
  expect(new Set(kinds)).toEqual(new Set(['settings', 'commit', 'snapshot']));
  const last = new Map(entries(topics.journal).map((entry) => [entry.partition, entry.totals]));
  const sum = (name: 'read' | 'late' | 'partly_late' | 'results' | 'dead_lettered') =>
    [...last.values()].reduce((total, totals) => total + totals[name], 0);
  expect(sum('read')).toBe(topics.input.length);
  expect(sum('results')).toBe(topics.averages.length);
  expect(sum('late') + sum('partly_late')).toBe(topics.late.length);
  expect(sum('dead_lettered')).toBe(topics.deadLetters.length);
});

test('the documented Node program reads exactly the newest committed results', async () => {
  const newest: Record<string, Row> = {};
  for (const { value, partition } of topics.averages) {
    const row = { ...JSON.parse(text(value)), partition } as Row;
    if (row.revision > (newest[identity(row)]?.revision ?? 0)) newest[identity(row)] = row;
  }
  const program = join(root, 'docs/topics/consumers/node/newest-averages.mjs');
  const rows = await runConsumer([process.execPath, program, brokers, run.pipeline.outputTopic]);
  expect(rows).toEqual(newest);
});

describe('of every topic', () => {
  test.each(['averages', 'late'] as const)('%s: the key is the symbol, the partition its own', (name) => {
    for (const { key, value, partition, headers } of topics[name]) {
      expect(JSON.parse(text(value)).symbol).toBe(text(key));
      expect(partitionFor(key!, MIXED_PARTITIONS)).toBe(partition);
      expect(headers).toEqual([]);
    }
  });

  test('timestamps are append times', () => {
    for (const record of Object.values(topics).flat()) expect(record.isLogAppendTime).toBe(true);
  });
});

/** The message, if the published schema takes it and has all its fields. */
function published(name: string, json: string): Fields {
  const message = JSON.parse(json) as Fields;
  ajv.validate(schemas[name]!, message);
  expect(ajv.errors ?? [], json).toEqual([]);
  const known = Object.keys(schemas[name]!.properties);
  expect(Object.keys(message).filter((field) => !known.includes(field))).toEqual([]);
  return message;
}

function entries(journal: Place[]): (CommitEntry & { partition: number })[] {
  return journal.flatMap(({ value, partition }) => {
    const entry = parseJournalValue(value!);
    return entry?.type === 'commit' ? [{ ...(entry as CommitEntry), partition }] : [];
  });
}

function inputOf(headers: LogRecord['headers']): string {
  const [partition, offset] = ['input_partition', 'input_offset'].map((name) =>
    text(headers.find(({ key }) => key === name)!.value),
  );
  return `${partition}/${offset}`;
}

function isJson(value: string): boolean {
  try {
    return typeof JSON.parse(value) === 'object';
  } catch {
    return false;
  }
}
