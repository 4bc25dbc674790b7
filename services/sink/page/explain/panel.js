import { dayAndTimeText } from '../format.js';
import { answerView } from './answer-view.js';
import { fetchExplanation } from './fetch-explanation.js';
import { button, node } from './nodes.js';
import { faultWords } from './words.js';

/** @import { Explained, Explanation, View } from '../types.d.ts' */

/**
 * The panel that says what a result is made of. It shows what the view says is explained:
 *
 *     closed ─► loading ─► answer        found
 *                 ▲   └──► fault         said in words, with a button where trying again may help
 *                 └── another result, Try again, Look again
 *
 * @param {{ onClose: () => void, revisionOf: (explained: Explained) => number | undefined }} o
 *   `revisionOf`: the newest revision that the page has of it
 */
export function createExplainPanel({ onClose, revisionOf }) {
  const title = node('h2');
  const note = node('p', [], 'note');
  const body = node('div', [], 'explain-body');
  const close = button('Close', onClose);
  const panel = node('aside', [node('header', [title, close]), note, body], 'explain');
  title.tabIndex = -1;
  title.id = 'explain-title';
  panel.id = 'explain';
  panel.setAttribute('aria-labelledby', title.id);
  note.setAttribute('role', 'status');
  panel.hidden = true;
  document.body.append(panel);

  let key = '';
  let isUtc = false;
  /** @type {Explained | null} */
  let explained = null;
  /** @type {Explanation | undefined} */
  let shown;
  /** @type {AbortController | undefined} */
  let asking;

  /**
   * @param {string} symbol
   * @param {Explained} wanted
   */
  async function ask(symbol, wanted) {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    shown = undefined;
    panel.setAttribute('aria-busy', 'true');
    say('Reading the records…');
    body.replaceChildren();
    try {
      const found = await fetchExplanation(symbol, wanted, signal);
      if ('answer' in found) {
        shown = found.answer;
        say('');
        draw();
      } else {
        const { title: what, next, canRetry } = faultWords(found.fault);
        say(`${what}. ${next}`);
        const again = canRetry ? [button('Try again', () => void ask(symbol, wanted))] : [];
        body.replaceChildren(...again, node('p', [found.fault.message], 'note'));
      }
      panel.setAttribute('aria-busy', 'false');
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  function draw() {
    if (shown) body.replaceChildren(...answerView(shown, isUtc));
  }

  /** @param {string} text */
  function say(text) {
    if (note.textContent !== text) note.textContent = text;
  }

  return {
    panel,
    /** @param {View} view */
    show(view) {
      explained = view.explained;
      const isOther = isUtc !== view.isUtc;
      isUtc = view.isUtc;
      panel.hidden = explained === null || view.symbol === '';
      const wanted = explained === null ? '' : JSON.stringify([view.symbol, explained]);
      if (explained !== null)
        title.textContent = `${explained.window}, ${dayAndTimeText(explained.endMs, isUtc)}`;
      if (wanted === key) return isOther ? draw() : undefined;
      key = wanted;
      asking?.abort();
      if (explained !== null && !panel.hidden) void ask(view.symbol, explained);
    },
    /** The page has new rows: a newer revision than the one that is shown is said. */
    rowsChanged() {
      if (!shown || explained === null) return;
      const newest = revisionOf(explained) ?? 0;
      if (newest <= shown.published.revision || note.textContent !== '') return;
      const { symbol } = shown;
      const wanted = explained;
      say(`It has changed meanwhile: revision ${newest} is there.`);
      body.prepend(button('Look again', () => void ask(symbol, wanted)));
    },
    focus: () => title.focus(),
  };
}
