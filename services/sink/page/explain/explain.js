import { ringLayer } from '../chart/ring-layer.js';
import { explainedOf } from './explained.js';
import { seriesInSight } from './in-sight.js';
import { nearestRow } from './nearest-row.js';

/** @import { Explained, Layer, Row, Scene, View } from '../types.d.ts' */

/** A second click within this time makes it a double click, which is for the range. */
const DOUBLE_CLICK_MS = 250;
/** More is a drag. */
const STILL_PX = 6;

/**
 * Explains the result that is clicked: `explain` in the address names it, a panel says what it is made of, and a ring
 * and the time of its window are laid over the chart. The panel's modules are fetched when first needed.
 * @param {{
 *   state: ReturnType<typeof import('../view/view-state.js').createViewState>,
 *   feeds: ReturnType<typeof import('../rows/feeds.js').createFeeds>,
 *   card: Pick<ReturnType<typeof import('../chart-card.js').createChartCard>, 'chart' | 'range'>,
 *   opener: HTMLElement,
 * }} o `opener`: has the focus when the panel was closed
 */
export function createExplain({ state, feeds, card, opener }) {
  const { plot } = card.chart;
  /** @type {Promise<ReturnType<typeof import('./panel.js').createExplainPanel>> | undefined} */
  let opening;
  /** @type {number | undefined} */
  let clicked;
  let downPx = { x: 0, y: 0 };

  async function open() {
    const { createExplainPanel } = await import('./panel.js');
    return createExplainPanel({ onClose: close, revisionOf: (explained) => rowOf(explained)?.revision });
  }

  /** @param {View} view */
  async function show(view) {
    if (view.explained === null && opening === undefined) return;
    opening ??= open();
    try {
      // By then the view may be another one.
      (await opening).show(state.view);
    } catch {
      // The sink is away, as the badge says: the next click tries again.
      opening = undefined;
    }
  }

  /** @param {Row} row */
  function explain(row) {
    state.change({ explained: explainedOf(row) });
    void opening?.then((panel) => panel.focus());
  }

  function close() {
    if (state.view.explained === null) return;
    state.change({ explained: null });
    opener.focus();
  }

  /** @param {Explained} explained */
  function rowOf({ window, endMs, partition }) {
    const series = feeds.main?.store.series().find((each) => each.window === window);
    return series?.rows.findLast(
      (row) => row.window_end === endMs && (partition === null || row.partition === partition),
    );
  }

  /** @param {MouseEvent} event */
  function click(event) {
    clearTimeout(clicked);
    const isStill = Math.hypot(event.clientX - downPx.x, event.clientY - downPx.y) <= STILL_PX;
    if (!isStill || event.detail > 1 || event.shiftKey) return;
    const box = plot.over.getBoundingClientRect();
    const row = rowUnder(event.clientX - box.left, event.clientY - box.top);
    if (row) clicked = setTimeout(() => explain(row), DOUBLE_CLICK_MS);
  }

  /**
   * @param {number} x
   * @param {number} y in CSS pixels of the plot
   */
  function rowUnder(x, y) {
    const { view } = state;
    const valueAt = percentOrValue(card.chart.scene, view.symbol);
    return nearestRow(
      seriesInSight(view, feeds.main, card.range()),
      { x, y },
      {
        timeAt: (px) => plot.posToVal(px, 'x'),
        xOf: (timeMs) => plot.valToPos(timeMs, 'x'),
        yOf: (average) => plot.valToPos(valueAt(average), 'y'),
      },
    );
  }

  plot.over.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => {
    downPx = { x, y };
  });
  plot.over.addEventListener('click', click);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || state.view.explained === null) return;
    // Theirs closes first.
    const { target } = event;
    if (target instanceof Element && target.closest('details[open], dialog[open], input')) return;
    event.preventDefault();
    close();
  });

  return {
    explain,
    /** @param {View} view */
    show: (view) => void show(view),
    /** Rows were drawn. */
    drawn: () => void opening?.then((panel) => panel.rowsChanged()).catch(() => {}),
    /**
     * @param {Scene} scene
     * @returns {Layer[]}
     */
    marks(scene) {
      const { explained, symbol } = state.view;
      if (explained === null) return [];
      const series = seriesInSight(state.view, feeds.main, scene.range).find(
        ({ window }) => window === explained.window,
      );
      const row = series?.rows.findLast(({ window_end }) => window_end === explained.endMs);
      if (!series || !row) return [];
      return [
        ringLayer({
          row,
          isLevel: series.kind !== 'sliding',
          valueAt: percentOrValue(scene, symbol),
          hasWindow: true,
        }),
      ];
    },
  };
}

/**
 * What an average of a symbol is on the price axis: in percent where symbols are compared.
 * @param {Scene} scene
 * @param {string} symbol
 */
export function percentOrValue({ percents }, symbol) {
  return percents.get(symbol) ?? ((/** @type {number} */ average) => average);
}
