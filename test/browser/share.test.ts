import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { colourOf, placeOf, seen } from './canvas.ts';
import { drawn, FIRST_MS, SOON, sliding, tumbling } from './chart-pipeline.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

const HOSTILE = `<b>'"&$(x)`;

const pipeline = useChartPipeline('share', async (started) => {
  const seconds = Array.from({ length: 61 }, (_, second) => second);
  await started.writeAverages([
    ...seconds.map((second) => sliding('ACME', second, { average: 100 + second })),
    ...seconds.map((second) => sliding('GLOBX', second, { average: 200 - second })),
    ...seconds.map((second) => sliding(HOSTILE, second, { average: 50 })),
    ...['ACME', 'GLOBX', HOSTILE].map((symbol) => tumbling(symbol, -1, { is_final: true })),
  ]);
  await started.commit(FIRST_MS + 60_000);
});

test('several symbols in one chart, in percent from the first in sight, under one cursor', async () => {
  const { page, problems } = await pipeline().open('/?symbol=ACME&range=2m');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(62);
  await page.getByRole('button', { name: 'compare GLOBX' }).click();
  await expect
    .poll(() => page.textContent('#legend'), SOON)
    .toMatch(/ACME\+60\.00%.*160\.00.*GLOBX-30\.00%.*140\.00/);
  expect(query(page).getAll('compare')).toEqual(['GLOBX']);
  expect((await seen(page, '--accent')).count).toBeGreaterThan(50);
  expect((await seen(page, '--compared-1')).count).toBeGreaterThan(50);
  // Pointed at anew each time: the chart may still make room for a longer legend.
  const pointedAt = async () => {
    const { x, y } = await placeOf(page, FIRST_MS + 20_500);
    await page.mouse.move(x, y);
    return await page.textContent('#legend');
  };
  await expect.poll(pointedAt, SOON).toMatch(/ACME\+20\.00%.*GLOBX-10\.00%/);
  await page.mouse.move(0, 0);

  await pipeline().writeAverages([sliding('GLOBX', 61, { average: 300 })]);
  await expect.poll(() => page.textContent('#legend'), SOON).toMatch(/ACME\+60\.00%.*GLOBX\+50\.00%/);

  await page.locator('#legend').getByRole('button', { name: 'GLOBX' }).click();
  await expect.poll(() => page.textContent('#legend'), SOON).toMatch(/sliding-10s160\.00.*tumbling-1m/);
  expect(problems()).toEqual([]);
  await page.close();
});

test('the address holds everything, and the back button undoes what was done on purpose', async () => {
  const { page } = await pipeline().open('/');
  await expect.poll(() => query(page).get('symbol'), SOON).not.toBeNull();
  const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
  await click('ACME');
  await click('1h');
  await page.getByRole('button', { name: 'tumbling-1m' }).click();
  await click('deviation');
  await page.locator('#zone').click();
  await page.locator('#theme').click();
  await page.locator('#theme').click();
  await page.keyboard.press('Space');
  await expect.poll(() => page.textContent('#pause'), SOON).toBe('Back to now');
  const link = page.url();
  expect(Object.fromEntries(query(page))).toEqual({
    symbol: 'ACME',
    window: 'sliding-10s',
    range: '1h',
    paused: String(FIRST_MS + 60_000),
    band: '1',
    tz: 'utc',
    theme: 'dark',
  });
  const words = await wordsOf(page);

  const { page: other } = await pipeline().open(new URL(link).pathname + new URL(link).search);
  await expect.poll(() => wordsOf(other), SOON).toEqual(words);
  expect(await drawn(other)).toEqual(await drawn(page));
  await other.close();

  const back = async () => void (await page.goBack());
  await back();
  await expect.poll(() => page.textContent('#pause'), SOON).toBe('Pause');
  await back();
  await back();
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
  await back();
  expect(await page.textContent('#zone')).toBe('Local time');
  await back();
  await back();
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(62);
  await back();
  await expect.poll(async () => (await drawn(page)).to - (await drawn(page)).from, SOON).toBe(300_000);
  expect(await page.textContent('#symbol-name')).toBe('ACME');
  await page.close();
});

test('the theme is there before the first module, follows the system, and is remembered', async () => {
  const { page } = await pipeline().open('/?symbol=ACME', { colorScheme: 'dark' });
  const theme = () => page.evaluate('document.documentElement.dataset.theme');
  expect(await theme()).toBe('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(theme, SOON).toBe('light');
  await page.locator('#theme').click(); // system → light
  await page.locator('#theme').click(); // light → dark
  await page.route('**/app.js', (route) => route.abort());
  await page.goto(`${pipeline().base}/`);
  expect(await theme()).toBe('dark');
  await page.goto(`${pipeline().base}/?theme=light`);
  expect(await theme()).toBe('light');
  await page.close();
});

test('what is in sight is saved as CSV: exactly the rows that the API has of it', async () => {
  const { page, problems } = await pipeline().open(
    pathOf({ symbol: HOSTILE, from: String(FIRST_MS + 10_000), to: String(FIRST_MS + 19_999) }),
  );
  await expect.poll(async () => (await drawn(page)).points, SOON).toBeGreaterThan(0);
  const [download] = await Promise.all([page.waitForEvent('download'), share(page, 'Save as CSV')]);
  expect(download.suggestedFilename()).toMatch(/^averages_-b-x-_2023\d{4}T\d{6}_2023\d{4}T\d{6}\.csv$/);
  const [header, ...rows] = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n');
  const column = header!.split(',').indexOf('window_end');
  expect(rows).toHaveLength(10);
  expect(rows.every((row) => row.startsWith(`"<b>'""&$(x)",sliding-10s,`))).toBe(true);
  expect(rows.map((row) => row.replace(/^"(?:[^"]|"")*"/, '').split(',')[column])).toEqual(
    Array.from({ length: 10 }, (_, index) => String(FIRST_MS + 10_000 + index * 1_000)),
  );
  await expect.poll(() => page.textContent('#share-note'), SOON).toBe('10 rows saved');
  expect(problems()).toEqual([]);
  await page.close();
});

test('the picture is a PNG of the chart', async () => {
  const { page, problems } = await pipeline().open('/?symbol=ACME&theme=dark');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(62);
  const [download] = await Promise.all([page.waitForEvent('download'), share(page, 'Save picture')]);
  expect(download.suggestedFilename()).toMatch(/^averages_ACME_.*\.png$/);
  const bytes = readFileSync(await download.path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  const chart = (await page.locator('#chart').boundingBox())!;
  expect(bytes.readUInt32BE(16)).toBeGreaterThanOrEqual(Math.floor(chart.width));
  expect(bytes.readUInt32BE(20)).toBeGreaterThan(chart.height);
  // The line is in it, not only its sample in the head.
  const [red, green, blue] = await colourOf(page, '--accent');
  const count = await page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (each) => each.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const ctx = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    ctx.drawImage(picture, 0, 64);
    const { data } = ctx.getImageData(0, 128, picture.width - 120, picture.height - 128);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] === ${red} && data[i + 1] === ${green} && data[i + 2] === ${blue}) count += 1;
    }
    return count;
  })()`);
  expect(count).toBeGreaterThan(50);
  expect(problems()).toEqual([]);
  await page.close();
});

test('the request is copied as curl, and gives what is in sight', async () => {
  const { page } = await pipeline().open(pathOf({ symbol: HOSTILE, window: 'sliding-10s', range: '1m' }), {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await expect.poll(async () => (await drawn(page)).points, SOON).toBeGreaterThan(50);
  await share(page, 'Copy as curl');
  await expect.poll(() => page.textContent('#share-note'), SOON).toBe('curl copied');
  const text = String(await page.evaluate('navigator.clipboard.readText()'));
  const [, address] = /^curl -s '([^']+)'$/.exec(text) ?? [];
  const { averages } = (await (await fetch(address!)).json()) as { averages: { symbol: string }[] };
  // The line begins at a point left of the edge, which the range does not hold.
  expect(averages).toHaveLength((await drawn(page)).points - 1);
  expect(averages[0]!.symbol).toBe(HOSTILE);
  await share(page, 'Copy link');
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(page.url());
  await page.close();
});

async function share(page: Page, name: string) {
  await page.locator('#share summary').click();
  await page.getByRole('button', { name }).click();
}

async function wordsOf(page: Page): Promise<(string | null)[]> {
  const ids = ['#symbol-name', '#legend', '#zone', '#pause', '#pause-note', '#theme'];
  return Promise.all(ids.map((id) => page.textContent(id)));
}

const pathOf = (query: Record<string, string>) => `/?${new URLSearchParams(query).toString()}`;

const query = (page: Page) => new URL(page.url()).searchParams;
