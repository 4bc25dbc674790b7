import { ExplainError, type Explanation } from '@meanwhile/explain';
import { deleteRecordsBefore } from '@meanwhile/kafka';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { makePipeline, type Pipeline } from '../support/pipeline.ts';
import { readTopic } from '../support/plain-topics.ts';
import { type Message, openExplainer, price, runExplain, send, T0 } from './explain-pipeline.ts';

const brokers = inject('brokers');
/** A name that would be markup, a command to a terminal, or another name, if anything took it for more than text. */
const HOSTILE = '</script>"\u001b[2J\u202e\u0000\n=1+1,😀';
const COMMITTED_MS = 60_000;

let pipeline: Pipeline;
let explainer: Awaited<ReturnType<typeof openExplainer>>;
const ask: typeof explainer.ask = (...of) => explainer.ask(...of);

// ACME: a price each second, 0 s to 59 s. In between:
//   each 2 s     L, up to 40 s: one session
//   behind 10 s  HOSTILE 10 s and 11 s
//   behind 29 s  a dead letter of ACME, and ACME 1 s, which all its aligned windows and its own sliding one have closed on
//   behind 40 s  T 35 31 32 30 s: at watermark 40 s the session (gap 3 s, grace 5 s) of 35 s is open. 31 s is too late for one of its
//                own and 4 s away: missed. 32 s joins, then 30 s joins: the session is 30 s to 35 s, 31 s lies inside and is not in it.
const messages: Message[] = [];
for (let second = 0; second < 60; second++) {
  messages.push(price('ACME', 100 + second / 10, second * 1_000));
  if (second % 2 === 0 && second <= 40) messages.push(price('L', second, second * 1_000));
  if (second === 10) messages.push(price(HOSTILE, 5, 10_000), price(HOSTILE, 6, 11_000));
  if (second === 29) messages.push({ key: 'ACME', value: '{"price":' }, price('ACME', 7, 1_000));
  if (second === 40) for (const at of [35, 31, 32, 30]) messages.push(price('T', at, at * 1_000));
}

/** Offsets of the good prices of a key from `fromMs` to `toMs`, both inside, that are not late. */
function offsetsOf(key: string, fromMs: number, toMs: number): number[] {
  return messages.flatMap((message, offset) => {
    if (message.key !== key || !message.value.endsWith('}') || message.value.includes('"price":7,'))
      return [];
    const timeMs = JSON.parse(message.value).timestamp - T0;
    return timeMs >= fromMs && timeMs <= toMs ? [offset] : [];
  });
}

async function fault(asked: Promise<Explanation>): Promise<{ code: string; message: string }> {
  const error = await asked.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(ExplainError);
  return error as ExplainError;
}

beforeAll(async () => {
  pipeline = await makePipeline({
    brokers,
    name: 'explain',
    env: {
      PARTITIONS: '1',
      WINDOWS: 'sliding:10s,tumbling:20s,hopping:20s/5s,session:3s',
      IDLE_TIMEOUT: 'off',
    },
  });
  await pipeline.start('aggregator');
  await send(brokers, pipeline.inputTopic, messages);
  await pipeline.untilCommitted(COMMITTED_MS);
  explainer = await openExplainer(brokers, pipeline);
});

afterAll(async () => {
  await explainer?.close();
  await pipeline?.stop();
});

describe('a result is explained by its records', () => {
  test.each([
    ['sliding-10s', 20_000, [10_000, 20_000], 'settled'],
    ['sliding-10s', 59_000, [49_000, 59_000], 'open'],
    ['tumbling-20s', 40_000, [20_000, 39_000], 'final'],
    ['tumbling-20s', 60_000, [40_000, 59_000], 'open'],
    ['hopping-20s-5s', 35_000, [15_000, 34_000], 'final'],
  ] as const)('%s to %d ms', async (window, endMs, [fromMs, toMs], state) => {
    const explained = await ask('ACME', window, T0 + endMs);
    expect(explained).toMatchObject({
      symbol: 'ACME',
      window,
      window_end: T0 + endMs,
      state,
      matches: true,
      cut: [],
    });
    expect(explained.records.map(({ offset }) => offset)).toEqual(offsetsOf('ACME', fromMs, toMs));
    expect(explained.record_count).toBe(explained.published.record_count);
    const [first] = explained.records;
    expect(first).toMatchObject({ timestamp: T0 + fromMs, value: 100 + fromMs / 10_000 });
    expect(Math.abs(first!.append_time! - Date.now())).toBeLessThan(3_600_000);
    expect(explained.comparison.map(({ field }) => field)).toEqual([
      'window_start',
      'window_end',
      'record_count',
      'average',
      'total',
      'minimum',
      'maximum',
      'earliest',
      'latest',
      'stddev',
      'input_offset',
    ]);
  });

  test('its revisions, each against the records it counts, and the transaction of each', async () => {
    const { revisions, revision_count, journal } = await ask('ACME', 'tumbling-20s', T0 + 40_000);
    expect(revision_count).toBe(21);
    expect(revisions.map(({ revision }) => revision)).toEqual(Array.from({ length: 21 }, (_, i) => 21 - i));
    expect(revisions.map(({ is_final }) => is_final)).toEqual([true, ...Array(20).fill(false)]);
    expect(revisions.map(({ record_count }) => record_count)).toEqual([
      20,
      ...Array.from({ length: 20 }, (_, i) => 20 - i),
    ]);
    for (const revision of revisions) {
      expect(revision).toMatchObject({ matches: true, differs: [] });
      expect(revision.journal!.from_offset).toBeLessThanOrEqual(revision.input_offset);
      expect(revision.journal!.next_offset).toBeGreaterThan(revision.input_offset);
    }
    expect(journal).toEqual(revisions[0]!.journal);
    expect(journal!.watermark).toBeGreaterThanOrEqual(T0 + 45_000);
    expect(journal!.instance).toContain(pipeline.inputTopic);
  });

  test('who came too late, and the dead letters meanwhile', async () => {
    const lateOffset = messages.findIndex(({ value }) => value.includes('"price":7,'));
    const { late, dead_letters } = await ask('ACME', 'tumbling-20s', T0 + 20_000);
    expect(late).toMatchObject([
      { offset: lateOffset, timestamp: T0 + 1_000, value: 7, watermark: T0 + 29_000, late_by_ms: 28_000 },
    ]);
    expect(dead_letters).toMatchObject([{ offset: lateOffset - 1, reason: 'not_json' }]);
    expect((await ask('ACME', 'sliding-10s', T0 + 12_000)).late).toEqual([]);
  });

  test('a session, and the record inside it that is not in it', async () => {
    const explained = await ask('T', 'session-3s', T0 + 35_000);
    const [at35, at31, at32, at30] = offsetsOf('T', 0, 59_000) as [number, number, number, number];
    expect(explained).toMatchObject({
      window_start: T0 + 30_000,
      state: 'final',
      matches: true,
      record_count: 3,
    });
    expect(explained.records.map(({ offset }) => offset)).toEqual([at35, at32, at30]);
    expect(explained.late).toMatchObject([
      { offset: at31, timestamp: T0 + 31_000, accepted: ['sliding-10s', 'tumbling-20s', 'hopping-20s-5s'] },
    ]);
  });

  test('a session that is longer than every other window', async () => {
    const explained = await ask('L', 'session-3s', T0 + 40_000);
    expect(explained).toMatchObject({ window_start: T0, state: 'final', matches: true });
    expect(explained.records.map(({ offset }) => offset)).toEqual(offsetsOf('L', 0, 40_000));
  });

  test('a key of any characters', async () => {
    const explained = await ask(HOSTILE, 'sliding-10s', T0 + 11_000);
    expect(explained).toMatchObject({ symbol: HOSTILE, matches: true, record_count: 2 });
    expect(explained.records.map(({ offset }) => offset)).toEqual(offsetsOf(HOSTILE, 1_000, 11_000));
  });

  test('the definition need not be named where only one has a window that ends there', async () => {
    expect(await ask('ACME', undefined, T0 + 13_000)).toMatchObject({ window: 'sliding-10s', matches: true });
  });
});

test('a value that somebody else published is shown beside what its records give', async () => {
  const { published } = await ask('ACME', 'sliding-10s', T0 + 16_000);
  const { offset: _offset, written_at: _written, ...average } = published;
  const doctored = { ...average, average: average.average! + 1e-6, revision: average.revision + 1 };
  await send(brokers, pipeline.outputTopic, [{ key: 'ACME', value: JSON.stringify(doctored) }]);
  const explained = await ask('ACME', 'sliding-10s', T0 + 16_000);
  expect(explained.matches).toBe(false);
  expect(explained.comparison.filter(({ matches }) => !matches)).toEqual([
    { field: 'average', published: doctored.average, recomputed: average.average, matches: false },
  ]);
  expect(explained.revisions).toMatchObject([
    { revision: doctored.revision, matches: false, differs: ['average'] },
    { revision: average.revision, matches: true, differs: [] },
  ]);
});

test.each([
  ['an offset that the input does not have yet', 51_000, { input_offset: 1_000_000 }, ['input_offset']],
  ['a window that begins elsewhere', 52_000, { window_start: T0 + 42_001 }, ['window_start']],
  ['records that are not there', 53_000, { record_count: 12 }, ['record_count']],
])('so is %s', async (_what, endMs, change, differs) => {
  const { published } = await ask('ACME', 'sliding-10s', T0 + endMs);
  const { offset: _offset, written_at: _written, ...average } = published;
  const doctored = { ...average, ...change, revision: average.revision + 1 };
  await send(brokers, pipeline.outputTopic, [{ key: 'ACME', value: JSON.stringify(doctored) }]);
  const { matches, comparison } = await ask('ACME', 'sliding-10s', T0 + endMs);
  expect(matches).toBe(false);
  expect(comparison.filter((one) => !one.matches).map(({ field }) => field)).toEqual(differs);
});

describe('what cannot be explained says why', () => {
  test.each([
    ['unknown_symbol', 'NOBODY', 'sliding-10s', 20_000, 'no result of symbol "NOBODY"'],
    [
      'unknown_window',
      'ACME',
      'sliding-11',
      20_000,
      'wanted one of sliding-10s, tumbling-20s, hopping-20s-5s, session-3s',
    ],
    ['no_window', 'ACME', 'sliding-10s', 20_500, `nearest end at ${T0 + 20_000} and ${T0 + 21_000}`],
    ['no_window', 'ACME', 'sliding-10s', 70_000, `nearest end at ${T0 + 59_000}; it is not closed yet`],
    ['no_window', 'ACME', 'tumbling-20s', 20_001, `such as ${T0 + 20_000} or ${T0 + 40_000}`],
    ['unknown_window', 'ACME', 'tumbling-10s', 20_000, 'wanted one of'],
    ['unknown_window', 'ACME', 'tumbling-7s', 20_000, 'wanted one of'],
    ['several_windows', 'ACME', undefined, 20_000, 'tumbling-20s, hopping-20s-5s, sliding-10s'],
    ['bad_query', '\ud800', 'sliding-10s', 20_000, 'UTF-8'],
    ['bad_query', '', 'sliding-10s', 20_000, 'not empty'],
  ] as const)('%s: %s %s %d', async (code, symbol, window, endMs, text) => {
    expect(await fault(ask(symbol, window, T0 + endMs))).toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  test('bad_query: a partition that is not there', async () => {
    const asked = ask('ACME', 'sliding-10s', T0 + 20_000, { partition: 1 });
    expect(await fault(asked)).toMatchObject({
      code: 'bad_query',
      message: expect.stringContaining('0 to 0'),
    });
  });

  test('search_cut: too much to read before the result is found', async () => {
    const asked = ask('ACME', 'sliding-10s', T0 + 20_000, {
      limits: { recordsMax: 20, readingMsMax: 120_000 },
    });
    expect(await fault(asked)).toMatchObject({ code: 'search_cut' });
  });
});

describe('meanwhile explain', () => {
  test('prints for people what --json gives to machines', async () => {
    const args = ['ACME', new Date(T0 + 20_000).toISOString(), '--window', 'tumbling-20s'];
    const human = await runExplain(pipeline.env, ...args);
    expect([human.exitCode, human.said]).toEqual([0, '']);
    const json = await runExplain(pipeline.env, ...args, '--json');
    expect([json.exitCode, json.said, json.lines.length]).toEqual([0, '', 1]);
    const explained = await ask('ACME', 'tumbling-20s', T0 + 20_000);
    expect(JSON.parse(json.lines[0]!)).toEqual(explained);
    const text = human.lines.join('\n');
    for (const piece of [
      '"ACME" tumbling-20s, 2023-11-14T22:13:20.000Z (1700000000000)',
      'what was published is what its 20 records give',
      'came too late: 1',
      'not_json',
      'revisions: 21, the newest 10',
      `journal entry ${explained.journal!.sequence} (`,
    ]) {
      expect(text).toContain(piece);
    }
  });

  test('shows names as text, whatever is in them', async () => {
    // An argument cannot hold the NUL: the same name without it is another, unknown one.
    const unknown = await runExplain(pipeline.env, HOSTILE.replace('\0', ''), String(T0 + 11_000));
    expect([unknown.exitCode, unknown.lines]).toEqual([1, ['']]);
    expect(unknown.said).toContain('no result of symbol');
    expect(unknown.said).not.toContain('\u001b');
    expect(unknown.said).not.toContain('\u202e');
  });

  test('ends with 1 where values differ or there is nothing, and with 2 where it is asked wrongly', async () => {
    const exitCodes = [
      ['ACME', String(T0 + 16_000), '--window', 'sliding-10s'], // doctored above
      ['ACME', String(T0 + 20_500)],
      ['ACME', String(T0 + 20_000)], // of several definitions
      ['ACME', 'yesterday', '--partition', 'x'],
      ['ACME', String(T0 + 20_000), '--unknown'],
    ].map(async (args) => (await runExplain(pipeline.env, ...args)).exitCode);
    expect(await Promise.all(exitCodes)).toEqual([1, 1, 2, 2, 2]);
  });
});

test('what limits leave out is said, and nothing is claimed about it', async () => {
  const whole = await ask('ACME', 'tumbling-20s', T0 + 40_000, { recordsListed: 5 });
  expect(whole.records.map(({ offset }) => offset)).toEqual(offsetsOf('ACME', 35_000, 39_000));
  expect(whole).toMatchObject({
    record_count: 20,
    matches: true,
    cut: ['the newest 5 of 20 records are listed'],
  });
  const { records_read } = whole.input;
  const short = await ask('ACME', 'tumbling-20s', T0 + 40_000, {
    limits: { recordsMax: records_read - 3, readingMsMax: 120_000 },
  });
  expect(short).toMatchObject({ matches: null, comparison: [] });
  expect(short.cut).toEqual(['the input was not read to the end of the window: nothing is compared']);
  expect(short.revisions[0]!.matches).toBeNull();
  expect(short.revisions.at(-1)!.matches).toBe(true); // its records were read
});

test('reading ends with the signal', async () => {
  const reason = new Error('the client went away');
  const asked = ask('ACME', 'tumbling-20s', T0 + 40_000, { signal: AbortSignal.abort(reason) });
  await expect(asked).rejects.toBe(reason);
});

test('input_gone: records of the window are removed', async () => {
  const to = offsetsOf('ACME', 25_000, 25_000)[0]!;
  await deleteRecordsBefore(explainer.cluster, pipeline.inputTopic, 0, to);
  const whereTo = `begins at offset ${to}`;
  for (const [window, endMs] of [
    ['sliding-10s', 20_000],
    ['tumbling-20s', 40_000],
  ] as const) {
    const { code, message } = await fault(ask('ACME', window, T0 + endMs));
    expect([code, message]).toEqual(['input_gone', expect.stringContaining(whereTo)]);
  }
  expect(await ask('ACME', 'sliding-10s', T0 + 36_000)).toMatchObject({ matches: true, record_count: 11 });
});

test('nothing_averaged: the topics are there, no aggregator was', async () => {
  const empty = await makePipeline({ brokers, name: 'explain-empty', env: { PARTITIONS: '1' } });
  const other = await openExplainer(brokers, empty);
  try {
    expect(await fault(other.ask('ACME', 'sliding-10s', T0))).toMatchObject({ code: 'nothing_averaged' });
    expect(await readTopic(brokers, empty.outputTopic)).toEqual([]); // asking changes nothing
  } finally {
    await other.close();
    await empty.stop();
  }
});
