import { countText } from '../format.js';

const SAID_MS = 2_500;

/**
 * The menu of what can be taken along. Each action says what came of it, in the page and to screen readers.
 * @param {{ menu: HTMLDetailsElement, note: HTMLElement }} elements
 * @param {{
 *   link: () => string,
 *   curl: () => Promise<string>,
 *   csv: () => Promise<{ text: string, rowCount: number }>,
 *   picture: () => Promise<Blob>,
 *   fileName: () => Promise<string>,
 * }} sources
 */
export function createShareMenu({ menu, note }, sources) {
  /** @type {number | undefined} */
  let timer;

  /** @param {string} text */
  function say(text) {
    note.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => {
      note.textContent = '';
    }, SAID_MS);
  }

  /** @type {Record<string, () => Promise<string>>} */
  const actions = {
    link: async () => ((await copy(sources.link())) ? 'Link copied' : 'The browser does not let us copy'),
    curl: async () =>
      (await copy(await sources.curl())) ? 'curl copied' : 'The browser does not let us copy',
    csv: async () => {
      note.textContent = 'Fetching…';
      const { text, rowCount } = await sources.csv();
      download(new Blob([text], { type: 'text/csv' }), `${await sources.fileName()}.csv`);
      return `${countText(rowCount)} rows saved`;
    },
    picture: async () => {
      download(await sources.picture(), `${await sources.fileName()}.png`);
      return 'Picture saved';
    },
  };

  menu.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    const action = actions[button?.dataset['action'] ?? ''];
    if (!action) return;
    menu.open = false;
    action().then(say, (error) => say(error instanceof Error ? error.message : String(error)));
  });
  document.addEventListener('pointerdown', ({ target }) => {
    if (menu.open && target instanceof Node && !menu.contains(target)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
}

/**
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyFromField(text);
  }
}

/**
 * The old way: without HTTPS a browser has no clipboard to write to but from localhost.
 * @param {string} text
 */
function copyFromField(text) {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
