import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, chromiumPath } from '../../support/chromium.ts';
import { until } from '../../support/pipeline.ts';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { quantile, spreadText } from '../spread.ts';
import { withPipeline } from '../with-pipeline.ts';
import { fillSymbols } from './fill-symbols.ts';
import { traceMainThread } from './main-thread.ts';

const WINDOW = 'sliding-10s';
const SERIES = 20;
const POINTS = 3_600;
const UPDATES_PER_SECOND = 60;
const MILLION = 1_000_000;
const VIEWPORT = { width: 1_280, height: 760 };
const DRAWN_MS = 60_000;

interface Figures {
  /** All that was transferred, and of it what is not data. */
  bytes: number;
  fileBytes: number;
  paintMs: number;
  framesMs: number[];
  framesCpuMs: number[];
  longestMs: number;
  pannedMs: number;
}

export const pageBench: Bench = {
  name: 'page',
  summary: `main thread of the page: ${SERIES} series at ${UPDATES_PER_SECOND} updates a second, a million points panned; bytes, first paint`,
  async run(context) {
    const executablePath = chromiumPath();
    if (executablePath === undefined)
      throw new Error('page: no Chromium, wanted CHROMIUM_PATH or one in /usr/bin');
    const figures: Figures[] = [];
    for (let run = 0; run < context.runs; run += 1) {
      const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
      try {
        figures.push(await measureOnce(context, browser));
      } finally {
        await browser.close();
      }
    }
    const what = `${SERIES} series × ${POINTS} points, ${UPDATES_PER_SECOND} updates/s`;
    return [
      row(
        'first visit, files',
        spreadText(
          figures.map(({ fileBytes }) => fileBytes / 1_000),
          'KB',
        ),
        '< 120 KB',
      ),
      row(
        'the same with 3,000 results as data',
        spreadText(
          figures.map(({ bytes }) => bytes / 1_000),
          'KB',
        ),
      ),
      row(
        'first contentful paint',
        spreadText(
          figures.map(({ paintMs }) => paintMs),
          'ms',
        ),
      ),
      row(
        `${what}: CPU of the main thread per frame, p95`,
        spreadText(
          figures.map(({ framesCpuMs }) => quantile(framesCpuMs, 0.95)),
          'ms',
        ),
        '< 8 ms',
      ),
      row(
        'the same, with waiting for a core',
        spreadText(
          figures.map(({ framesMs }) => quantile(framesMs, 0.95)),
          'ms',
        ),
      ),
      row(
        'the same, longest task',
        spreadText(
          figures.map(({ longestMs }) => longestMs),
          'ms',
        ),
      ),
      row(
        '1,000,000 points panned: longest task',
        spreadText(
          figures.map(({ pannedMs }) => pannedMs),
          'ms',
        ),
        '≤ 50 ms',
      ),
    ];
  },
};

async function measureOnce(context: BenchContext, browser: Browser): Promise<Figures> {
  const { brokers } = await context.broker();
  const env = { PARTITIONS: '1', WINDOWS: 'sliding:10s', RETENTION: '365d' };
  return withPipeline({ brokers, name: 'bench-page', env }, async (pipeline) => {
    const database = pipeline.env['DATABASE']!;
    const symbols = Array.from({ length: SERIES }, (_, index) => `S${index}`);
    const endMs = Date.now() - 30_000;
    const rows = context.isQuick ? 50_000 : MILLION;
    fillSymbols({ database, symbols, rows: POINTS, endMs, window: WINDOW });
    fillSymbols({ database, symbols: ['LONG'], rows, endMs, window: WINDOW });
    await pipeline.start('aggregator');
    const sink = await pipeline.start('sink');
    await pipeline.start('producer', { SOURCE: 'walk', SYMBOLS: 'S0', RATE: String(UPDATES_PER_SECOND) });
    const base = `http://127.0.0.1:${sink.port}`;

    const first = await firstVisit(browser, `${base}/?symbol=S1&range=5m`);
    const compared = symbols.slice(1).map((symbol) => `&compare=${symbol}`);
    const live = await liveFrames(
      browser,
      `${base}/?symbol=S0&range=1h${compared.join('')}`,
      context.isQuick,
    );
    const from = endMs - 86_400_000;
    const pannedMs = await panned(browser, `${base}/?symbol=LONG&from=${from}&to=${endMs}`, context.isQuick);
    context.say(
      `  ${first.fileBytes} of ${first.bytes} bytes are files, painted after ${first.paintMs.toFixed(0)} ms; p95 ${quantile(live.framesCpuMs, 0.95).toFixed(1)} ms CPU of ${live.framesMs.length} frames; panned ${pannedMs.toFixed(1)} ms`,
    );
    return { ...first, ...live, pannedMs };
  });
}

async function firstVisit(
  browser: Browser,
  url: string,
): Promise<Pick<Figures, 'bytes' | 'fileBytes' | 'paintMs'>> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  const session = await page.context().newCDPSession(page);
  const urls = new Map<string, string>();
  let bytes = 0;
  let fileBytes = 0;
  session.on('Network.requestWillBeSent', ({ requestId, request }) => void urls.set(requestId, request.url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength;
    if (!urls.get(requestId)!.includes('/api/')) fileBytes += encodedDataLength;
  });
  await session.send('Network.enable');
  await page.goto(url);
  await untilDrawn(page);
  const paintMs = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0].startTime`,
  );
  await page.close();
  return { bytes, fileBytes, paintMs };
}

async function liveFrames(
  browser: Browser,
  url: string,
  isQuick: boolean,
): Promise<Pick<Figures, 'framesMs' | 'framesCpuMs' | 'longestMs'>> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(url);
  await until('all series are drawn', DRAWN_MS, async () => (await pointsOf(page)) > (SERIES - 1) * 2_500);
  const { tasksMs, ...frames } = await traceMainThread(browser, page, () =>
    page.waitForTimeout(isQuick ? 2_000 : 10_000),
  );
  await page.close();
  return { ...frames, longestMs: Math.max(...tasksMs) };
}

/** To and fro over days, with a look at all of it. */
async function panned(browser: Browser, url: string, isQuick: boolean): Promise<number> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(url);
  await untilDrawn(page);
  const box = (await page.locator('#chart .u-over').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const { tasksMs } = await traceMainThread(browser, page, async () => {
    for (let step = 0; step < (isQuick ? 30 : 300); step += 1) {
      await page.mouse.wheel(step % 60 < 40 ? -80 : 80, 0);
      if (step % 50 === 49) await page.mouse.wheel(0, step % 100 === 99 ? -400 : 400);
      await page.waitForTimeout(16);
    }
  });
  await page.close();
  return Math.max(...tasksMs);
}

async function untilDrawn(page: Page): Promise<void> {
  await until('the chart is drawn', DRAWN_MS, async () => (await pointsOf(page)) > 100);
}

async function pointsOf(page: Page): Promise<number> {
  return Number(await page.locator('#chart').getAttribute('data-points'));
}

function row(what: string, ours: string, wanted = ''): Row {
  return { what, ours, reference: '', ratio: '', wanted };
}
