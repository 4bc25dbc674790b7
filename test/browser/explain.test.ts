import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { price, send, T0 } from '../integration/explain-pipeline.ts';
import { CHROMIUM_ARGS } from '../support/chromium.ts';
import { type KafkaProxy, startKafkaProxy } from '../support/kafka-proxy.ts';
import { makePipeline, type Pipeline, until } from '../support/pipeline.ts';
import { axeFaults } from './axe.ts';
import { placeOf, seen } from './canvas.ts';
import { drawn, executablePath, NO_CHROMIUM, openPage, SOON } from './chart-pipeline.ts';

const HOSTILE = `<img src=x onerror="window.hacked = true">`;
const STORED_MS = 30_000;
/** A window of five minutes ends then. */
const LONG_S = 400;

let pipeline: Pipeline;
let proxy: KafkaProxy;
let browser: Browser;
let base: string;

beforeAll(async () => {
  if (executablePath === undefined) return;
  const brokers = inject('brokers');
  proxy = await startKafkaProxy(brokers.split(',')[0]!);
  const env = {
    PARTITIONS: '1',
    WINDOWS: 'sliding:10s,tumbling:5m',
    IDLE_TIMEOUT: 'off',
    RETENTION: '87600h',
  };
  pipeline = await makePipeline({ brokers, name: 'page-explain', env });
  await pipeline.start('aggregator');
  const sink = await pipeline.start('sink', { KAFKA_BROKERS: proxy.address });
  base = `http://127.0.0.1:${sink.port}`;
  const seconds = Array.from({ length: LONG_S + 20 }, (_, second) => second);
  const input = [
    ...seconds.slice(0, 12).map((second) => price(HOSTILE, 50, second * 1_000)),
    ...seconds.map((second) => price('ACME', 100 + second / 10, second * 1_000)),
    price('ACME', 500, 150_000), // more than the grace behind: late
  ];
  await send(brokers, pipeline.inputTopic, input);
  await pipeline.untilCommitted(60_000);
  await until('the sink has the last window', STORED_MS, async () => {
    const answer = await fetch(`${base}/api/v1/averages/latest?symbol=ACME&window=sliding-10s`);
    return ((await answer.json()) as { window_end: number }).window_end === T0 + (LONG_S + 19) * 1_000;
  });
  browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
});

beforeEach((context) => {
  if (executablePath === undefined) context.skip(NO_CHROMIUM);
});

afterAll(async () => {
  await browser?.close();
  await pipeline?.stop();
  await proxy?.close();
});

const open = (query: Record<string, string>) => {
  const range = { from: String(T0), to: String(T0 + 60_000) };
  return openPage(browser, base, pathOf({ ...range, ...query }), {});
};
const pathOf = (query: Record<string, string>) => `/?${new URLSearchParams(query).toString()}`;
const panelOf = (page: Page) => page.locator('#explain');
const query = (page: Page) => new URL(page.url()).searchParams;

test('a click on a point shows its records, what they give again, and where they are; Escape closes it', async () => {
  const { page, problems } = await open({ symbol: 'ACME', window: 'sliding-10s' });
  await expect.poll(async () => (await drawn(page)).points, SOON).toBeGreaterThan(50);
  const { x, y } = await placeOf(page, T0 + 30_000);
  await page.mouse.click(x, y);
  const panel = panelOf(page);
  await expect
    .poll(() => panel.locator('.verdict').textContent(), SOON)
    .toBe('Recomputed from its 11 records: the same.');
  expect(query(page).get('explain')).toBe(`sliding-10s:${T0 + 30_000}:0`);

  const { averages } = (await (
    await fetch(
      `${base}/api/v1/averages?symbol=ACME&window=sliding-10s&from=${T0 + 30_000}&to=${T0 + 30_000}`,
    )
  ).json()) as { averages: { average: number; input_offset: number }[] };
  const [published] = averages;
  const words = (await panel.textContent())!;
  expect(words).toContain(`${pipeline.inputTopic}, partition 0`);
  expect(words).toContain(`average${published!.average}${published!.average}= same`);
  expect(words).toMatch(new RegExp(`newest offset${published!.input_offset}`));
  const records = panel.locator('table', { hasText: 'Its 11 records' }).locator('tbody tr');
  expect(await records.count()).toBe(11);
  // The newest first: offset, time, value.
  expect(await records.first().locator('th').textContent()).toBe(String(published!.input_offset));
  expect(await records.first().locator('td').last().textContent()).toBe('103');

  expect(await axeFaults(page)).toEqual([]);
  // A ring around it, and the time of its window.
  expect((await seen(page, '--ink')).stretches.length).toBe(1);
  await page.keyboard.press('Escape');
  await expect.poll(() => panel.isHidden(), SOON).toBe(true);
  expect(query(page).get('explain')).toBeNull();
  await expect.poll(async () => (await seen(page, '--ink')).count, SOON).toBe(0);
  await page.goBack();
  await expect.poll(() => panel.locator('.verdict').textContent(), SOON).toContain('the same');
  expect(problems()).toEqual([]);
  await page.close();
});

test('a drag and a double click explain nothing', async () => {
  const { page } = await open({ symbol: 'ACME', window: 'sliding-10s' });
  await expect.poll(async () => (await drawn(page)).points, SOON).toBeGreaterThan(50);
  const { x, y } = await placeOf(page, T0 + 30_000);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 80, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await drawn(page)).from, SOON).toBeGreaterThan(T0);
  await page.mouse.dblclick(x, y);
  await expect.poll(() => query(page).get('from'), SOON).toBeNull();
  // A third of a second later it would be there.
  await page.waitForTimeout(400);
  expect(query(page).get('explain')).toBeNull();
  await page.close();
});

test('the link opens it; what limits leave out, late records and a name of any kind are said', async () => {
  const { page, problems } = await open({
    symbol: 'ACME',
    explain: `tumbling-5m:${T0 + LONG_S * 1_000}`,
  });
  const panel = panelOf(page);
  await expect.poll(() => panel.locator('.verdict').textContent(), SOON).toContain('the same');
  expect(await panel.locator('.cut').textContent()).toMatch(/^The newest 200 of \d+ records are listed\.$/);
  expect(await panel.textContent()).toContain('final: no other revision follows');
  const caption = await panel.locator('caption', { hasText: 'The newest 200 of its' }).count();
  expect(caption).toBe(1);
  expect(await panel.textContent()).toMatch(/Came when the window was closed, not counted.*500/);

  await page.goto(`${base}${pathOf({ symbol: HOSTILE, explain: `sliding-10s:${T0 + 9_000}` })}`);
  await expect
    .poll(() => panel.locator('.verdict').textContent(), SOON)
    .toContain('its 10 records: the same');
  // Of another symbol it says nothing.
  await page.locator('#symbols .pick', { hasText: 'ACME' }).click();
  await expect.poll(() => panel.isHidden(), SOON).toBe(true);
  expect(query(page).get('explain')).toBeNull();
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(problems()).toEqual([]);
  await page.close();
});

test('what is not there and a Kafka that is away are said in words, and tried again', async () => {
  const { page } = await open({ symbol: 'ACME', explain: `sliding-10s:${T0 + 500}` });
  const panel = panelOf(page);
  const note = () => panel.locator('.note').first().textContent();
  await expect.poll(note, SOON).toMatch(/^This result is not in Kafka\. /);
  expect(await panel.getByRole('button', { name: 'Try again' }).count()).toBe(0);

  await proxy.close();
  await page.goto(`${base}${pathOf({ symbol: 'ACME', explain: `sliding-10s:${T0 + 20_000}` })}`);
  await expect
    .poll(note, { timeout: 40_000 })
    .toMatch(/^Kafka (cannot be reached|took too long to answer)\. /);
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(note, SOON).toBe('Reading the records…');
  expect(await panel.getAttribute('aria-busy')).toBe('true');
  await page.close();
});
