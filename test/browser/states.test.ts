import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { drawn, FIRST_MS, SOON, sliding, tumbling } from './chart-pipeline.ts';
import { type CutProxy, startCutProxy } from './cut-proxy.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

const pipeline = useChartPipeline('states');

test('without a result the page says what it waits for, and that a symbol has none', async () => {
  const { page } = await pipeline().open('/');
  await expect.poll(() => page.textContent('#empty'), SOON).toMatch(/Waiting for the first average/);
  expect(await page.textContent('#badge')).toBe('waiting for averages');
  await page.close();

  await pipeline().writeAverages([
    ...seconds(0, 60).map((second) => sliding('ACME', second)),
    tumbling('ACME', -1, { is_final: true }),
  ]);
  await pipeline().commit(FIRST_MS + 60_000);
  const other = await pipeline().open('/?symbol=NOBODY');
  await expect.poll(() => other.page.textContent('#empty'), SOON).toMatch(/No averages of this symbol yet/);
  expect(await other.page.isVisible('#start-up')).toBe(false);
  await other.page.close();
});

test('the first window of a symbol that is closed is counted down to, and then the list goes', async () => {
  await pipeline().writeAverages([sliding('FRESH', 60), tumbling('FRESH', 0)]);
  const { page } = await pipeline().open('/?symbol=FRESH');
  await expect
    .poll(() => page.textContent('#start-up [data-step="closed"]'), SOON)
    .toMatch(/^○ first closed windowin 0:0\d$/);
  expect(await page.isVisible('#start-up')).toBe(true);
  await pipeline().commit(FIRST_MS + 70_000);
  await expect.poll(() => page.isVisible('#start-up'), SOON).toBe(false);
  await page.close();
});

test('a chart that nothing is written to any more is stale since then', async () => {
  const { page } = await pipeline().open('/?symbol=ACME');
  await pipeline().writeAverages([sliding('ACME', 60, { revision: 2 })]);
  await expect.poll(() => page.textContent('#badge'), SOON).toBe('live');
  await expect
    .poll(() => page.textContent('#badge'), { timeout: 60_000 })
    .toMatch(/^stale since \d\d:\d\d:\d\d/);
  await page.close();
});

test('rows that cannot be loaded are named with the reason, and asked for again', async () => {
  const { page } = await pipeline().open('/');
  await page.route('**/api/v1/averages?*', (route) => route.fulfill({ status: 503, json: {} }));
  await page.goto(`${pipeline().base}/?symbol=ACME`);
  await expect
    .poll(() => page.textContent('#empty'), SOON)
    .toMatch(/ACME could not be loaded.*answered 503.*tries again/s);
  await page.unroute('**/api/v1/averages?*');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(62);
  expect(await page.isVisible('#empty')).toBe(false);
  await page.close();
});

test('a connection that is cut again and again: every row once, none missing, and the badge says when it is tried', async () => {
  const proxy = await startCutProxy(pipeline().sink.port);
  const { page } = await pipeline().open('/');
  await page.goto(`http://127.0.0.1:${proxy.port}/?symbol=ACME`);
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(62);
  await recordRows(page);
  let second = 60;
  const written: string[] = [];
  for (const _ of [1, 2, 3]) {
    const [first, ...others] = seconds(second + 1, second + 6).map((each) => sliding('ACME', each));
    second += 6;
    await pipeline().writeAverages([first!]);
    await expect.poll(async () => (await rowsOf(page)).length, SOON).toBe(second - 5 + 2);
    const corrected = { ...first!, revision: 2, average: 1 };
    await loseAndFind(page, proxy, () => pipeline().writeAverages([...others, corrected]));
    written.push(...[first!, ...others, corrected].map(nameOf));
    await expect.poll(async () => (await takenRows(page)).length, SOON).toBe(written.length);
  }
  expect(await takenRows(page)).toEqual(written);
  const answer = await fetch(`${pipeline().base}/api/v1/averages?symbol=ACME&limit=10000`);
  const { averages } = (await answer.json()) as { averages: { window: string; window_end: number }[] };
  expect(await rowsOf(page)).toEqual(
    averages.map(({ window, window_end }) => `${window} ${window_end}`).toSorted(),
  );
  await page.close();
});

const nameOf = (row: { window_end: number; revision: number }) => `${row.window_end} ${row.revision}`;

/** Cuts, waits until the badge has told of a second attempt, and mends. */
async function loseAndFind(page: Page, proxy: CutProxy, whileCut: () => Promise<void>): Promise<void> {
  await proxy.cut();
  await expect
    .poll(() => page.textContent('#badge'), SOON)
    .toMatch(/^reconnecting: attempt \d+, next try in \d+ s$/);
  await whileCut();
  await expect.poll(() => page.textContent('#badge'), SOON).toMatch(/^reconnecting: attempt [2-9]/);
  await proxy.mend();
  await expect.poll(() => page.textContent('#badge'), SOON).toMatch(/^live|stale/);
}

/** Notes every row that the page's store is handed, from now on. */
async function recordRows(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const { RowStore } = await import('./rows/store.js');
    const { put } = RowStore.prototype;
    window.taken = [];
    RowStore.prototype.put = function (row) {
      window.store = this;
      window.taken.push(row.window_end + ' ' + row.revision);
      return put.call(this, row);
    };
  })()`);
}

function takenRows(page: Page): Promise<string[]> {
  return page.evaluate('window.taken');
}

/** What the store holds, by window and end. */
function rowsOf(page: Page): Promise<string[]> {
  return page.evaluate(`(window.store?.series() ?? [])
    .flatMap(({ rows }) => rows.map(({ window, window_end }) => window + ' ' + window_end)).sort()`);
}

function seconds(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
