import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { placeOf, seen } from './canvas.ts';
import { drawn, FIRST_MS, SOON, sliding } from './chart-pipeline.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

/** More than the page holds of the newest, and than a picture has columns. */
const LONG_S = 12_000;
const LAST_MS = FIRST_MS + LONG_S * 1_000;

let nextSecond = LONG_S + 1;

const pipeline = useChartPipeline('time', async (started) => {
  await started.writeAverages(
    Array.from({ length: LONG_S + 1 }, (_, second) => sliding('LONG', second, { is_final: true })),
  );
  await started.commit(LAST_MS);
});

test('presets show a stretch up to now, All everything, and one pixel holds no more than one column', async () => {
  const { page, problems } = await openLong('/?symbol=LONG');
  for (const [text, spanMs] of [
    ['1m', 60_000],
    ['15m', 900_000],
    ['6h', 21_600_000],
  ] as const) {
    await page.getByRole('button', { name: text, exact: true }).click();
    await expect.poll(() => spanOf(page), SOON).toBe(spanMs);
    expect(query(page).get('range')).toBe(text);
  }
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await expect.poll(async () => (await drawn(page)).from, SOON).toBeLessThan(FIRST_MS);
  expect((await drawn(page)).from).toBeGreaterThan(FIRST_MS - 1_000_000);
  // The older part comes in columns; line and all, from the first second on.
  const start = await placeOf(page, FIRST_MS);
  const left = (await page.locator('#chart .u-over').boundingBox())!.x;
  await expect
    .poll(async () => (await seen(page, '--accent')).stretches[0]?.[0], SOON)
    .toBeLessThan(start.x - left + 4);
  const { points } = await drawn(page);
  expect(points).toBeGreaterThan(3_000);
  expect(points).toBeLessThan(6_000);
  expect(problems()).toEqual([]);
  await page.close();
});

test('dragging zooms to what was dragged over, a double click goes back to now', async () => {
  const { page } = await openLong('/?symbol=LONG&range=15m');
  const [from, to] = [LAST_MS - 600_000, LAST_MS - 300_000];
  await drag(page, await placeOf(page, from), await placeOf(page, to));
  await expect.poll(() => spanOf(page), SOON).toBeLessThan(400_000);
  const range = await drawn(page);
  expect(Math.abs(range.from - from)).toBeLessThan(3_000);
  expect(Math.abs(range.to - to)).toBeLessThan(3_000);
  expect(query(page).get('from')).toBe(String(range.from));
  await page.locator('#chart .u-over').dblclick();
  await expect.poll(() => spanOf(page), SOON).toBe(900_000);
  expect(query(page).get('from')).toBeNull();
  await page.close();
});

test('the wheel zooms where it stands; while the chart follows, now stays at its edge', async () => {
  const { page } = await openLong('/?symbol=LONG&range=15m');
  const pointed = LAST_MS - 400_000;
  await point(page, pointed);
  await page.mouse.wheel(0, -200);
  await expect.poll(() => spanOf(page), SOON).toBeLessThan(700_000);
  expect(query(page).get('from')).toBeNull();
  await page.mouse.wheel(-400, 0); // sideways: pans into the past
  await expect.poll(() => query(page).get('to'), SOON).not.toBeNull();
  const spanMs = await spanOf(page);
  const before = (await placeOf(page, pointed)).x;
  await page.mouse.move(before, 400);
  await page.mouse.wheel(0, 200);
  await expect.poll(() => spanOf(page), SOON).toBeGreaterThan(spanMs * 1.3);
  expect(Math.abs((await placeOf(page, pointed)).x - before)).toBeLessThan(2);
  await page.close();
});

test('panning left loads what the page does not hold; panning past the newest point follows again', async () => {
  const { page } = await openLong('/?symbol=LONG&range=15m');
  const entries = await page.evaluate('history.length');
  for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(-900, 0);
  await expect.poll(async () => (await drawn(page)).to, SOON).toBeLessThan(LAST_MS - 4_000_000);
  await expect.poll(async () => (await seen(page, '--accent')).count, SOON).toBeGreaterThan(500);
  expect(await page.textContent('#pause')).toBe('Back to now');
  // A pan is no place to go back to.
  await expect.poll(() => query(page).get('to'), SOON).not.toBeNull();
  expect(await page.evaluate('history.length')).toBe(entries);

  const { x, y } = await placeOf(page, (await drawn(page)).from + 450_000);
  await page.keyboard.down('Shift');
  await drag(page, { x, y }, { x: x + 100, y });
  await page.keyboard.up('Shift');
  const { to } = await drawn(page);
  for (let turn = 0; turn < 20; turn += 1) await page.mouse.wheel(900, 0);
  await expect.poll(() => page.textContent('#pause'), SOON).toBe('Pause');
  expect((await drawn(page)).to).toBeGreaterThan(to);
  expect(await spanOf(page)).toBe(900_000);
  await page.close();
});

test('two fingers zoom, one pans', async () => {
  const { page } = await openLong('/?symbol=LONG&range=15m', { hasTouch: true });
  const box = (await page.locator('#chart .u-over').boundingBox())!;
  const touch = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...xs: number[]) =>
    touch.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: xs.map((x, id) => ({ x: box.x + x, y: box.y + 100, id })),
    });
  await send('touchStart', 300, 400);
  for (const by of [25, 50, 75, 100]) await send('touchMove', 300 - by, 400 + by);
  await send('touchEnd');
  await expect.poll(() => spanOf(page), SOON).toBeLessThan(450_000);
  expect(await page.textContent('#pause')).toBe('Pause');
  await send('touchStart', 300);
  for (const by of [50, 100, 200]) await send('touchMove', 300 + by);
  await send('touchEnd');
  await expect.poll(() => page.textContent('#pause'), SOON).toBe('Back to now');
  await page.close();
});

test('times are local or UTC', async () => {
  const { page } = await openLong('/?symbol=LONG');
  const time = () => page.textContent('#figures');
  // FIRST_MS is 22:14 in UTC, and the browser is in Tokyo.
  await expect.poll(time, SOON).toContain('10:34:00 AM');
  await page.locator('#zone').click();
  await expect.poll(time, SOON).toContain('01:34:00 AM');
  expect(await page.textContent('#zone')).toBe('UTC');
  expect(query(page).get('tz')).toBe('utc');
  await page.close();
});

test('Space stops the picture, which goes on collecting, and brings it back to now', async () => {
  const { page } = await openLong('/?symbol=LONG');
  await page.keyboard.press('Space');
  await expect.poll(() => page.textContent('#pause'), SOON).toBe('Back to now');
  const stopped = await drawn(page);
  const lastMs = FIRST_MS + (nextSecond - 1) * 1_000;
  expect(query(page).get('paused')).toBe(String(lastMs));
  const more = Array.from({ length: 38 }, () => sliding('LONG', nextSecond++));
  await pipeline().writeAverages(more);
  await expect.poll(() => page.textContent('#pause-note'), SOON).toMatch(/^paused at .* · \+38 new$/);
  expect(await drawn(page)).toMatchObject({ points: stopped.points, to: stopped.to });
  await page.keyboard.press('Space');
  // What moves does so by whole pixels: of five minutes, less than half a second each.
  await expect
    .poll(async () => (await drawn(page)).to - stopped.to - 38_000, SOON)
    .toSatisfy((aheadMs: number) => aheadMs >= 0 && aheadMs < 500);
  expect(await page.textContent('#pause-note')).toBe('');
  expect(query(page).get('paused')).toBeNull();
  await page.close();

  // Whoever gets the link sees what was seen.
  const { page: other } = await pipeline().open(`/?symbol=LONG&paused=${lastMs}`);
  await expect.poll(() => drawn(other), SOON).toMatchObject({ points: stopped.points, to: stopped.to });
  await expect.poll(() => other.textContent('#pause-note'), SOON).toContain('+38 new');
  await other.close();
});

async function openLong(path: string, options = {}) {
  const opened = await pipeline().open(path, options);
  await expect.poll(async () => (await drawn(opened.page)).points, SOON).toBeGreaterThan(50);
  await point(opened.page, FIRST_MS + nextSecond * 1_000 - 100_000);
  return opened;
}

async function point(page: Page, timeMs: number) {
  const { x, y } = await placeOf(page, timeMs);
  await page.mouse.move(x, y);
}

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, from.y, { steps: 3 });
  await page.mouse.move(to.x, to.y, { steps: 3 });
  await page.mouse.up();
}

async function spanOf(page: Page): Promise<number> {
  const { from, to } = await drawn(page);
  return to - from;
}

const query = (page: Page) => new URL(page.url()).searchParams;
