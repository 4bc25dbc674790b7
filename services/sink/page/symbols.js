import { fetchSymbols } from './api.js';
import { countText } from './format.js';

const REFRESH_MS = 5_000;
const SEARCH_DELAY_MS = 150;

/**
 * The list of symbols with its search field. Calls `onPick` with the symbol to show, `onFirst` with the first there
 * is while none is picked, and `onCompare` with one to lay over the chart or take away again.
 * @param {{
 *   list: HTMLElement,
 *   search: HTMLInputElement,
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
  let asked = 0;
  /** @type {number | undefined} */
  let timer;

  async function refresh() {
    clearTimeout(timer);
    const ticket = ++asked;
    try {
      const answer = await fetchSymbols(o.search.value.trim());
      if (ticket !== asked) return;
      const symbols = answer.symbols.map(({ symbol }) => symbol);
      list(symbols);
      o.note.textContent = noteText(symbols.length, answer.total, o.search.value.trim());
      const first = symbols[0];
      if (picked === '' && first !== undefined) o.onFirst(first);
    } catch {
      // The status line says what is wrong; the list stays as it was.
    }
    if (ticket === asked) timer = setTimeout(refresh, REFRESH_MS);
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

  o.search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, SEARCH_DELAY_MS);
  });
  o.search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') o.list.querySelector('button')?.click();
  });
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
 * @param {string} search
 */
function noteText(listed, total, search) {
  if (total === 0) return search === '' ? 'No symbols yet' : 'No symbol has this in its name';
  if (listed < total) return `${countText(listed)} of ${countText(total)}: search to narrow down`;
  return total === 1 ? '1 symbol' : `${countText(total)} symbols`;
}
