import { minuteText, timeText, valueText } from '../format.js';
import uPlot from '../vendor/uPlot.esm.js';
import { lineOf } from './lines.js';
import { drawSteps, rangeOf, visibleRows } from './steps.js';
import { AXIS_FONT, Theme } from './theme.js';

/** @import { RowStore } from '../store.js' */

/** Room to the right of the newest point, as a part of the time shown. */
const AHEAD = 0.03;

/**
 * The chart of the rows in a store. `update` may be called as often as one likes: it draws once per animation frame.
 * `onPoint` gets the time under the pointer, or undefined.
 * @param {{ element: HTMLElement, store: RowStore, onPoint: (timeMs: number | undefined) => void, onDrawn: () => void }} o
 */
export function createChart({ element, store, onPoint, onDrawn }) {
  const theme = new Theme();
  let spanMs = 120_000;
  let isScheduled = false;
  /** @type {uPlot | undefined} */
  let plot;
  let lineCount = -1;

  const slidings = () => store.series().filter(({ kind, rows }) => kind === 'sliding' && rows.length > 0);
  const steps = () => store.series().filter(({ kind, rows }) => kind !== 'sliding' && rows.length > 0);

  function draw() {
    isScheduled = false;
    const newest = store.newestMs();
    const toMs = (newest ?? Date.now()) + spanMs * AHEAD;
    const fromMs = toMs - spanMs;
    const lines = slidings().map((series) => lineOf(series, store, fromMs));
    if (!plot || lines.length !== lineCount) {
      plot?.destroy();
      lineCount = lines.length;
      plot = new uPlot(options(lineCount), [[]], element);
    }
    plot.setData(aligned(lines, fromMs, toMs), false);
    plot.setScale('x', { min: fromMs, max: toMs });
    element.dataset['empty'] = String(store.size === 0);
    describe(lines, { fromMs, toMs });
    onDrawn();
  }

  function update() {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(draw);
  }

  /**
   * The numbers behind the picture, for readers who do not see it.
   * @param {ReturnType<typeof lineOf>[]} lines
   * @param {import('./steps.js').TimeRange} range
   */
  function describe(lines, range) {
    const shown = steps().flatMap((series) => visibleRows(series, range));
    const total = lines.reduce((sum, { xs }) => sum + xs.length, shown.length);
    const provisional = lines.reduce(
      (sum, { provisionalCount }) => sum + provisionalCount,
      shown.filter((row) => !store.isSettled(row)).length,
    );
    element.dataset['points'] = String(total);
    element.dataset['provisional'] = String(provisional);
    element.setAttribute('aria-label', `Chart of ${total} averages, ${provisional} of them provisional`);
  }

  /**
   * @param {number} count
   * @returns {uPlot.Options}
   */
  function options(count) {
    /** @type {uPlot.Series[]} */
    const series = [{}];
    for (let index = 0; index < count; index += 1) {
      const width = index === 0 ? 2.5 : 1.5;
      const common = { width, points: { show: false }, spanGaps: false };
      series.push(
        { ...common, stroke: () => theme.colour('accent') },
        { ...common, stroke: () => theme.colour('accent-soft'), dash: [6, 5] },
      );
    }
    const axis = { font: AXIS_FONT, stroke: () => theme.colour('muted'), ticks: { show: false } };
    const grid = { stroke: () => theme.colour('grid'), width: 1 };
    return {
      ...sizeOf(element),
      ms: 1,
      legend: { show: false },
      padding: [12, 4, 0, 20],
      cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
      scales: { x: { time: true }, y: { auto: true, range: priceRange } },
      axes: [
        { ...axis, grid: { show: false }, space: 96, size: 30, values: timeLabels },
        {
          ...axis,
          grid,
          side: 1,
          size: priceAxisSize,
          space: 44,
          values: (_, splits) => splits.map(valueText),
        },
      ],
      series,
      hooks: {
        drawAxes: [(self) => drawSteps(self, steps(), store, theme)],
        setCursor: [(self) => onPoint(pointedTime(self))],
      },
    };
  }

  /**
   * Fits lines and steps with some air; a flat line lies in the middle.
   * @type {uPlot.Range.Function}
   */
  function priceRange(self, dataMin, dataMax) {
    let low = dataMin ?? Number.POSITIVE_INFINITY;
    let high = dataMax ?? Number.NEGATIVE_INFINITY;
    for (const series of steps()) {
      for (const { average } of visibleRows(series, rangeOf(self))) {
        if (average === undefined) continue;
        low = Math.min(low, average);
        high = Math.max(high, average);
      }
    }
    if (low > high) return [0, 1];
    const air = high > low ? (high - low) * 0.12 : Math.abs(high) * 0.001 || 1;
    return [low - air, high + air];
  }

  new ResizeObserver(() => plot?.setSize(sizeOf(element))).observe(element);
  theme.watch(() => plot?.redraw(false, true));

  return {
    update,
    /** @param {number} ms */
    setSpan(ms) {
      spanMs = ms;
      update();
    },
  };
}

/**
 * All lines over one ascending list of times. Without a line the steps still need a time axis.
 * @param {ReturnType<typeof lineOf>[]} lines
 * @param {number} fromMs
 * @param {number} toMs
 * @returns {uPlot.AlignedData}
 */
function aligned(lines, fromMs, toMs) {
  const tables = lines.map(
    ({ xs, settled, provisional }) => /** @type {uPlot.AlignedData} */ ([xs, settled, provisional]),
  );
  const [first] = tables;
  if (!first) return [[fromMs, toMs]];
  return tables.length === 1 ? first : uPlot.join(tables);
}

/**
 * Seconds only where the marks are closer than a minute; no text that the left edge would cut.
 * @param {uPlot} plot
 * @param {number[]} splits
 * @param {number} _axis
 * @param {number} _space
 * @param {number} stepMs
 */
function timeLabels(plot, splits, _axis, _space, stepMs) {
  const text = stepMs >= 60_000 ? minuteText : timeText;
  return splits.map((timeMs) => (plot.valToPos(timeMs, 'x') < 24 ? '' : text(timeMs)));
}

/** @param {uPlot} plot */
function pointedTime(plot) {
  const { left } = plot.cursor;
  return left === undefined || left < 0 ? undefined : plot.posToVal(left, 'x');
}

/** @param {HTMLElement} element */
function sizeOf(element) {
  return { width: Math.max(200, element.clientWidth), height: Math.max(160, element.clientHeight) };
}

/**
 * @param {uPlot} _plot
 * @param {string[] | null} values
 */
function priceAxisSize(_plot, values) {
  const longest = (values ?? []).reduce((most, text) => Math.max(most, text.length), 0);
  return Math.max(56, longest * 7.5 + 18);
}
