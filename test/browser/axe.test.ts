import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { drawn, FIRST_MS, SOON, sliding, tumbling } from './chart-pipeline.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

const pipeline = useChartPipeline('axe', async (started) => {
  const seconds = Array.from({ length: 61 }, (_, second) => second);
  const symbols = [
    'ACME',
    'GLOBX',
    'INIT',
    'UMBR',
    'HOOLI',
    'STARK',
    'WAYNE',
    'OSCP',
    'CYBR',
    'TYRL',
    'SOYL',
  ];
  await started.writeAverages([
    ...symbols.flatMap((symbol) => seconds.map((second) => sliding(symbol, second))),
    ...symbols.map((symbol) => tumbling(symbol, -1, { is_final: true })),
  ]);
  await started.commit(FIRST_MS + 60_000);
});

const COMPARED = ['GLOBX', 'INIT', 'UMBR', 'HOOLI', 'STARK', 'WAYNE', 'OSCP', 'CYBR', 'TYRL', 'SOYL'];

/** What there is to look at, and how to get there. */
const states: [name: string, path: string, points: number | null, act: (page: Page) => Promise<void>][] = [
  ['the main view', 'symbol=ACME&band=1&prices=1', 62, async () => {}],
  ['the table', 'symbol=ACME&table=1', 62, async () => {}],
  [
    'many symbols compared',
    `symbol=ACME&${COMPARED.map((name) => `compare=${name}`).join('&')}`,
    671,
    async () => {},
  ],
  [
    'the menu',
    'symbol=ACME',
    62,
    async (page) => {
      await page.locator('#share summary').click();
    },
  ],
  [
    'the help',
    'symbol=ACME',
    62,
    async (page) => {
      await page.locator('#help').click();
      await page.waitForSelector('.help[open]');
    },
  ],
  [
    'the panel of a result, and a fault in it',
    `symbol=ACME&explain=sliding-10s:${FIRST_MS + 20_000}`,
    62,
    async (page) => {
      await page.waitForSelector('#explain[aria-busy=false]', { timeout: 30_000 });
    },
  ],
  [
    'the wall of all symbols',
    'view=wall',
    null,
    async (page) => {
      await expect.poll(() => page.locator('.tile').count(), SOON).toBe(11);
    },
  ],
  [
    'what runs',
    'symbol=ACME',
    62,
    async (page) => {
      await page.getByText('What runs').click();
      await page.waitForSelector('#runs-rows tr');
    },
  ],
  [
    'a search',
    'symbol=ACME',
    62,
    async (page) => {
      await page.keyboard.press('/');
      await page.waitForSelector('.search [role=option]');
      await page.keyboard.type('O');
    },
  ],
  ['a symbol without averages', 'symbol=NOBODY', 0, async () => {}],
  ['a kiosk', 'symbol=ACME&kiosk', 62, async () => {}],
];

describe.each(['light', 'dark'])('in %s', (theme) => {
  test.each(states)('%s breaks no rule of axe', async (_name, path, points, act) => {
    const { page } = await pipeline().open(`/?${path}&theme=${theme}`);
    if (points !== null) await expect.poll(async () => (await drawn(page)).points, SOON).toBe(points);
    if (points === 0) await expect.poll(() => page.locator('#empty').isVisible(), SOON).toBe(true);
    await act(page);
    expect(await axeFaults(page)).toEqual([]);
    await page.close();
  });
});

test('on a phone neither', async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { page } = await pipeline().open('/?symbol=ACME', phone);
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(62);
  expect(await axeFaults(page)).toEqual([]);
  await page.close();
});
