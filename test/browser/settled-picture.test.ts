import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { BLANK, drawn, FIRST_MS, SOON, sliding, tumbling } from './chart-pipeline.ts';
import { useChartPipeline } from './use-chart-pipeline.ts';

const SECONDS = 140;
/** Of 255: where two pieces of a line meet, their soft edges lie over each other. */
const TOLERANCE = 64;
const NAMES = ['ACME', 'BOLT', 'CORE'];

const pipeline = useChartPipeline('kept', async (started) => {
  await started.writeAverages(
    NAMES.flatMap((name) => [
      ...Array.from({ length: SECONDS }, (_, second) => sliding(name, second)),
      tumbling(name, 0, { average: 101 }),
      tumbling(name, 1, { average: 99 }),
    ]),
  );
});

const RANGE = `from=${FIRST_MS - 10_000}&to=${FIRST_MS + 190_000}`;

test.each([
  ['one symbol', 'ACME', '', SECONDS + 2],
  ['two in comparison', 'BOLT', '&compare=CORE', 2 * SECONDS],
])('%s: a new result draws only the end of its line, and looks as if all was drawn', async (...given) => {
  const [, symbol, more, points] = given;
  const { page, problems } = await pipeline().open(BLANK);
  await page.addInitScript(`
    globalThis.most = 0;
    let lines = 0;
    function frame() {
      globalThis.most = Math.max(globalThis.most, lines);
      lines = 0;
      requestAnimationFrame(frame);
    }
    requestAnimationFrame(frame);
    for (const { prototype } of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D]) {
      const lineTo = prototype.lineTo;
      prototype.lineTo = function (x, y) { lines += 1; lineTo.call(this, x, y); };
    }
  `);
  await page.goto(`${pipeline().base}/?symbol=${symbol}${more}&${RANGE}`);
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(points);
  const whole = await linesOf(page, () => drawnAnew(page));
  expect(whole).toBeGreaterThan(points * 0.9);

  for (let step = 0; step < 8; step += 1) {
    const lines = await linesOf(page, async () => {
      await pipeline().writeAverages([sliding(symbol, SECONDS + step)]);
      await expect.poll(async () => (await drawn(page)).points, SOON).toBe(points + step + 1);
    });
    if (step > 0) expect(lines).toBeLessThan(whole / 3);
  }
  await expectAsDrawnAnew(page);

  // What was settled changes all the same: an earlier aggregator may have been wrong.
  await keepPicture(page);
  await pipeline().writeAverages([sliding(symbol, 50, { average: 101, revision: 2 })]);
  await expect.poll(() => otherPixels(page), SOON).toBeGreaterThan(20);
  await expectAsDrawnAnew(page);
  expect(problems()).toEqual([]);
  await page.close();
});

async function expectAsDrawnAnew(page: Page): Promise<void> {
  await keepPicture(page);
  await drawnAnew(page);
  expect(await otherPixels(page)).toBe(0);
}

/** Another theme and back: nothing that was drawn before is used. */
async function drawnAnew(page: Page): Promise<void> {
  for (const theme of ['dark', 'light']) {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    await frames(page);
  }
}

/** How many lines were drawn for a frame during `work`, at the most. */
async function linesOf(page: Page, work: () => Promise<void>): Promise<number> {
  await frames(page);
  await page.evaluate('globalThis.most = 0');
  await work();
  await frames(page);
  return page.evaluate<number>('globalThis.most');
}

function frames(page: Page): Promise<void> {
  return page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))',
  );
}

/** Of the plotting area. */
const PIXELS = `(() => {
  const { offsetLeft, offsetTop, clientWidth, clientHeight } = document.querySelector('#chart .u-over');
  const copy = new OffscreenCanvas(clientWidth, clientHeight).getContext('2d');
  copy.fillStyle = '#fff';
  copy.fillRect(0, 0, clientWidth, clientHeight);
  copy.drawImage(document.querySelector('#chart canvas'), -offsetLeft, -offsetTop);
  return copy.getImageData(0, 0, clientWidth, clientHeight).data;
})()`;

function keepPicture(page: Page): Promise<void> {
  return page.evaluate(`void (globalThis.kept = ${PIXELS})`);
}

/** How many pixels look otherwise than in the picture that was kept. */
function otherPixels(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const now = ${PIXELS};
    let count = 0;
    for (let at = 0; at < now.length; at += 4) {
      const isOther = [0, 1, 2, 3].some((part) => Math.abs(now[at + part] - globalThis.kept[at + part]) > ${TOLERANCE});
      if (isOther) count += 1;
    }
    return count;
  })()`);
}
