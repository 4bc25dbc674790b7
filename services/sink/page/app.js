import { fetchAverages, fetchWindows } from './api.js';
import { createBadge } from './badge.js';
import { createChart } from './chart/chart.js';
import { createLegend } from './chart/legend.js';
import { createFigures } from './figures.js';
import { pointedWords } from './pointed.js';
import { createSpans } from './spans.js';
import { emptyWords, pollStatus, showPipeline } from './status.js';
import { POINTS_MAX, RowStore } from './store.js';
import { openStream } from './stream.js';
import { createSymbolList } from './symbols.js';

/** @import { Status } from './types.d.ts' */

const store = new RowStore();
const badge = createBadge(element('badge'));
const figures = createFigures(element('figures'));
const legend = createLegend(element('legend'));
const chart = createChart({ element: element('chart'), store, onPoint: showPointed, onDrawn: showNumbers });

let symbol = '';
/** @type {number | undefined} */
let pointedMs;
/** @type {Status | undefined} */
let status;
let isStatusKnown = false;
let closeStream = () => {};

/** @param {string} picked */
function showSymbol(picked) {
  closeStream();
  symbol = picked;
  element('head').hidden = false;
  element('symbol-name').textContent = picked;
  document.title = `${picked} · Meanwhile`;
  store.clear();
  badge.setConnection('connecting');
  chart.update();
  closeStream = openStream(picked, {
    onConnection: (connection) => badge.setConnection(connection),
    onOpen: () => void loadHistory(picked),
    onReset: () => {
      store.clear();
      void loadHistory(picked);
    },
    onRow: (row) => {
      store.put(row);
      badge.noteFresh(Date.now());
      chart.update();
    },
  });
}

/** @param {string} picked */
async function loadHistory(picked) {
  try {
    const { windows, grace_ms } = await fetchWindows();
    if (picked !== symbol) return;
    store.define(windows, grace_ms);
    const histories = await Promise.all(
      windows.map(({ window }) => fetchAverages(picked, window, POINTS_MAX)),
    );
    if (picked !== symbol) return;
    // Oldest first: each row then lands at the end of its series.
    for (const rows of histories) for (const row of rows.toReversed()) store.put(row);
    chart.update();
  } catch {
    if (picked === symbol) setTimeout(() => picked === symbol && loadHistory(picked), 2_000);
  }
}

/** @param {number | undefined} timeMs */
function showPointed(timeMs) {
  pointedMs = timeMs;
  element('pointed').textContent = pointedWords(store, timeMs);
}

function showNumbers() {
  badge.setHasRows(store.size > 0);
  figures.update(store);
  legend.update(store.series());
  element('pointed').textContent = pointedWords(store, pointedMs);
  showEmpty();
}

function showEmpty() {
  const isEmpty = store.size === 0;
  element('empty').hidden = !isEmpty || !isStatusKnown;
  if (!isEmpty || !isStatusKnown) return;
  const { title, detail } = emptyWords(status, symbol);
  element('empty-title').textContent = title;
  element('empty-detail').textContent = detail;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element in the page: ${id}`);
  return found;
}

createSpans(element('spans'), (spanMs) => chart.setSpan(spanMs));
createSymbolList({
  list: element('symbols'),
  search: /** @type {HTMLInputElement} */ (element('search')),
  note: element('symbols-note'),
  onPick: showSymbol,
});
void pollStatus((answer) => {
  status = answer;
  isStatusKnown = true;
  for (const { partition, watermark } of answer?.partitions ?? []) {
    if (watermark !== null) store.passed(partition, watermark);
  }
  const committedMs = answer?.freshness.last_commit_time;
  // By the sink's clock: what counts here is how long ago.
  if (answer && committedMs) badge.noteFresh(Date.now() - (answer.now - committedMs));
  showPipeline(element('pipeline'), answer);
  chart.update();
});
