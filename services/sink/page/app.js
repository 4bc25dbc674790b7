import { createAccess } from './access/access.js';
import { createChartCard } from './chart-card.js';
import { createThemeSwitch, rememberedTheme } from './controls/theme.js';
import { element } from './element.js';
import { createExplain } from './explain/explain.js';
import { createFigures } from './figures.js';
import { createFeeds } from './rows/feeds.js';
import { createRuns } from './runs/runs.js';
import { pollStatus } from './states/poll-status.js';
import { createStates } from './states/states.js';
import { createFinder } from './symbols/finder.js';
import { noteRecent } from './symbols/recent.js';
import { createSymbolList } from './symbols/symbol-list.js';
import { createWallCard } from './symbols/wall-card.js';
import { COMPARED_MAX } from './view/url-state.js';
import { createViewState } from './view/view-state.js';

/** @import { View } from './types.d.ts' */

// What the reader has chosen (state) and what there is (feeds) come together in showView and showRows; every part of
// the page gets both from here, and asks for a change of the view by state.change.
const state = createViewState({ theme: rememberedTheme() }, showView);
const states = createStates();
const feeds = createFeeds({
  onRows: () => {
    states.noteRows();
    card.rowsChanged();
  },
  onConnection: (connection) => states.setConnection(connection),
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
const runs = createRuns({ onToggle: () => state.change({ hasRuns: !state.view.hasRuns }) });
const theme = createThemeSwitch(element('theme'), (chosen) => state.change({ theme: chosen }));
createFinder(element('find'), { onPick: pick });
const wall = createWallCard({ state, onPick: pick });
const symbols = createSymbolList({
  list: element('symbols'),
  note: element('symbols-note'),
  onPick: pick,
  onFirst: (symbol) => state.adjust({ symbol }),
  onCompare: compare,
});

/** @param {string} symbol */
function pick(symbol) {
  const { view } = state;
  if (symbol === view.symbol && !view.isWall) return;
  state.change({ symbol, isWall: false, compared: view.compared.filter((name) => name !== symbol) });
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
  noteRecent(view.symbol);
  void wall.show(view);
  element('head').hidden = view.symbol === '';
  element('symbol-name').textContent = view.symbol;
  document.title = view.symbol === '' ? 'Meanwhile' : `${view.symbol} · Meanwhile`;
  feeds.show(view);
  states.setMain(feeds.main);
  card.show(view);
  explain.show(view);
  access.show(view);
  runs.show(view);
}

function showRows() {
  const { main } = feeds;
  states.setMain(main);
  if (main) figures.update(main.store, state.view.isUtc);
  explain.drawn();
  access.drawn();
}

showView(state.view);
void pollStatus((status) => {
  feeds.setStatus(status);
  states.setStatus(status);
  runs.setStatus(status);
  card.update();
});
