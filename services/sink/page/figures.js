import { countText, timeText, valueText } from './format.js';
/** @import { Row } from './types.d.ts' */
/** @import { RowStore } from './rows/store.js' */

/**
 * The numbers beside the symbol: the newest result of the leading window.
 * @param {HTMLElement} list a description list
 */
export function createFigures(list) {
  const cells = {
    value: cell(list, 'last average', 'main'),
    count: cell(list, 'records in it'),
    range: cell(list, 'lowest – highest'),
    time: cell(list, 'window ends'),
  };
  let shown = '';

  return {
    /**
     * @param {RowStore} store
     * @param {boolean} isUtc
     */
    update(store, isUtc) {
      const row = leading(store);
      const window = row ? ` · ${row.window}` : '';
      const text = row
        ? `${row.symbol} ${row.window_end} ${row.revision} ${isUtc} ${store.isSettled(row)}`
        : '';
      if (text === shown) return;
      shown = text;
      cells.value.term.textContent = `last average${window}`;
      cells.value.detail.textContent = valueText(row?.average);
      cells.value.detail.dataset['settled'] = String(row !== undefined && store.isSettled(row));
      cells.count.detail.textContent = row ? countText(row.record_count) : '–';
      cells.range.detail.textContent = row ? `${valueText(row.minimum)} – ${valueText(row.maximum)}` : '–';
      cells.time.detail.textContent = row ? timeText(row.window_end, isUtc) : '–';
    },
  };
}

/**
 * @param {RowStore} store
 * @returns {Row | undefined}
 */
function leading(store) {
  const series = store.series().filter(({ rows }) => rows.length > 0);
  const first = series.find(({ kind }) => kind === 'sliding') ?? series[0];
  return first?.rows.at(-1);
}

/**
 * @param {HTMLElement} list
 * @param {string} name
 * @param {string} className
 */
function cell(list, name, className = '') {
  const box = document.createElement('div');
  const term = document.createElement('dt');
  const detail = document.createElement('dd');
  box.className = className;
  term.textContent = name;
  detail.textContent = '–';
  box.append(term, detail);
  list.append(box);
  return { term, detail };
}
