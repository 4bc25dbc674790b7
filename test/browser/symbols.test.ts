import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { until } from '../support/pipeline.ts';
import { FIRST_MS, SOON, sliding } from './chart-pipeline.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

const COUNT = 10_000;
/** More than a screen shows, far less than there are. */
const TILES_MAX = 200;

const pipeline = useChartPipeline('symbols', async (started) => {
  for (const [second, average] of [
    [0, 100],
    [20, 101],
    [40, 99],
  ] as const) {
    await started.writeAverages(
      Array.from({ length: COUNT }, (_, n) => sliding(nameOf(n), second, { average })),
    );
  }
  await started.writeAverages([
    sliding(nameOf(7_000), 50, { average: 150 }),
    sliding(nameOf(8_000), 60, { average: 50 }),
  ]);
  await started.commit(FIRST_MS + 60_000);
  await until('the last row is stored', 60_000, async () => {
    const answer = await fetch(
      `${started.base}/api/v1/averages/latest?symbol=${nameOf(8_000)}&window=sliding-10s`,
    );
    return ((await answer.json()) as { window_end?: number }).window_end === FIRST_MS + 60_000;
  });
});

test('/ finds a symbol by any part of its name, with the keys alone, and remembers it', async () => {
  const { page, problems } = await pipeline().open(`/?symbol=${nameOf(3)}`);
  const options = page.getByRole('option');
  await page.keyboard.press('/');
  await expect.poll(() => options.first().textContent(), SOON).toBe(`${nameOf(3)}recent`);
  await page.keyboard.type('99');
  await expect.poll(() => options.first().textContent(), SOON).toBe(nameOf(99));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  expect(await page.getByRole('option', { selected: true }).textContent()).toBe(nameOf(199));
  const field = page.getByRole('combobox');
  expect(await field.getAttribute('aria-activedescendant')).toBe('search-option-1');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.textContent('#symbol-name'), SOON).toBe(nameOf(199));

  await page.keyboard.press('/');
  await expect
    .poll(async () => (await options.allTextContents()).slice(0, 3), SOON)
    .toEqual([`${nameOf(199)}recent`, `${nameOf(3)}recent`, nameOf(0)]);
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(new URL(page.url()).searchParams.get('symbol')).toBe(nameOf(199));
  expect(problems()).toEqual([]);
  await page.close();
});

test('a wall of ten thousand symbols draws and asks for those in sight only', async () => {
  const { page, problems } = await pipeline().open(`/?symbol=${nameOf(3)}`);
  const asked: URL[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith('/overview')) asked.push(url);
  });
  await page.click('#wall-switch');
  await expect.poll(() => page.textContent('#wall-note'), SOON).toMatch(/^10,000 symbols/);
  expect(await page.isVisible('#chart')).toBe(false);
  const tiles = page.locator('.tile');
  expect((await tiles.allTextContents())[0]).toBe(`${nameOf(0)}99.00-1.00%`);
  expect((await page.locator('.tile path').first().getAttribute('d'))?.match(/[ML]/g)?.length).toBe(3);

  const nodes = () => page.evaluate('document.querySelectorAll("*").length') as Promise<number>;
  const before = await nodes();
  for (const share of [0.25, 0.5, 0.75, 1, 0.5]) {
    await page.locator('#wall-scroll').evaluate((scroll, part) => {
      scroll.scrollTop = part * (scroll.scrollHeight - scroll.clientHeight);
    }, share);
    await expect.poll(() => firstInSight(page), SOON).toMatch(/^S\d{5}$/);
    expect(await tiles.count()).toBeLessThanOrEqual(TILES_MAX);
    expect(await nodes()).toBeLessThan(before + 8 * TILES_MAX);
  }
  const middle = Number((await firstInSight(page)).slice(1));
  expect(middle).toBeGreaterThan(4_800);
  expect(middle).toBeLessThan(5_200);
  expect(asked.every(({ searchParams }) => Number(searchParams.get('limit')) <= TILES_MAX)).toBe(true);

  await tiles.filter({ hasText: nameOf(middle) }).click();
  await expect.poll(() => page.textContent('#symbol-name'), SOON).toBe(nameOf(middle));
  expect(await page.isVisible('#chart')).toBe(true);
  await page.goBack();
  await expect.poll(() => page.isVisible('#wall'), SOON).toBe(true);
  expect(problems()).toEqual([]);
  await page.close();
});

test('the order of the wall is in the address, and a tile is reached and opened by keys', async () => {
  const { page } = await pipeline().open('/?view=wall&sort=change');
  const names = async () => page.locator('.tile-name').allTextContents();
  // From 101, the last of the first ten seconds' windows: 49 % up, and 50 % down.
  await expect
    .poll(async () => (await names()).slice(0, 3), SOON)
    .toEqual([nameOf(7_000), nameOf(8_000), nameOf(0)]);
  await page.getByRole('button', { name: 'Freshness' }).click();
  await expect.poll(async () => (await names()).slice(0, 2), SOON).toEqual([nameOf(8_000), nameOf(7_000)]);
  expect(new URL(page.url()).searchParams.get('sort')).toBe('freshness');

  await page.locator('.tile').first().focus();
  await page.keyboard.press('ArrowRight');
  const focused = () => page.evaluate('document.activeElement.dataset.symbol');
  expect(await focused()).toBe(nameOf(7_000));
  for (let press = 0; press < 12; press += 1) {
    const from = await focused();
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused, SOON).not.toBe(from);
  }
  const reached = String(await focused());
  await page.keyboard.press('Enter');
  await expect.poll(() => page.textContent('#symbol-name'), SOON).toBe(reached);
  expect(new URL(page.url()).searchParams.get('view')).toBeNull();
  await page.close();
});

const nameOf = (number: number) => `S${String(number).padStart(5, '0')}`;

/** The symbol of the first tile that is wholly in sight; '' while the place is empty. */
function firstInSight(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const { top } = document.querySelector('#wall-scroll').getBoundingClientRect();
    const tile = [...document.querySelectorAll('.tile')].find((each) => each.getBoundingClientRect().top >= top);
    return tile === undefined || tile.getBoundingClientRect().top > top + 200 ? '' : tile.dataset.symbol;
  })()`);
}
