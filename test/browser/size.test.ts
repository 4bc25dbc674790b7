import { expect, inject, test } from 'vitest';
import {
  BLANK,
  executablePath,
  FIRST_MS,
  NO_CHROMIUM,
  SOON,
  sliding,
  startChartPipeline,
  tumbling,
} from './chart-pipeline.ts';

/** All that a first visit transfers until the chart is drawn, heads of the answers and data included. */
const BYTES_MAX = 120_000;

test('a first visit transfers less than 120 KB, all of it from here', async (context) => {
  if (executablePath === undefined) return context.skip(NO_CHROMIUM);
  const pipeline = await startChartPipeline(inject('brokers'), 'size');
  try {
    const seconds = Array.from({ length: 281 }, (_, second) => second);
    await pipeline.writeAverages([
      ...seconds.map((second) => sliding('ACME', second)),
      ...[0, 1, 2, 3, 4].map((minute) => tumbling('ACME', minute)),
    ]);
    await pipeline.commit(FIRST_MS + 280_000);

    const { page, problems } = await pipeline.open(BLANK);
    const session = await page.context().newCDPSession(page);
    const urls = new Map<string, string>();
    const bytes = new Map<string, number>();
    session.on(
      'Network.requestWillBeSent',
      ({ requestId, request }) => void urls.set(requestId, request.url),
    );
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      bytes.set(urls.get(requestId)!, encodedDataLength);
    });
    await session.send('Network.enable');
    await page.goto(`${pipeline.base}/?symbol=ACME`);
    await expect.poll(() => page.textContent('#badge'), SOON).toBe('live');
    await expect.poll(() => page.locator('#chart').getAttribute('data-points'), SOON).toBe('286');
    const kinds = Map.groupBy(bytes, ([url]) => (url.includes('/api/') ? 'answers' : 'files'));
    const sum = (kind: 'files' | 'answers') =>
      (kinds.get(kind) ?? []).reduce((total, [, length]) => total + length, 0);
    expect(kinds.get('files')!.length).toBeGreaterThan(40);
    expect(sum('files') + sum('answers')).toBeLessThan(BYTES_MAX);
    expect(problems()).toEqual([]);
    await page.close();
  } finally {
    await pipeline.stop();
  }
});
