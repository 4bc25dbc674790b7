import { node } from '../explain/nodes.js';
import { percentText, timeText, valueText } from '../format.js';
import { SPARK_HEIGHT, SPARK_WIDTH, sparkPath } from './sparkline.js';

/** @import { Overview } from '../types.d.ts' */

/** Nothing for so long: the line stands still, and the tile says since when. */
const QUIET_MS = 60_000;
const SVG = 'http://www.w3.org/2000/svg';

/** One symbol of the wall: a button with its name, newest average, change and small line. Used again for others. */
export function createTile() {
  const name = node('span', [], 'tile-name');
  const value = node('span', [], 'tile-value');
  const change = node('span', [], 'tile-change');
  const line = document.createElementNS(SVG, 'path');
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', `0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`);
  drawing.setAttribute('preserveAspectRatio', 'none');
  drawing.setAttribute('aria-hidden', 'true');
  drawing.append(line);
  const element = node('button', [name, value, change, drawing], 'tile');
  element.type = 'button';
  name.dir = 'auto';

  return {
    element,
    /**
     * @param {Overview['symbols'][number]} of
     * @param {{ overview: Overview, gapMs: number, isUtc: boolean, leftPx: number, topPx: number, widthPx: number }} o
     */
    show(
      { symbol, average, window_end, change: part, points },
      { overview, gapMs, isUtc, leftPx, topPx, widthPx },
    ) {
      const isQuiet = overview.to - window_end > QUIET_MS;
      element.dataset['symbol'] = symbol;
      element.dataset['trend'] = part === null || part === 0 ? 'flat' : part > 0 ? 'up' : 'down';
      element.dataset['quiet'] = String(isQuiet);
      element.style.transform = `translate(${leftPx}px, ${topPx}px)`;
      element.style.width = `${widthPx}px`;
      name.textContent = symbol;
      value.textContent = valueText(average);
      change.textContent = isQuiet
        ? `since ${timeText(window_end, isUtc)}`
        : part === null
          ? ''
          : percentText(100 * part);
      line.setAttribute('d', sparkPath(points, { fromMs: overview.from, toMs: overview.to, gapMs }));
    },
  };
}
