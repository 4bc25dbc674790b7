// `npm run screenshots`: pictures of the page on a real pipeline, in docs/images. About two minutes.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { connectCluster } from '@meanwhile/kafka';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { provideBroker } from '../../deploy/local/broker.ts';
import { withPipeline } from '../bench/with-pipeline.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../support/chromium.ts';
import { silent, until } from '../support/pipeline.ts';
import { openMarket } from './market.ts';

const images = resolve(import.meta.dirname, '../../docs/images');
/** They are in the repository: each new version of one stays there for ever. */
const BYTES_MAX = 150_000;
const PARTITIONS = 4;
const HISTORY_MS = 1_500_000;
const DESKTOP = { viewport: { width: 1_280, height: 760 } };
/** Small letters take many bytes. */
const SMALLER = { viewport: { width: 1_240, height: 720 } };
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 1.5,
  isMobile: true,
  hasTouch: true,
};
const WAIT = { timeout: 60_000 };

interface Shot {
  name: string;
  query: string;
  options?: BrowserContextOptions;
  /** Brings the page to what is to be seen. */
  act?: (page: Page) => Promise<void>;
}

const LIVE: Shot[] = [
  { name: 'light', query: 'symbol=ACME&range=5m&band=1&theme=light', act: drawn },
  { name: 'dark', query: 'symbol=STARK&range=15m&as=candles&theme=dark', act: drawn },
  {
    name: 'compare',
    query: 'symbol=ACME&range=15m&compare=GLOBX&compare=STARK&compare=HOOLI&theme=light',
    act: drawn,
  },
  { name: 'explain', query: 'symbol=TYRELL&range=1m&theme=light', options: SMALLER, act: explained },
  { name: 'wall', query: 'view=wall&theme=dark', act: wall },
  { name: 'phone', query: 'symbol=ACME&range=5m&theme=light', options: PHONE, act: drawn },
];

const executablePath = chromiumPath();
if (executablePath === undefined)
  throw new Error('Chromium: none found, wanted CHROMIUM_PATH or one in /usr/bin');
const broker = await provideBroker({ purpose: 'test', log: say, env: process.env });
const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
try {
  await empty(browser);
  await full(browser);
} finally {
  await browser.close();
  await broker.stop();
}

/** A sink before anything has happened. */
function empty(browser: Browser): Promise<void> {
  return withPipeline(
    { brokers: broker.brokers, name: 'shots-empty', env: { PARTITIONS: '1' } },
    async (pipeline) => {
      await pipeline.start('aggregator');
      const { port } = await pipeline.start('sink');
      const act = async (page: Page) => {
        await page.locator('#empty').waitFor({ state: 'visible', ...WAIT });
      };
      await shoot(browser, port, { name: 'empty', query: 'theme=light', act });
    },
  );
}

function full(browser: Browser): Promise<void> {
  const env = { PARTITIONS: String(PARTITIONS), WINDOWS: 'sliding:10s,tumbling:1m' };
  return withPipeline({ brokers: broker.brokers, name: 'shots', env }, async (pipeline) => {
    await pipeline.start('aggregator');
    await pipeline.start('aggregator');
    const { port } = await pipeline.start('sink');
    const cluster = await connectCluster(
      { brokers: broker.brokers.split(','), clientId: 'shots' },
      { logger: silent },
    );
    const market = await openMarket(cluster, pipeline.inputTopic, PARTITIONS);
    try {
      await market.past(Date.now() - HISTORY_MS);
      await pipeline.untilCommitted(60_000);
      market.live();
      for (const shot of LIVE) await shoot(browser, port, shot);
    } finally {
      await market.stop();
    }
    await cluster.close();
    const act = async (page: Page) => {
      await page.locator('#badge[data-state=stale]').waitFor(WAIT);
    };
    await shoot(browser, port, { name: 'stale', query: 'symbol=ACME&theme=light', act });
  });
}

async function shoot(
  browser: Browser,
  port: number,
  { name, query, options = DESKTOP, act }: Shot,
): Promise<void> {
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'UTC', ...options });
  await page.goto(`http://127.0.0.1:${port}/?${query}`);
  await act?.(page);
  const path = resolve(images, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  await page.close();
  const { size } = statSync(path);
  say(`${name}.png: ${Math.round(size / 1_000)} KB`);
  if (size > BYTES_MAX) throw new Error(`${path}: ${size} bytes, wanted at most ${BYTES_MAX}`);
}

async function drawn(page: Page): Promise<void> {
  await page.locator('#badge[data-state=live]').waitFor(WAIT);
  const points = async () => Number(await page.locator('#chart').getAttribute('data-points'));
  await until('the chart has points', WAIT.timeout, async () => (await points()) > 20);
  // Older rows, and what is said of the pipeline, come a moment later.
  await page.waitForTimeout(2_500);
}

async function explained(page: Page): Promise<void> {
  await drawn(page);
  await page.keyboard.press('Space');
  await page.locator('#chart').focus();
  await page.keyboard.press('End');
  for (let step = 0; step < 60; step += 1) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.locator('#explain .verdict').waitFor(WAIT);
}

async function wall(page: Page): Promise<void> {
  await page.locator('.tile path').first().waitFor(WAIT);
  // All of its lines, and the figures beside them.
  await page.waitForTimeout(2_500);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
