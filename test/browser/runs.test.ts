import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { CHROMIUM_ARGS } from '../support/chromium.ts';
import { makePipeline, type Pipeline } from '../support/pipeline.ts';
import { executablePath, NO_CHROMIUM, SOON } from './chart-pipeline.ts';

const NAMES = ['one', 'two'] as const;

let pipeline: Pipeline;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (executablePath === undefined) return;
  pipeline = await makePipeline({
    brokers: inject('brokers'),
    name: 'runs',
    env: { PARTITIONS: '4', WINDOWS: 'sliding:10s,tumbling:10s' },
  });
  const sink = await pipeline.start('sink');
  browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  page = await browser.newPage({ viewport: { width: 1_200, height: 900 } });
  await page.goto(`http://127.0.0.1:${sink.port}/`);
});

beforeEach((context) => {
  if (executablePath === undefined) context.skip(NO_CHROMIUM);
});

afterAll(async () => {
  await browser?.close();
  await pipeline?.stop();
});

test('the page says what comes up, step by step, and what to do about what does not', async () => {
  const step = (id: string) => page.textContent(`#start-up [data-step="${id}"]`);
  await expect.poll(() => step('topics'), SOON).toBe('✓ topics are there');
  await expect.poll(() => step('price'), SOON).toMatch(/^○ first price.*npm run producer/);
  expect(await step('average')).toMatch(/^○ first average.*npm run aggregator/);
  await pipeline.start('producer', { SOURCE: 'simulate', SYMBOLS: '8', RATE: '40' });
  await expect.poll(() => step('price'), SOON).toBe('✓ first price');
  await expect.poll(() => step('average'), SOON).toMatch(/^○/);
  await pipeline.start('aggregator', { INSTANCE_ID: NAMES[0] });
  await expect.poll(() => step('average'), SOON).toBe('✓ first average');
  await expect.poll(() => page.textContent('#badge'), SOON).toBe('live');
  // Ten seconds of prices and the grace close the first of them; then the list has nothing more to say.
  await expect.poll(() => page.isVisible('#start-up'), { timeout: 60_000 }).toBe(false);
});

test('the panel follows when an aggregator joins and when it leaves', async () => {
  await page.click('#runs summary');
  expect(new URL(page.url()).searchParams.get('runs')).toBe('1');
  const held = async () => {
    const rows = await page.locator('#runs-rows tr').allInnerTexts();
    return rows.map((row) => row.split('\t').slice(0, 2));
  };
  await expect.poll(held, SOON).toEqual([['one', '0–3']]);
  const figures = () => page.locator('#runs-figures dd').allTextContents();
  await expect.poll(async () => (await figures())[0], SOON).toMatch(/^[34]\d$/);
  expect((await figures()).slice(4)).toEqual([expect.stringMatching(/ ms$/), expect.stringMatching(/ ms$/)]);
  expect(await page.locator('#runs-rows td').nth(1).textContent()).toMatch(/^\d\d:\d\d:\d\d/);

  const second = await pipeline.start('aggregator', { INSTANCE_ID: NAMES[1] });
  await expect.poll(async () => (await held()).map(([name]) => name), SOON).toEqual([...NAMES]);
  const partitions = (await held()).map(([, text]) => text);
  expect(partitions.every((text) => text !== '' && text !== '0–3')).toBe(true);

  await second.stop();
  await expect.poll(held, SOON).toEqual([['one', '0–3']]);
  await page.click('#runs summary');
  expect(await page.isVisible('#runs-rows')).toBe(false);
});
