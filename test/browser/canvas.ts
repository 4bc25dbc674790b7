import type { Page } from 'playwright-core';

/** Red, green, blue, 0 to 255. */
type Rgb = [number, number, number];

/** What a stretch of the chart's plotting area shows of a colour. */
export interface Seen {
  /** Pixels of that colour. */
  count: number;
  /** First and last column of each stretch of columns that have it, in CSS pixels from the plot's left; holes up to 8 pixels are part of it. */
  stretches: [number, number][];
}

/** A custom property of the style sheet, as it looks when laid over the card's background. */
export function colourOf(page: Page, name: string): Promise<Rgb> {
  return page.evaluate(`(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    const styles = getComputedStyle(document.documentElement);
    for (const each of ['--card', '${name}']) {
      canvas.fillStyle = styles.getPropertyValue(each).trim();
      canvas.fillRect(0, 0, 1, 1);
    }
    return Array.from(canvas.getImageData(0, 0, 1, 1).data.slice(0, 3));
  })()`);
}

/** Looks for a colour in the plotting area, each part within `tolerance` of it. */
export async function seen(page: Page, name: string, tolerance = 2): Promise<Seen> {
  const [red, green, blue] = await colourOf(page, name);
  return page.evaluate(`(() => {
    const canvas = document.querySelector('#chart canvas');
    const { offsetLeft, offsetTop, clientWidth: width, clientHeight: height } = document.querySelector('#chart .u-over');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--card').trim();
    copy.fillRect(0, 0, canvas.width, canvas.height);
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(offsetLeft, offsetTop, width, height);
    const isNear = (at, wanted) => Math.abs(data[at] - wanted) <= ${tolerance};
    let count = 0;
    const stretches = [];
    for (let x = 0; x < width; x += 1) {
      let inColumn = 0;
      for (let y = 0; y < height; y += 1) {
        const at = 4 * (y * width + x);
        if (isNear(at, ${red}) && isNear(at + 1, ${green}) && isNear(at + 2, ${blue})) inColumn += 1;
      }
      if (inColumn === 0) continue;
      count += inColumn;
      const last = stretches.at(-1);
      if (last && x - last[1] <= 8) last[1] = x;
      else stretches.push([x, x]);
    }
    return { count, stretches };
  })()`);
}

/** Where a time lies in the page, in CSS pixels: to point at it. */
export async function placeOf(page: Page, timeMs: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator('#chart .u-over').boundingBox())!;
  const [from, to] = await page
    .locator('#chart')
    .evaluate(({ dataset }) => [Number(dataset['from']), Number(dataset['to'])] as const);
  return { x: box.x + (box.width * (timeMs - from)) / (to - from), y: box.y + box.height / 2 };
}
