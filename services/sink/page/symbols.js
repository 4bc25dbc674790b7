import { fetchSymbols } from './api.js';
import { countText } from './format.js';

const REFRESH_MS = 5_000;
const SEARCH_DELAY_MS = 150;

/**
 * The list of symbols with its search field. Calls `onPick` with the symbol to show: the reader's choice, or the
 * first there is while there is none.
 * @param {{ list: HTMLElement, search: HTMLInputElement, note: HTMLElement, onPick: (symbol: string) => void }} o
 */
export function createSymbolList(o) {
  let picked = new URLSearchParams(location.search).get('symbol') ?? '';
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
      show(symbols);
      o.note.textContent = noteText(symbols.length, answer.total, o.search.value.trim());
      const first = symbols[0];
      if (picked === '' && first !== undefined) pick(first);
    } catch {
      // The status line says what is wrong; the list stays as it was.
    }
    if (ticket === asked) timer = setTimeout(refresh, REFRESH_MS);
  }

  /** @param {string[]} symbols */
  function show(symbols) {
    const text = symbols.join('\n');
    if (text === shown) return;
    shown = text;
    o.list.replaceChildren(...symbols.map(entry));
  }

  /** @param {string} symbol */
  function entry(symbol) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = symbol;
    button.title = symbol;
    button.dir = 'auto';
    button.setAttribute('aria-pressed', String(symbol === picked));
    button.addEventListener('click', () => pick(symbol));
    item.append(button);
    return item;
  }

  /** @param {string} symbol */
  function pick(symbol) {
    picked = symbol;
    for (const button of o.list.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.textContent === symbol));
    }
    history.replaceState(null, '', `?${new URLSearchParams({ symbol })}`);
    o.onPick(symbol);
  }

  o.search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, SEARCH_DELAY_MS);
  });
  o.search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') o.list.querySelector('button')?.click();
  });
  if (picked !== '') o.onPick(picked);
  void refresh();
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
