import { isWithin } from '../controls/keys.js';
import { loadStyles } from '../element.js';

/**
 * What opens the search: the button, and / wherever one does not write. The dialog is fetched when it is first opened.
 * @param {HTMLElement} opener
 * @param {{ onPick: (symbol: string) => void }} o
 */
export function createFinder(opener, { onPick }) {
  /** @type {Promise<ReturnType<typeof import('./search.js').createSearch>> | undefined} */
  let search;

  async function open() {
    search ??= loadSearch();
    try {
      (await search).open();
    } catch {
      search = undefined; // The sink is away; the next press tries again.
    }
  }

  async function loadSearch() {
    const [{ createSearch }] = await Promise.all([import('./search.js'), loadStyles('symbols/search.css')]);
    return createSearch({ onPick });
  }

  opener.addEventListener('click', () => void open());
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isWithin(event.target, 'input, textarea, select, dialog')) return;
    event.preventDefault();
    void open();
  });
}
