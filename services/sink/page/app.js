import { createAccess } from './access/access.js';
import { createBadge } from './badge.js';
import { createChartCard } from './chart-card.js';
import { createThemeSwitch, rememberedTheme } from './controls/theme.js';
import { element } from './element.js';
import { createExplain } from './explain/explain.js';
import { createFigures } from './figures.js';
import { createFeeds } from './rows/feeds.js';
import { emptyWords, pollStatus, showPipeline } from './status.js';
import { createSymbolList } from './symbols.js';
import { COMPARED_MAX } from './view/url-state.js';
import { createViewState } from './view/view-state.js';

/** @import { Status, View } from './types.d.ts' */

// What the reader has chosen (state) and what there is (feeds) come together in showView and showRows; every part of
// the page gets both from here, and asks for a change of the view by state.change.
const state = createViewState({ theme: rememberedTheme() }, showView);
const badge = createBadge(element('badge'));
const feeds = createFeeds({
  onRows: () => {
    badge.noteFresh(Date.now());
    card.rowsChanged();
  },
  onConnection: (connection) => badge.setConnection(connection),
});
const figures = createFigures(element('figures'));
const card = createChartCard({
  state,
  feeds,
  onDrawn: showRows,
  marksOf: (scene) => [...explain.marks(scene), ...access.marks(scene)],
});
const explain = createExplain({ state, feeds, card, opener: element('chart') });
const access = createAccess({ state, feeds, card, onExplain: explain.explain });
const theme = createThemeSwitch(element('theme'), (chosen) => state.change({ theme: chosen }));
const symbols = createSymbolList({
  list: element('symbols'),
  search: /** @type {HTMLInputElement} */ (element('search')),
  note: element('symbols-note'),
  onPick: pick,
  onFirst: (symbol) => state.adjust({ symbol }),
  onCompare: compare,
});

/** @type {Status | undefined} */
let status;
let isStatusKnown = false;

/** @param {string} symbol */
function pick(symbol) {
  const { view } = state;
  if (symbol === view.symbol) return;
  state.change({ symbol, compared: view.compared.filter((name) => name !== symbol) });
}

/** @param {string} symbol */
function compare(symbol) {
  const { compared } = state.view;
  const without = compared.filter((name) => name !== symbol);
  if (without.length < compared.length) state.change({ compared: without });
  else if (compared.length < COMPARED_MAX) state.change({ compared: [...compared, symbol] });
}

/** @param {View} view */
function showView(view) {
  theme.show(view.theme);
  symbols.show(view);
  element('head').hidden = view.symbol === '';
  element('symbol-name').textContent = view.symbol;
  document.title = view.symbol === '' ? 'Meanwhile' : `${view.symbol} · Meanwhile`;
  feeds.show(view);
  card.show(view);
  explain.show(view);
  access.show(view);
}

function showRows() {
  const { main } = feeds;
  const isEmpty = !main || main.store.size === 0;
  badge.setHasRows(!isEmpty);
  if (main) figures.update(main.store, state.view.isUtc);
  explain.drawn();
  access.drawn();
  element('empty').hidden = !isEmpty || !isStatusKnown;
  if (!isEmpty || !isStatusKnown) return;
  const { title, detail } = emptyWords(status, state.view.symbol);
  element('empty-title').textContent = title;
  element('empty-detail').textContent = detail;
}

showView(state.view);
void pollStatus((answer) => {
  status = answer;
  isStatusKnown = true;
  feeds.setStatus(answer);
  const committedMs = answer?.freshness.last_commit_time;
  // By the sink's clock: what counts here is how long ago.
  if (answer && committedMs) badge.noteFresh(Date.now() - (answer.now - committedMs));
  showPipeline(element('pipeline'), answer);
  card.update();
});
