import { fetchSymbols } from '../api.js';
import { countText } from '../format.js';

const REFRESH_MS = 5_000;

/**
 * The list of symbols, as many as one can look through. Calls `onPick` with the symbol to show, `onFirst` with the first there
 * is while none is picked, and `onCompare` with one to lay over the chart or take away again.
 * @param {{
 *   list: HTMLElement,
 *   note: HTMLElement,
 *   onPick: (symbol: string) => void,
 *   onFirst: (symbol: string) => void,
 *   onCompare: (symbol: string) => void,
 * }} o
 */
export function createSymbolList(o) {
  let picked = '';
  /** @type {string[]} */
  let compared = [];
  let shown = '';
  async function refresh() {
    try {
      const answer = await fetchSymbols('');
      const symbols = answer.symbols.map(({ symbol }) => symbol);
      list(symbols);
      o.note.textContent = noteText(symbols.length, answer.total);
      const first = symbols[0];
      if (picked === '' && first !== undefined) o.onFirst(first);
    } catch {
      // The status line says what is wrong; the list stays as it was.
    }
    setTimeout(refresh, REFRESH_MS);
  }

  /** @param {string[]} symbols */
  function list(symbols) {
    const text = symbols.join('\n');
    if (text === shown) return;
    shown = text;
    o.list.replaceChildren(...symbols.map(entry));
    mark();
  }

  /** @param {string} symbol */
  function entry(symbol) {
    const item = document.createElement('li');
    const pick = buttonOf('pick', symbol, () => o.onPick(symbol));
    pick.title = symbol;
    pick.dir = 'auto';
    const compare = buttonOf('compare', '+', () => o.onCompare(symbol));
    item.dataset['symbol'] = symbol;
    item.append(pick, compare);
    return item;
  }

  function mark() {
    for (const item of o.list.querySelectorAll('li')) {
      const symbol = item.dataset['symbol'] ?? '';
      const [pick, compare] = item.querySelectorAll('button');
      const isCompared = compared.includes(symbol);
      pick?.setAttribute('aria-pressed', String(symbol === picked));
      if (!compare) continue;
      compare.hidden = symbol === picked;
      compare.textContent = isCompared ? '−' : '+';
      compare.setAttribute('aria-pressed', String(isCompared));
      compare.setAttribute('aria-label', `compare ${symbol}`);
      compare.title = isCompared ? 'Take out of the comparison' : 'Compare in the same chart';
    }
  }

  void refresh();

  return {
    /** @param {{ symbol: string, compared: string[] }} view */
    show(view) {
      picked = view.symbol;
      compared = view.compared;
      mark();
    },
  };
}

/**
 * @param {string} className
 * @param {string} text
 * @param {() => void} onClick
 */
function buttonOf(className, text, onClick) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = className;
  button.textContent = text;
  button.addEventListener('click', onClick);
  return button;
}

/**
 * @param {number} listed
 * @param {number} total
 */
function noteText(listed, total) {
  if (total === 0) return 'No symbols yet';
  if (listed < total) return `${countText(listed)} of ${countText(total)}: find others by name`;
  return total === 1 ? '1 symbol' : `${countText(total)} symbols`;
}
