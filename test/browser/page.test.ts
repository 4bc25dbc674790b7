import { expect, test } from 'vitest';
import { seen } from './canvas.ts';
import { drawn, FIRST_MS, SOON, sliding, tumbling } from './chart-pipeline.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

const HOSTILE = '<img src=x onerror="window.hacked = true">';

const pipeline = useChartPipeline('page', async (started) => {
  await started.writeAverages([...history('ACME'), ...history(HOSTILE)]);
  await started.commit(FIRST_MS + 60_000);
});

test('the page draws history and live averages, settled and provisional apart, and nothing from elsewhere', async () => {
  const { page, problems } = await pipeline().open('/?symbol=ACME');

  // 61 sliding points and 2 tumbling windows; the watermark stands at the last point, 5 s of grace are open.
  await expect.poll(() => drawn(page), SOON).toMatchObject({ points: 63, provisional: 7 });
  await expect.poll(() => page.textContent('#badge'), SOON).toBe('live');
  expect(await page.textContent('#symbol-name')).toBe('ACME');
  expect(await page.textContent('#legend')).toMatch(/sliding-10s.*tumbling-1m/);
  expect((await seen(page, '--accent-soft')).count).toBeGreaterThan(5);

  await pipeline().writeAverages([sliding('ACME', 61, { average: 123.5, record_count: 17 })]);
  await expect.poll(() => drawn(page), SOON).toMatchObject({ points: 64, provisional: 7 });
  expect(await page.textContent('#figures')).toMatch(/123\.50.*17/s);

  // The watermark passes every window: the next look at the status settles them all.
  await pipeline().commit(FIRST_MS + 500_000);
  await expect.poll(() => drawn(page), SOON).toMatchObject({ points: 64, provisional: 0 });
  expect((await seen(page, '--accent-soft')).count).toBe(0);

  expect(problems()).toEqual([]);
  await page.close();
});

test('a hostile symbol is text wherever it is shown', async () => {
  const { page, problems } = await pipeline().open('/');
  await page.locator('#symbols .pick', { hasText: HOSTILE }).click();
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(63);
  expect(await page.textContent('#symbol-name')).toBe(HOSTILE);
  expect(await page.title()).toContain(HOSTILE);
  expect(await page.evaluate('document.querySelectorAll("main img, aside img").length')).toBe(0);
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  await page.keyboard.press('/');
  await page.fill('#search', 'onerror');
  await expect.poll(() => page.getByRole('option').allTextContents(), SOON).toEqual([`${HOSTILE}recent`]);
  await page.keyboard.press('Escape');
  expect(problems()).toEqual([]);
  await page.close();
});

test('the page says that it lost the sink, and goes on without a gap when it is back', async () => {
  const { page } = await pipeline().open('/?symbol=ACME');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(64);
  await pipeline().restartSink(async () => {
    await expect
      .poll(() => page.textContent('#badge'), SOON)
      .toMatch(/^reconnecting: attempt \d+, next try in \d+ s|trying now$/);
    await pipeline().writeAverages([62, 63, 64].map((second) => sliding('ACME', second)));
  });
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(67);
  expect(await page.textContent('#badge')).toBe('live');
  await page.close();
});

/** A minute of points, the minute before them, and the open one. */
function history(symbol: string) {
  const points = Array.from({ length: 61 }, (_, second) => sliding(symbol, second));
  return [...points, tumbling(symbol, -1, { is_final: true }), tumbling(symbol, 0)];
}
