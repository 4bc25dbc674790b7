import { fetchSymbols } from '../api.js';
import { button, node } from '../explain/nodes.js';
import { countText } from '../format.js';
import { rankSymbols } from './rank-symbols.js';
import { recentSymbols } from './recent.js';

const DELAY_MS = 80;

/**
 * The dialog that finds a symbol while one types: arrow keys choose, Enter opens, Escape closes. The focus stays in
 * the field, as the ARIA pattern of a combobox with a list wants it.
 * @param {{ onPick: (symbol: string) => void }} o
 */
export function createSearch({ onPick }) {
  const field = node('input');
  const list = node('ul');
  const note = node('p', [], 'note');
  const dialog = node(
    'dialog',
    [node('header', [field, button('Close', () => dialog.close())]), list, note],
    'search',
  );
  /** @type {string[]} */
  let options = [];
  let active = -1;
  let asked = 0;
  /** @type {number | undefined} */
  let timer;

  field.id = 'search';
  field.type = 'search';
  field.autocomplete = 'off';
  field.spellcheck = false;
  field.placeholder = 'Find a symbol';
  list.id = 'search-options';
  for (const [name, value] of Object.entries({
    role: 'combobox',
    'aria-label': 'Find a symbol',
    'aria-autocomplete': 'list',
    'aria-expanded': 'true',
    'aria-controls': list.id,
  })) {
    field.setAttribute(name, value);
  }
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'Symbols');
  note.setAttribute('role', 'status');
  dialog.setAttribute('aria-label', 'Find a symbol');

  async function ask() {
    const ticket = ++asked;
    const text = field.value.trim();
    try {
      const { symbols, total } = await fetchSymbols(text);
      if (ticket !== asked) return;
      show(
        rankSymbols(
          text,
          recentSymbols(),
          symbols.map(({ symbol }) => symbol),
        ),
      );
      note.textContent = noteText(options.length, total);
    } catch {
      if (ticket !== asked) return;
      note.textContent = 'The sink does not answer: type again in a moment';
    }
  }

  /** @param {ReturnType<typeof rankSymbols>} ranked */
  function show(ranked) {
    options = ranked.map(({ symbol }) => symbol);
    const items = ranked.map(({ symbol, isRecent }, index) => {
      const name = node('span', [symbol]);
      name.dir = 'auto';
      const item = node('li', isRecent ? [name, node('span', ['recent'], 'note')] : [name]);
      item.id = `search-option-${index}`;
      item.setAttribute('role', 'option');
      item.addEventListener('click', () => pick(index));
      return item;
    });
    list.replaceChildren(...items);
    activate(items.length > 0 ? 0 : -1);
  }

  /** @param {number} index */
  function activate(index) {
    active = index;
    for (const [at, item] of [...list.children].entries())
      item.setAttribute('aria-selected', String(at === index));
    const item = list.children[index];
    field.setAttribute('aria-activedescendant', item?.id ?? '');
    item?.scrollIntoView({ block: 'nearest' });
  }

  /** @param {number} index */
  function pick(index) {
    const symbol = options[index];
    if (symbol === undefined) return;
    dialog.close();
    onPick(symbol);
  }

  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY_MS);
  });
  field.addEventListener('keydown', (event) => {
    const count = options.length;
    const moves = { ArrowDown: active + 1, ArrowUp: active - 1 };
    const to = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (to !== undefined && count > 0) activate((to + count) % count);
    else if (event.key === 'Enter') pick(active);
    else return;
    event.preventDefault();
  });
  // Beside it.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);

  return {
    open() {
      if (dialog.open) return;
      field.value = '';
      show([]);
      dialog.showModal();
      field.focus();
      void ask();
    },
  };
}

/**
 * @param {number} listed
 * @param {number} total
 */
function noteText(listed, total) {
  if (total === 0) return 'No symbol has this in its name';
  if (listed < total) return `${countText(listed)} of ${countText(total)}: type more to narrow down`;
  return total === 1 ? '1 symbol' : `${countText(total)} symbols`;
}
