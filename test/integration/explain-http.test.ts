import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { explainAnswer } from '../../services/sink/src/http/explain-answer.ts';
import { makePipeline, type Pipeline, until } from '../support/pipeline.ts';
import { openExplainer, price, send, T0 } from './explain-pipeline.ts';

const brokers = inject('brokers');
const HOSTILE = 'A&B=<i>%00\n😀';
const COMMITTED_MS = 60_000;
const STORED_MS = 30_000;

let pipeline: Pipeline;
let api: string;

async function get(
  path: string,
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const answer = await fetch(`${api}${path}`);
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Record<string, unknown>,
  };
}

function explain(query: Record<string, string | number>) {
  const texts = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return get(`/explain?${new URLSearchParams(texts).toString()}`);
}

async function faultOf(query: Record<string, string | number>): Promise<[number, string]> {
  const { status, body } = await explain(query);
  return [status, (body['error'] as { code: string }).code];
}

beforeAll(async () => {
  pipeline = await makePipeline({
    brokers,
    name: 'explain-http',
    env: { PARTITIONS: '3', WINDOWS: 'sliding:10s,tumbling:20s', IDLE_TIMEOUT: 'off' },
  });
  await pipeline.start('aggregator');
  const sink = await pipeline.start('sink');
  api = `http://127.0.0.1:${sink.port}/api/v1`;
  const seconds = Array.from({ length: 40 }, (_, second) => second);
  // All in partition 0, wherever their hash would put them: the producer is somebody else's.
  await send(
    brokers,
    pipeline.inputTopic,
    seconds.flatMap((second) => ['ACME', HOSTILE].map((key) => price(key, 100 + second, second * 1_000))),
  );
  await pipeline.untilCommitted(COMMITTED_MS);
  await until('the sink has the last window', STORED_MS, async () => {
    return (await get(`/averages/latest?symbol=ACME&window=sliding-10s`)).body['window_end'] === T0 + 39_000;
  });
});

afterAll(() => pipeline?.stop());

test.each(['ACME', HOSTILE])(
  '%j: the answer is the explanation, as the published schema says',
  async (symbol) => {
    const { status, body, headers } = await explain({
      symbol,
      window: 'tumbling-20s',
      window_end: T0 + 20_000,
    });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    const answer = explainAnswer.parse(body);
    expect(answer).toEqual(body); // nothing that the schema does not name
    expect(answer).toMatchObject({
      symbol,
      partition: 0,
      state: 'final',
      matches: true,
      record_count: 20,
      cut: [],
    });
    const explainer = await openExplainer(brokers, pipeline);
    const own = await explainer.ask(symbol, 'tumbling-20s', T0 + 20_000, { partition: 0 });
    await explainer.close();
    expect(body).toEqual(JSON.parse(JSON.stringify(own)));
  },
);

test('limit names the newest records only', async () => {
  const { body } = await explain({
    symbol: 'ACME',
    window: 'sliding-10s',
    window_end: T0 + 30_000,
    limit: 3,
  });
  const { records, record_count } = explainAnswer.parse(body);
  expect([records.map(({ value }) => value), record_count]).toEqual([[128, 129, 130], 11]);
});

test('what cannot be explained has a status and a code', async () => {
  const good = { symbol: 'ACME', window: 'sliding-10s', window_end: T0 + 20_000 };
  expect(await faultOf({ ...good, symbol: 'NOBODY' })).toEqual([404, 'unknown_symbol']);
  expect(await faultOf({ ...good, window: 'sliding-11' })).toEqual([404, 'unknown_window']);
  expect(await faultOf({ ...good, window_end: T0 + 20_500 })).toEqual([404, 'no_window']);
  expect(await faultOf({ ...good, partition: 3 })).toEqual([400, 'bad_query']);
  expect(await faultOf({ ...good, partition: 1 })).toEqual([404, 'no_window']);
  const { status, body } = await get('/explain?symbol=&window_end=1e3&limit=0&partition=x&colour=red');
  expect(status).toBe(400);
  const { code, message } = body['error'] as { code: string; message: string };
  expect(code).toBe('bad_query');
  for (const fault of [
    'symbol=',
    'window=(not given)',
    'window_end=1e3',
    'limit=0',
    'partition=x',
    'colour: no such',
  ]) {
    expect(message).toContain(fault);
  }
});

test('of many at once some are answered and the others told when to come back', async () => {
  const query = { symbol: 'ACME', window: 'sliding-10s', window_end: T0 + 20_000 };
  const answers = await Promise.all(Array.from({ length: 8 }, () => explain(query)));
  const answered = answers.filter(({ status }) => status === 200);
  expect(answered.length).toBeGreaterThanOrEqual(2);
  for (const { status, headers, body } of answers.filter((answer) => !answered.includes(answer))) {
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(body['error']).toMatchObject({ code: 'busy' });
  }
  expect(answered.length).toBeLessThan(8);
  expect((await explain(query)).status).toBe(200);
});

test('a revision that the sink has is found, wherever somebody else wrote it', async () => {
  const query = { symbol: 'ACME', window: 'sliding-10s', window_end: T0 + 25_000 };
  const { published } = explainAnswer.parse((await explain(query)).body);
  const { offset: _offset, written_at: _written, ...average } = published;
  const doctored = { ...average, average: 1, revision: average.revision + 1 };
  await send(brokers, pipeline.outputTopic, [{ key: 'ACME', value: JSON.stringify(doctored) }]);
  await until('the sink has it', STORED_MS, async () => {
    const rows = await get(`/averages?symbol=ACME&window=sliding-10s&from=${T0 + 25_000}&to=${T0 + 25_000}`);
    return (rows.body['averages'] as { average: number }[])[0]!.average === 1;
  });
  const { matches, comparison } = explainAnswer.parse((await explain(query)).body);
  expect(matches).toBe(false);
  expect(comparison.find(({ field }) => field === 'average')).toEqual({
    field: 'average',
    published: 1,
    recomputed: 120,
    matches: false,
  });
});
