import { calmly } from './access/calmly.js';
import { createChart } from './chart/chart.js';
import { listenToGestures } from './chart/gestures.js';
import { listenToKeys } from './controls/keys.js';
import { createPause } from './controls/pause.js';
import { createSpans } from './controls/spans.js';
import { element } from './element.js';
import { dayAndTimeText, fractionText } from './format.js';
import { createLegend } from './legend.js';
import { legendEntries } from './legend-entries.js';
import { createOlderRows } from './rows/older-rows.js';
import { isShown } from './rows/shown-rows.js';
import { countAfter } from './rows/visible-rows.js';
import { makeScene } from './scene.js';
import { createShare } from './share/share.js';
import { isFollowing, moveTo, timeRange } from './view/time-range.js';
import { SPAN_DEFAULT_MS } from './view/url-state.js';

/** @import { Layer, Scene, TimeRange, View } from './types.d.ts' */

/**
 * The card with the chart and everything that moves it: legend, presets, pause, gestures, sharing.
 * @param {{
 *   state: ReturnType<typeof import('./view/view-state.js').createViewState>,
 *   feeds: ReturnType<typeof import('./rows/feeds.js').createFeeds>,
 *   onDrawn: () => void,
 *   marksOf: (scene: Scene) => Layer[],
 * }} o `marksOf`: what is laid over a picture
 */
export function createChartCard({ state, feeds, onDrawn, marksOf }) {
  /** @type {number | undefined} */
  let pointedMs;
  /** @type {TimeRange} */
  let range = { fromMs: 0, toMs: 1 };

  const updateCalmly = calmly(() => chart.update());
  const olderRows = createOlderRows(() => chart.update());
  const chart = createChart({
    element: element('chart'),
    sceneOf,
    onDrawn: drawn,
    onPoint: (timeMs) => {
      pointedMs = timeMs;
      showNumbers();
    },
    onSelect: (selected) => state.change({ fixed: selected }),
  });
  const legend = createLegend(element('legend'), { onToggle: toggle, colour: chart.colour });
  const spans = createSpans(element('spans'), (spanMs) => state.change({ spanMs, fixed: null }));
  const pause = createPause({ button: element('pause'), note: element('pause-note'), onToggle: togglePause });
  element('zone').addEventListener('click', () => state.change({ isUtc: !state.view.isUtc }));
  listenToKeys({ ' ': togglePause });
  listenToGestures(chart.plot, {
    range: () => range,
    zoomAtMs,
    onMove: move,
    onReset: reset,
  });
  createShare({
    view: () => state.view,
    range: () => range,
    feeds: () => feeds.all,
    entries: () => legendEntries(state.view, feeds.all, chart.scene, undefined),
    chart,
  });

  const newestMs = () => extreme(Math.max, (feed) => feed.store.newestMs());

  /**
   * @param {(...times: number[]) => number} pick
   * @param {(feed: import('./rows/feed.js').Feed) => number | undefined} timeOf
   */
  function extreme(pick, timeOf) {
    const times = feeds.all.map(timeOf).filter((timeMs) => timeMs !== undefined);
    return times.length > 0 ? pick(...times) : undefined;
  }

  /** @param {TimeRange} wanted */
  function move(wanted) {
    // At once, or the next movement of this frame would start from the range before.
    range = wanted;
    state.adjust(moveTo(state.view, wanted, newestMs()));
  }

  function reset() {
    state.change(state.view.fixed ? { fixed: null } : { spanMs: SPAN_DEFAULT_MS });
  }

  /**
   * While the chart follows, what is newest stays where it is.
   * @param {number} timeMs
   */
  function zoomAtMs(timeMs) {
    return isFollowing(state.view) ? (newestMs() ?? timeMs) : timeMs;
  }

  /** @returns {Scene} */
  function sceneOf() {
    const oldestMs = extreme(Math.min, (feed) => feed.oldestMs());
    const pixels = chart.plot.bbox.width || 1;
    const widthPx = pixels / devicePixelRatio;
    range = timeRange(state.view, { oldestMs, newestMs: newestMs(), nowMs: Date.now() }, pixels);
    const { view } = state;
    olderRows.ensure({ feeds: feeds.all, range, widthPx, isShown: (window) => isShown(view, window) });
    const scene = makeScene(view, feeds.all, range);
    return { ...scene, marks: marksOf(scene) };
  }

  /** @param {Scene} scene */
  function drawn({ pointCount, provisionalCount }) {
    const { dataset } = element('chart');
    dataset['points'] = String(pointCount);
    dataset['provisional'] = String(provisionalCount);
    dataset['from'] = String(range.fromMs);
    dataset['to'] = String(range.toMs);
    showNumbers();
    onDrawn();
  }

  function showNumbers() {
    const { view } = state;
    legend.update(legendEntries(view, feeds.all, chart.scene, pointedMs), feeds.all.length > 1);
    element('pointed').textContent = pointedMs === undefined ? '' : timeAt(pointedMs, view.isUtc);
    showNew();
  }

  function showNew() {
    const { view } = state;
    const series = feeds.main?.store.series() ?? [];
    pause.show(view, view.pausedMs === null ? null : countAfter(series, view.pausedMs));
  }

  function togglePause() {
    if (isFollowing(state.view)) state.change({ pausedMs: newestMs() ?? Date.now() });
    else state.change({ fixed: null, pausedMs: null });
  }

  /** @param {string} id of a legend entry */
  function toggle(id) {
    const { view } = state;
    if (view.compared.length > 0) {
      state.change({ compared: view.compared.filter((name) => name !== id) });
    } else if (id === '+candles') state.change({ hasCandles: !view.hasCandles });
    else if (id === '+deviation') state.change({ hasBand: !view.hasBand });
    else if (id === '+prices') state.change({ hasPrices: !view.hasPrices });
    else toggleWindow(id);
  }

  /** @param {string} window */
  function toggleWindow(window) {
    const names = feeds.main?.store.series().map((series) => series.window) ?? [];
    const shown = names.filter((name) => isShown(state.view, name) !== (name === window));
    state.change({ windows: shown.length === names.length ? null : shown });
  }

  return {
    /** Draws in the next frame. */
    update: chart.update,
    chart,
    /** What is shown now. */
    range: () => range,
    /** Shows another time, in passing. @param {TimeRange} wanted */
    move,
    zoomAtMs,
    reset,
    /** The feeds have something new. A picture that stands still only counts it. */
    rowsChanged() {
      if (state.view.pausedMs === null) updateCalmly();
      else showNew();
    },
    /** @param {View} view */
    show(view) {
      spans.show(view);
      element('zone').textContent = view.isUtc ? 'UTC' : 'Local time';
      element('zone').setAttribute('aria-pressed', String(view.isUtc));
      chart.update();
    },
  };
}

/**
 * @param {number} timeMs
 * @param {boolean} isUtc
 */
function timeAt(timeMs, isUtc) {
  const isToday = new Date(timeMs).toDateString() === new Date().toDateString();
  return isToday ? fractionText(timeMs, isUtc) : dayAndTimeText(timeMs, isUtc);
}
