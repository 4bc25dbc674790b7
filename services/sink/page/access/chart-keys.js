import { ringLayer } from '../chart/ring-layer.js';
import { percentOrValue } from '../explain/explain.js';
import { drawnAtMs, seriesInSight } from '../explain/in-sight.js';
import { dayAndTimeText, valueText } from '../format.js';
import { panned, zoomed } from '../view/time-range.js';
import { walk } from './walk.js';

/** @import { Layer, Row, Scene } from '../types.d.ts' */
/** @import { Place } from './walk.js' */

/** What one key moves or zooms, as a part of the time shown. */
const PAN = 0.5;
const ZOOM = 1.25;

/** @type {Record<string, Parameters<typeof walk>[2]>} */
const WAYS = {
  ArrowLeft: 'before',
  ArrowRight: 'after',
  Home: 'first',
  End: 'last',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/**
 * The keys of the focused chart: a cursor that goes from result to result, which is said and can be explained; zoom
 * and pan.
 * @param {{
 *   element: HTMLElement,
 *   said: HTMLElement,
 *   state: ReturnType<typeof import('../view/view-state.js').createViewState>,
 *   feeds: ReturnType<typeof import('../rows/feeds.js').createFeeds>,
 *   card: ReturnType<typeof import('../chart-card.js').createChartCard>,
 *   onExplain: (row: Row) => void,
 * }} o `said`: a live region
 */
export function listenToChartKeys({ element, said, state, feeds, card, onExplain }) {
  const { plot } = card.chart;
  /** @type {Place | null} */
  let place = null;

  const inSight = () => seriesInSight(state.view, feeds.main, card.range());

  /** @param {Parameters<typeof walk>[2]} way */
  function go(way) {
    const next = walk(inSight(), place, way);
    if (next) return goTo(next);
    // At the edge: on to what lies behind it. What is older has to be fetched, the next press finds it.
    const { fromMs, toMs } = card.range();
    const isBack = way === 'before';
    card.move(panned({ fromMs, toMs }, (isBack ? -PAN : PAN) * (toMs - fromMs)));
  }

  /** @param {Place} next */
  function goTo(next) {
    place = next;
    said.textContent = wordsOf(next);
    showCursor();
    card.update();
  }

  /** @param {Place} at */
  function wordsOf({ window, row }) {
    const { isUtc } = state.view;
    const words = [valueText(row.average), dayAndTimeText(row.window_end, isUtc), window];
    if (!feeds.main?.store.isSettled(row)) words.push('provisional');
    if (row.corrected) words.push('corrected');
    if (row.column_start !== undefined) words.push(`last of ${row.record_count} records here`);
    return words.join(', ');
  }

  /** The picture moves, and the cursor with it. */
  function showCursor() {
    if (!place) return;
    const { row, window } = place;
    const series = inSight().find((each) => each.window === window);
    const left = plot.valToPos(drawnAtMs(row, series?.kind ?? 'sliding'), 'x');
    const value = percentOrValue(card.chart.scene, state.view.symbol)(row.average ?? 0);
    const isInSight = left >= 0 && left <= plot.over.clientWidth;
    plot.setCursor({ left: isInSight ? left : -10, top: plot.valToPos(value, 'y') });
  }

  function leave() {
    if (!place) return;
    place = null;
    said.textContent = '';
    plot.setCursor({ left: -10, top: -10 });
    card.update();
  }

  /** @param {number} factor */
  function zoom(factor) {
    const { fromMs, toMs } = card.range();
    const atMs = place ? place.row.window_end : card.zoomAtMs((fromMs + toMs) / 2);
    card.move(zoomed({ fromMs, toMs }, factor, atMs));
  }

  /** @param {number} part */
  function pan(part) {
    const { fromMs, toMs } = card.range();
    card.move(panned({ fromMs, toMs }, part * (toMs - fromMs)));
  }

  /** @type {Record<string, () => void>} */
  const actions = {
    '+': () => zoom(1 / ZOOM),
    '=': () => zoom(1 / ZOOM),
    '-': () => zoom(ZOOM),
    0: card.reset,
    PageUp: () => pan(-PAN),
    PageDown: () => pan(PAN),
    Enter: () => {
      if (place) onExplain(place.row);
      else go('last');
    },
  };

  element.tabIndex = 0;
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== element) return;
    const way = WAYS[event.key];
    const action = actions[event.key];
    if (event.key === 'Escape' && place && state.view.explained === null) leave();
    else if (way) go(way);
    else if (action) action();
    else return;
    event.preventDefault();
  });
  // A pointer takes the cursor over.
  plot.over.addEventListener('pointermove', () => {
    if (!place) return;
    place = null;
    card.update();
  });

  return {
    drawn: showCursor,
    /**
     * @param {Scene} scene
     * @returns {Layer[]}
     */
    marks(scene) {
      if (!place) return [];
      const { row, window } = place;
      const series = seriesInSight(state.view, feeds.main, scene.range).find(
        (each) => each.window === window,
      );
      const isLevel = series !== undefined && series.kind !== 'sliding';
      return [
        ringLayer({ row, isLevel, valueAt: percentOrValue(scene, state.view.symbol), hasWindow: false }),
      ];
    },
  };
}
