import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { placeOf, seen } from './canvas.ts';
import { drawn, FIRST_MS, SOON, sliding, tumbling } from './chart-pipeline.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const pipeline = useChartPipeline('access', async (started) => {
  const seconds = Array.from({ length: 61 }, (_, second) => second);
  await started.writeAverages([
    ...['ACME', 'GLOBX'].flatMap((symbol) =>
      seconds.map((second) => sliding(symbol, second, { average: 100 + second })),
    ),
    tumbling('ACME', 0, { average: 130 }),
  ]);
  await started.commit(FIRST_MS + 60_000);
});

async function open(path: string, options = {}): Promise<Page> {
  const { page } = await pipeline().open(path, options);
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(62);
  return page;
}

const query = (page: Page) => new URL(page.url()).searchParams;
const focused = (page: Page) => page.evaluate<string>('document.activeElement.id');

async function press(page: Page, ...keys: string[]) {
  for (const key of keys) await page.keyboard.press(key);
}

test('without a mouse: skip to the chart, from result to result, what one is made of, and back', async () => {
  const page = await open('/?symbol=ACME');
  await press(page, 'Tab', 'Enter');
  expect(await focused(page)).toBe('chart');
  const outline = `getComputedStyle(document.activeElement).outlineStyle`;
  expect(await page.evaluate(outline)).toBe('solid');

  const said = () => page.textContent('#chart-said');
  await press(page, 'End');
  await expect.poll(said, SOON).toBe('160.00, Nov 15, 07:15:00 AM, sliding-10s, provisional');
  await press(page, 'ArrowLeft', 'ArrowLeft');
  await expect.poll(said, SOON).toMatch(/^158\.00, .*07:14:58/);
  // The cursor is there: the legend has its value, and a ring lies around it.
  await expect.poll(() => page.textContent('#legend'), SOON).toContain('158.00');
  await expect.poll(async () => (await seen(page, '--ink')).stretches.length, SOON).toBe(1);
  await press(page, 'ArrowDown');
  await expect.poll(said, SOON).toMatch(/^130\.00, .*tumbling-1m, provisional$/);
  await press(page, 'ArrowUp', 'Home');
  await expect.poll(said, SOON).toMatch(/^100\.00, .*07:14:00/);

  await press(page, 'Enter');
  await expect.poll(() => focused(page), SOON).toBe('explain-title');
  expect(query(page).get('explain')).toMatch(new RegExp(`^sliding-10s:${FIRST_MS}:\\d$`));
  await press(page, 'Escape');
  expect(await focused(page)).toBe('chart');
  expect(query(page).get('explain')).toBeNull();
  await press(page, 'Escape');
  expect(await said()).toBe('');
  await expect.poll(async () => (await seen(page, '--ink')).count, SOON).toBe(0);
  await page.close();
});

test('plus and minus zoom around the cursor, page keys pan, 0 goes back', async () => {
  const page = await open('/?symbol=ACME&range=2m');
  await page.locator('#chart').focus();
  const span = async () => (await drawn(page)).to - (await drawn(page)).from;
  await press(page, 'Home', '+');
  await expect.poll(span, SOON).toBe(96_000);
  await press(page, '-');
  await expect.poll(span, SOON).toBe(120_000);
  const { from } = await drawn(page);
  await press(page, 'PageUp');
  await expect.poll(async () => (await drawn(page)).from, SOON).toBe(from - 60_000);
  await press(page, '0');
  await expect.poll(() => query(page).get('from'), SOON).toBeNull();
  // At the edge an arrow goes on to what lies behind it.
  await page.goto(`${pipeline().base}/?symbol=ACME&from=${FIRST_MS + 30_500}&to=${FIRST_MS + 40_500}`);
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(13);
  await page.locator('#chart').focus();
  await press(page, 'Home', 'ArrowLeft');
  await expect.poll(async () => (await drawn(page)).from, SOON).toBe(FIRST_MS + 25_500);
  await press(page, 'ArrowLeft');
  await expect.poll(() => page.textContent('#chart-said'), SOON).toMatch(/^130\.00/);
  await page.close();
});

test('? lists all keys, from anywhere; Escape closes the list', async () => {
  const page = await open('/?symbol=ACME');
  await press(page, '?');
  const help = page.getByRole('dialog', { name: 'Keys and gestures' });
  await expect.poll(() => help.isVisible(), SOON).toBe(true);
  for (const key of ['Space', 'Home, End', 'Enter', 'Page up'])
    expect(await help.textContent()).toContain(key);
  // The focus is still where the list was for a moment, until the next frame.
  await press(page, 'Escape', '/');
  await expect.poll(() => help.isVisible(), SOON).toBe(false);
  await expect.poll(() => page.locator('#search:focus').count(), SOON).toBe(1);
  await press(page, '?');
  expect(await page.inputValue('#search')).toBe('?');
  expect(await help.isVisible()).toBe(false);
  await page.close();
});

test('what is in sight is a table: unseen, or shown where the address says so, each row explained on demand', async () => {
  const page = await open('/?symbol=ACME');
  const table = page.locator('#table');
  await expect.poll(() => table.locator('tbody tr').count(), SOON).toBe(62);
  expect(await table.locator('caption').textContent()).toBe('In sight: 62 averages, the newest first');
  expect((await table.boundingBox())!.width).toBeLessThanOrEqual(1);
  expect(await table.locator('button').count()).toBe(0);

  await page.getByRole('button', { name: 'Table' }).click();
  expect(query(page).get('table')).toBe('1');
  expect((await table.boundingBox())!.height).toBeGreaterThan(100);
  const cells = await table.locator('tbody tr').first().locator('th, td').allTextContents();
  expect(cells.slice(1, 3)).toEqual(['sliding-10s', '160.00']);
  expect(cells.at(-1)).toBe('provisional');
  await table.locator('button').first().click();
  await expect.poll(() => page.locator('#explain').isVisible(), SOON).toBe(true);
  expect(query(page).get('explain')).toMatch(new RegExp(`^sliding-10s:${FIRST_MS + 60_000}:`));
  await page.close();
});

test('the newest result is said', async () => {
  const page = await open('/?symbol=ACME');
  await expect
    .poll(() => page.textContent('#summary'), SOON)
    .toMatch(/^ACME, sliding-10s: 160\.00, lowest .*, highest .*, at 07:15:00 AM$/);
  expect(await page.locator('#chart').getAttribute('aria-label')).toBe(
    'Chart of 62 averages, 7 of them provisional',
  );
  await page.close();
});

test('on a phone: one column, nothing wider than it, and nothing to tap smaller than a fingertip', async () => {
  const page = await open('/?symbol=ACME&table=1', PHONE);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  const boxes = await page.evaluate<{ name: string; width: number; height: number; left: number }[]>(`
    Array.from(document.querySelectorAll('button, summary, input'))
      .filter((each) => each.checkVisibility())
      .map((each) => ({ name: each.textContent || each.id, ...each.getBoundingClientRect().toJSON() }))
  `);
  expect(boxes.length).toBeGreaterThan(15);
  expect(boxes.filter(({ width, height }) => width < 44 || height < 44)).toEqual([]);
  const [symbols, main] = await Promise.all(
    ['.symbols', 'main'].map((each) => page.locator(each).boundingBox()),
  );
  expect(main!.y).toBeGreaterThanOrEqual(symbols!.y + symbols!.height);
  expect((await page.locator('#chart').boundingBox())!.width).toBeGreaterThan(330);

  await page.locator('#chart').scrollIntoViewIfNeeded();
  const { x, y } = await placeOf(page, FIRST_MS + 30_000);
  await page.touchscreen.tap(x, y);
  const panel = page.locator('#explain');
  await expect.poll(() => panel.isVisible(), SOON).toBe(true);
  const box = (await panel.boundingBox())!;
  expect([box.x, box.width]).toEqual([0, 390]);
  await panel.getByRole('button', { name: 'Close' }).tap();
  await expect.poll(() => panel.isVisible(), SOON).toBe(false);
  await page.close();
});

test('a kiosk shows the chart and whether it is live, large, and nothing else before that either', async () => {
  const page = await open('/?symbol=ACME&kiosk');
  await expect.poll(() => page.textContent('#badge'), SOON).toBe('live');
  for (const id of ['#theme', '#help', '#find', '#wall', '#spans', '#pipeline', '#legend']) {
    expect(await page.locator(id).isVisible(), id).toBe(false);
  }
  const chart = (await page.locator('#chart').boundingBox())!;
  expect(chart.width * chart.height).toBeGreaterThan(0.65 * 1_200 * 760);
  const sizes = await page.evaluate<string[]>(
    `['#badge', '#symbol-name'].map((id) => getComputedStyle(document.querySelector(id)).fontSize)`,
  );
  for (const size of sizes) expect(Number.parseFloat(size)).toBeGreaterThanOrEqual(19);
  // It stays a kiosk when the view changes.
  await press(page, 'Space');
  await expect.poll(() => query(page).get('paused'), SOON).not.toBeNull();
  expect(query(page).has('kiosk')).toBe(true);
  // Without the modules, which come later, it looks the same.
  await page.route('**/app.js', (route) => route.abort());
  await page.reload();
  expect(await page.locator('#theme').isVisible()).toBe(false);
  await page.close();
});
