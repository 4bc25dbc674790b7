import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers } from './answers.ts';
import { type ApiFixture, makeApi } from './api.fixture.ts';

let api: ApiFixture;

beforeEach(() => {
  api = makeApi();
});

afterEach(() => api.close());

async function get(path: string, headers: Record<string, string> = {}) {
  const answer = await api.app.inject({ method: 'GET', url: `/api/v1${path}`, headers });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body, json: () => answer.json() };
}

test('averages come as rows with partition and settled, as the published schema says', async () => {
  api.put({}, { window_end: 1_700_000_011_000, is_final: true });
  const { averages } = (await get('/averages?symbol=ACME&window=sliding-10s')).json();
  expect(answers.averages.parse({ averages }).averages).toHaveLength(2);
  expect(averages.map((row: { settled: boolean }) => row.settled)).toEqual([false, true]);
  expect(averages[0].partition).toBe(0);
  expect(averages[0]).not.toHaveProperty('sequence');
});

test('every fault of a query is named at once', async () => {
  const answer = await get('/averages?from=x&to=1e3&limit=0&order=up&colour=red&window=');
  expect(answer.status).toBe(400);
  const { error } = answer.json();
  expect(error.code).toBe('bad_query');
  for (const name of ['symbol', 'from=x', 'to=1e3', 'limit=0', 'order=up', 'colour', 'window=']) {
    expect(error.message).toContain(name);
  }
});

test('a parameter given twice is a fault, not a guess', async () => {
  const answer = await get('/averages?symbol=A&symbol=B');
  expect(answer.status).toBe(400);
  expect(answer.json().error.message).toContain('symbol=A,B');
});

test('limits and times are held', async () => {
  api.put(...[1, 2, 3, 4].map((window_end) => ({ window_end })));
  const ends = async (query: string) =>
    (await get(`/averages?symbol=ACME&${query}`))
      .json()
      .averages.map((row: { window_end: number }) => row.window_end);
  expect(await ends('from=2&to=3')).toEqual([2, 3]);
  expect(await ends('limit=2')).toEqual([1, 2]);
  expect(await ends('limit=2&order=desc')).toEqual([4, 3]);
  expect((await get('/averages?symbol=ACME&limit=10001')).status).toBe(400);
});

test('points: the rows themselves while they are few, else columns on a grid with their extremes', async () => {
  const T0 = 1_700_000_000_000;
  const rows = Array.from({ length: 600 }, (_, second) => ({
    window_end: T0 + second * 1_000,
    average: second % 60 === 30 ? 500 : second,
  }));
  api.put(...rows);
  const ask = async (query: string) =>
    answers.averages.parse((await get(`/averages?symbol=ACME&window=sliding-10s&${query}`)).json());
  const few = await ask(`from=${T0 + 5_000}&to=${T0 + 9_000}&points=5`);
  expect(few.averages.map(({ average }) => average)).toEqual([5, 6, 7, 8, 9]);
  expect(few.columns).toBeUndefined();

  const fine = await ask(`from=${T0}&to=${T0 + 99_999}&points=11`); // 10,000 ms each
  expect([fine.averages, fine.column_ms, fine.columns!.length]).toEqual([[], 10_000, 10]);
  expect(fine.columns![3]).toEqual({
    start: T0 + 30_000,
    count: 10,
    minimum: 31,
    maximum: 500,
    last: 39,
    last_end: T0 + 39_000,
    settled: false,
  });

  const whole = await ask('points=4'); // wider than a minute, whole columns on the grid
  expect(whole.column_ms! % 60_000).toBe(0);
  expect(whole.columns!.length).toBeLessThanOrEqual(4);
  expect(whole.columns!.reduce((sum, { count }) => sum + count, 0)).toBe(600);
  expect(whole.columns!.every(({ start }) => start % whole.column_ms! === 0)).toBe(true);

  const dense = await ask(`from=${T0}&to=${T0 + 39_999}&points=21`); // 2,000 ms each: from the rows
  expect(dense.column_ms).toBe(2_000);
  expect(dense.columns!.map(({ last }) => last).slice(0, 3)).toEqual([1, 3, 5]);
});

test('points go with a window, and not with limit or order', async () => {
  const { error } = (await get('/averages?symbol=A&points=9&limit=1&order=asc')).json();
  for (const name of ['window=(not given)', 'limit=1', 'order=asc']) expect(error.message).toContain(name);
  expect((await get('/averages?symbol=A&window=w&points=1')).status).toBe(400);
  expect((await get('/averages?symbol=nobody&window=w&points=9')).json()).toEqual({ averages: [] });
});

test('an unknown symbol has no averages and no latest one', async () => {
  const list = await get('/averages?symbol=nobody');
  expect([list.status, list.json()]).toEqual([200, { averages: [] }]);
  const latest = await get('/averages/latest?symbol=nobody&window=sliding-10s');
  expect(latest.status).toBe(404);
  expect(answers.error.parse(latest.json()).error.message).toContain('nobody');
});

test('latest is the row with the highest end', async () => {
  api.put({ window_end: 9 }, { window_end: 11, average: 7 }, { window_end: 10 });
  const latest = (await get('/averages/latest?symbol=ACME&window=sliding-10s')).json();
  expect(answers.average.parse(latest)).toMatchObject({ window_end: 11, average: 7 });
});

test('CSV quotes what needs it and leaves absent aggregates empty', async () => {
  api.put({ symbol: 'a,"b"\n', stddev: undefined as unknown as number });
  const answer = await get(`/averages?symbol=${encodeURIComponent('a,"b"\n')}`, { accept: 'text/csv' });
  expect(answer.headers['content-type']).toContain('text/csv');
  expect(answer.text).toBe(
    'symbol,window,window_start,window_end,average,record_count,total,minimum,maximum,earliest,latest,stddev,' +
      'revision,is_final,input_offset,schema_version,partition,settled\r\n' +
      '"a,""b""\n",sliding-10s,1700000000000,1700000010000,100.5,2,201,100,101,100,101,,1,false,7,1,0,false\r\n',
  );
  const json = await get('/averages?symbol=ACME', { accept: 'text/csv;q=0.5, application/json' });
  expect(json.headers['content-type']).toContain('application/json');
});

test('symbols are found by a part of their name, whatever its case, sorted and limited', async () => {
  api.put({ symbol: 'beta' }, { symbol: 'ALPHABET' }, { symbol: '<b>%_' });
  expect((await get('/symbols')).json()).toEqual({
    symbols: [{ symbol: '<b>%_' }, { symbol: 'ALPHABET' }, { symbol: 'beta' }],
    total: 3,
  });
  expect((await get('/symbols?search=BET&limit=1')).json()).toEqual({
    symbols: [{ symbol: 'ALPHABET' }],
    total: 2,
  });
  expect((await get('/symbols?search=%25')).json().total).toBe(1);
});

test('windows come from the journal, then from the rows', async () => {
  api.put({ window: 'session-30s' });
  api.store.transaction(() => {
    api.journal.noteSettings({
      type: 'settings',
      settings: {
        graceMs: 5_000,
        windows: [{ name: 'sliding-10s', kind: 'sliding', sizeMs: 10_000, stepMs: 0, emit: 'updates' }],
      },
    } as never);
  });
  const { windows, grace_ms } = answers.windows.parse((await get('/windows')).json());
  expect(grace_ms).toBe(5_000);
  expect(windows).toEqual([
    { window: 'sliding-10s', kind: 'sliding', size_ms: 10_000, step_ms: 0, emit: 'updates' },
    { window: 'session-30s', kind: 'session' },
  ]);
});

test('a row is settled when final, or when the watermark of its partition has closed the window', async () => {
  const watermark = (value: number | null) =>
    api.store.transaction(() => api.journal.noteCommit(0, { type: 'commit', watermark: value } as never, 0));
  api.put({ window: 'sliding-10s', window_end: 100 }, { window: 'tumbling-1m', window_end: 100 });
  const settled = async () => {
    const { averages } = (await get('/averages?symbol=ACME')).json();
    return Object.fromEntries(
      averages.map((row: { window: string; settled: boolean }) => [row.window, row.settled]),
    );
  };
  watermark(10_000);
  expect(await settled()).toEqual({ 'sliding-10s': false, 'tumbling-1m': false }); // grace not known
  const windows = [
    { name: 'sliding-10s', kind: 'sliding' },
    { name: 'tumbling-1m', kind: 'tumbling' },
  ];
  api.store.transaction(() =>
    api.journal.noteSettings({ type: 'settings', settings: { windows, graceMs: 5 } } as never),
  );
  watermark(104);
  expect(await settled()).toEqual({ 'sliding-10s': false, 'tumbling-1m': false });
  watermark(105);
  expect(await settled()).toEqual({ 'sliding-10s': false, 'tumbling-1m': true });
  watermark(106);
  expect(await settled()).toEqual({ 'sliding-10s': true, 'tumbling-1m': true });
  watermark(null);
  expect(await settled()).toEqual({ 'sliding-10s': false, 'tumbling-1m': false });
});

test('the OpenAPI document has the parameters as they are checked', async () => {
  const document = (await get('/openapi.json')).json();
  const { parameters } = document.paths['/api/v1/averages'].get;
  expect(parameters.map((one: { name: string; required: boolean }) => [one.name, one.required])).toEqual([
    ['symbol', true],
    ['window', false],
    ['from', false],
    ['to', false],
    ['limit', false],
    ['order', false],
    ['points', false],
  ]);
  expect(parameters[4].schema).toMatchObject({
    type: 'integer',
    minimum: 1,
    maximum: 10_000,
    default: 1_000,
  });
});

test('HEAD answers like GET, and does not leave a stream open', async () => {
  const list = await api.app.inject({ method: 'HEAD', url: '/api/v1/symbols' });
  expect([list.statusCode, list.body]).toEqual([200, '']);
  const stream = await api.app.inject({ method: 'HEAD', url: '/api/v1/stream' });
  expect([stream.statusCode, api.hub.clients]).toEqual([200, 0]);
});
