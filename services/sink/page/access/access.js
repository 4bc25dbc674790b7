import { listenToKeys } from '../controls/keys.js';
import { element } from '../element.js';
import { seriesInSight } from '../explain/in-sight.js';
import { listenToChartKeys } from './chart-keys.js';
import { createRangeTable } from './range-table.js';
import { chartLabel, createSummary, summaryWords } from './summary.js';

/** @import { Row, Scene, View } from '../types.d.ts' */

/**
 * The page without a mouse, or without seeing it: keys of the chart, a table of what is in sight, what is new in
 * words, and a list of all keys.
 * @param {{
 *   state: ReturnType<typeof import('../view/view-state.js').createViewState>,
 *   feeds: ReturnType<typeof import('../rows/feeds.js').createFeeds>,
 *   card: ReturnType<typeof import('../chart-card.js').createChartCard>,
 *   onExplain: (row: Row) => void,
 * }} o
 */
export function createAccess({ state, feeds, card, onExplain }) {
  const chart = element('chart');
  const tableSwitch = element('table-switch');
  const keys = listenToChartKeys({
    element: chart,
    said: element('chart-said'),
    state,
    feeds,
    card,
    onExplain,
  });
  const summary = createSummary(element('summary'), () => summaryWords(state.view, feeds.main));
  const rangeTable = createRangeTable({
    box: element('table'),
    rows: () =>
      seriesInSight(state.view, feeds.main, card.range())
        .flatMap(({ rows }) => rows)
        .sort((a, b) => b.window_end - a.window_end),
    isSettled: (row) => feeds.main?.store.isSettled(row) ?? false,
    onExplain,
  });
  /** @type {Promise<{ open: () => void }> | undefined} */
  let help;

  async function openHelp() {
    help ??= import('./help.js').then(({ createHelp }) => createHelp());
    try {
      (await help).open();
    } catch {
      help = undefined; // The sink is away; the next press tries again.
    }
  }

  tableSwitch.addEventListener('click', () => state.change({ hasTable: !state.view.hasTable }));
  element('help').addEventListener('click', () => void openHelp());
  listenToKeys({ '?': () => void openHelp() });

  return {
    /** @param {View} view */
    show(view) {
      tableSwitch.setAttribute('aria-pressed', String(view.hasTable));
      rangeTable.show(view);
    },
    drawn() {
      const label = chartLabel(card.chart.scene);
      if (chart.getAttribute('aria-label') !== label) chart.setAttribute('aria-label', label);
      keys.drawn();
      rangeTable.drawn();
      summary.drawn();
    },
    /** @param {Scene} scene */
    marks: (scene) => keys.marks(scene),
  };
}
