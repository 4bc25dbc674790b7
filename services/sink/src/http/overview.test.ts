import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers } from './answers.ts';
import { type ApiFixture, makeApi } from './api.fixture.ts';

const T0 = 1_700_000_000_000;
let api: ApiFixture;

beforeEach(() => {
  api = makeApi();
});

afterEach(() => api.close());

async function ask(query: string) {
  const answer = await api.app.inject({ method: 'GET', url: `/api/v1/overview?window=sliding-10s&${query}` });
  return answers.overview.parse(answer.json());
}

const names = async (query: string) => (await ask(query)).symbols.map(({ symbol }) => symbol);

test('the newest average of each symbol, its change and one point for ten seconds', async () => {
  for (let second = 0; second <= 30; second += 5) {
    api.put({ symbol: 'UP', window_end: T0 + second * 1_000, average: 100 + second });
  }
  const { from, to, total, symbols } = await ask('');
  expect([from, to, total]).toEqual([T0 + 30_000 - 600_000, T0 + 30_000, 1]);
  expect(symbols).toEqual([
    {
      symbol: 'UP',
      average: 130,
      window_end: T0 + 30_000,
      change: (130 - 105) / 105,
      points: [5, 15, 25, 30].map((second) => [T0 + second * 1_000, 100 + second]),
    },
  ]);
  api.put({ symbol: 'UP', window_end: T0 + 30_000, average: 90, revision: 2 });
  expect((await ask('')).symbols[0]).toMatchObject({ average: 90, change: (90 - 105) / 105 });
});

test('by name, by what moved most in either direction, by what is newest; in pages, and by a part of the name', async () => {
  const put = (symbol: string, second: number, average: number) =>
    api.put({ symbol, window_end: T0 + second * 1_000, average });
  put('b up', 0, 100);
  put('b up', 590, 110);
  put('A down', 0, 100);
  put('A down', 580, 70);
  put('c still', 0, 100);
  put('c still', 570, 100);
  put('D old', -5_000, 1); // before the span: neither points nor a change
  put('e zero', 0, 0);
  put('e zero', 500, 5); // a change from 0 is no ratio
  expect(await names('')).toEqual(['A down', 'D old', 'b up', 'c still', 'e zero']);
  expect(await names('sort=change')).toEqual(['A down', 'b up', 'c still', 'D old', 'e zero']);
  expect(await names('sort=freshness')).toEqual(['b up', 'A down', 'c still', 'e zero', 'D old']);
  expect(await names('offset=1&limit=2')).toEqual(['D old', 'b up']);
  expect(await names('search=D')).toEqual(['A down', 'D old']);
  expect((await ask('search=D&limit=1')).total).toBe(2);
  expect((await ask('search=old')).symbols[0]).toMatchObject({ change: null, points: [] });
});

test('rows without an average and other windows do not count', async () => {
  api.put(
    { symbol: 'LEAN', average: undefined as unknown as number },
    { symbol: 'OTHER', window: 'tumbling-1m' },
  );
  expect(await ask('')).toMatchObject({ to: 0, total: 0, symbols: [] });
});

test('thousands of symbols are put in order once a second', async () => {
  api.put(...Array.from({ length: 1_500 }, (_, index) => ({ symbol: `S${String(index).padStart(5, '0')}` })));
  expect(await names('offset=1498')).toEqual(['S01498', 'S01499']);
  expect((await ask('limit=200&offset=700')).symbols).toHaveLength(200);
});
