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
      set(element, 'data-symbol', symbol);
      set(element, 'data-trend', part === null || part === 0 ? 'flat' : part > 0 ? 'up' : 'down');
      set(element, 'data-quiet', String(isQuiet));
      element.style.transform = `translate(${leftPx}px, ${topPx}px)`;
      element.style.width = `${widthPx}px`;
      setText(name, symbol);
      setText(value, valueText(average));
      const changeText = part === null ? '' : percentText(100 * part);
      setText(change, isQuiet ? `since ${timeText(window_end, isUtc)}` : changeText);
      set(line, 'd', sparkPath(points, { fromMs: overview.from, toMs: overview.to, gapMs }));
    },
  };
}

/**
 * What is as it was is left alone: the browser would lay it out and paint it again.
 * @param {Element} target
 * @param {string} attribute
 * @param {string} text
 */
function set(target, attribute, text) {
  if (target.getAttribute(attribute) !== text) target.setAttribute(attribute, text);
}

/**
 * @param {Element} target
 * @param {string} text
 */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
