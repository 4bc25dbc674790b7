import { expect, test } from 'vitest';
import { placeOf, seen } from './canvas.ts';
import { drawn, FIRST_MS, SOON, sliding, tumbling } from './chart-pipeline.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

const pipeline = useChartPipeline('chart', async (started) => {
  await started.writeAverages([
    ...seconds(0, 60).map((second) => sliding('ACME', second)),
    tumbling('ACME', -1, { is_final: true, earliest: 104, latest: 97, minimum: 96, maximum: 105 }),
    tumbling('ACME', 0, { average: 100 }),
    // Nothing for 80 s: no window of 10 s had anything in it, and two minutes are missing.
    ...seconds(0, 20).map((second) => sliding('GAP', second)),
    ...seconds(100, 160).map((second) => sliding('GAP', second)),
    tumbling('GAP', -1, { is_final: true }),
    tumbling('GAP', 2, { is_final: true }),
    ...seconds(0, 60).map((second) => sliding('FIX', second)),
    tumbling('FIX', 0, { average: 100 }),
    tumbling('FIX', 1, { average: 101 }),
  ]);
  await started.commit(FIRST_MS + 60_000);
});

test('what is settled is a solid line, what may still change a dashed one behind it', async () => {
  const { page, problems } = await pipeline().open('/?symbol=ACME&window=sliding-10s&range=2m');
  await expect.poll(() => drawn(page), SOON).toMatchObject({ points: 61, provisional: 6 });
  const solid = await seen(page, '--accent');
  const dashed = await seen(page, '--accent-soft');
  expect(solid.stretches).toHaveLength(1);
  expect(dashed.count).toBeGreaterThan(20);
  expect(dashed.stretches[0]![0]).toBeGreaterThanOrEqual(solid.stretches[0]![1] - 3);
  await pipeline().commit(FIRST_MS + 600_000);
  await expect.poll(() => drawn(page), SOON).toMatchObject({ points: 61, provisional: 0 });
  expect((await seen(page, '--accent')).stretches[0]![1]).toBeGreaterThan(solid.stretches[0]![1] + 20);
  expect((await seen(page, '--accent-soft')).count).toBe(0);
  expect(problems()).toEqual([]);
  await page.close();
});

test('no line crosses a stretch without results, nor one without a window', async () => {
  const { page } = await pipeline().open('/?symbol=GAP');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(84);
  await expect.poll(async () => (await seen(page, '--accent')).stretches.length, SOON).toBe(2);
  const { stretches } = await seen(page, '--accent');
  const perSecond = (await placeOf(page, FIRST_MS + 1_000)).x - (await placeOf(page, FIRST_MS)).x;
  expect((stretches[1]![0] - stretches[0]![1]) / perSecond).toBeCloseTo(80, -1);
  await page.getByRole('button', { name: 'sliding-10s' }).click();
  await expect.poll(async () => (await seen(page, '--accent')).stretches.length, SOON).toBe(0);
  const steps = await seen(page, '--step');
  expect(steps.stretches).toHaveLength(2);
  await page.close();
});

test('tumbling windows turn from steps to candles and back', async () => {
  const { page } = await pipeline().open('/?symbol=ACME&window=tumbling-1m');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(2);
  const asSteps = await seen(page, '--step');
  await page.getByRole('button', { name: 'candles' }).click();
  // The first minute fell from 104 to 97: a filled body.
  await expect
    .poll(async () => (await seen(page, '--step')).count, SOON)
    .toBeGreaterThan(2 * asSteps.count + 500);
  expect(new URL(page.url()).searchParams.get('as')).toBe('candles');
  await page.getByRole('button', { name: 'candles' }).click();
  await expect.poll(async () => (await seen(page, '--step')).count, SOON).toBe(asSteps.count);
  await page.close();
});

test('deviation and prices are laid under the line when asked for', async () => {
  const { page } = await pipeline().open('/?symbol=ACME');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(63);
  expect((await seen(page, '--band', 1)).count).toBeLessThan(100);
  expect((await seen(page, '--dot', 1)).count).toBe(0);
  await page.getByRole('button', { name: 'deviation' }).click();
  await expect.poll(async () => (await seen(page, '--band', 1)).count, SOON).toBeGreaterThan(1_000);
  await page.getByRole('button', { name: 'deviation' }).click();
  await page.getByRole('button', { name: 'prices' }).click();
  // 61 dots of 9 pixels; some lie under the line.
  await expect.poll(async () => (await seen(page, '--dot', 1)).count, SOON).toBeGreaterThan(60);
  expect((await seen(page, '--band', 1)).count).toBeLessThan(100);
  await page.close();
});

test('a window that changes after a later one was shown is marked', async () => {
  const { page } = await pipeline().open('/?symbol=FIX');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(63);
  expect((await seen(page, '--ink', 60)).count).toBe(0);
  // The newest window changes: that is no correction.
  await pipeline().writeAverages([tumbling('FIX', 1, { average: 101.5, revision: 2 })]);
  await expect.poll(() => page.textContent('#legend'), SOON).toContain('101.50');
  expect((await seen(page, '--ink', 60)).count).toBe(0);
  await pipeline().writeAverages([tumbling('FIX', 0, { average: 99, revision: 2 })]);
  await expect.poll(async () => (await seen(page, '--ink', 60)).count, SOON).toBeGreaterThan(5);
  const { x, y } = await placeOf(page, FIRST_MS + 30_000);
  await page.mouse.move(x, y);
  await expect.poll(() => page.textContent('#legend'), SOON).toMatch(/tumbling-1m99\.00.*corrected/);
  await page.close();
});

test('the legend has the values under the cursor, and switches series off and on', async () => {
  const { page } = await pipeline().open('/?symbol=ACME&range=2m');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(63);
  const { average } = sliding('ACME', 20);
  const { x, y } = await placeOf(page, FIRST_MS + 20_500);
  await page.mouse.move(x, y);
  await expect.poll(() => page.textContent('#legend'), SOON).toContain(`sliding-10s${average!.toFixed(2)}`);
  expect(await page.textContent('#legend')).toContain('tumbling-1m100.00');
  expect(await page.textContent('#pointed')).toContain('7:14:2'); // in Tokyo

  const entry = page.getByRole('button', { name: 'tumbling-1m' });
  await entry.click();
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(61);
  expect((await seen(page, '--step')).count).toBe(0);
  expect(await entry.getAttribute('aria-pressed')).toBe('false');
  await entry.click();
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(63);
  await page.close();
});

function seconds(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
