import { button, node, table } from '../explain/nodes.js';
import { countText, dayAndTimeText, valueText } from '../format.js';

/** @import { Row, View } from '../types.d.ts' */

/** Newest rows that it holds; the CSV has all. */
const ROWS_MAX = 200;
/** While it is shown, and while only screen readers have it: then it should keep still under them. */
const SHOWN_EVERY_MS = 1_000;
const HIDDEN_EVERY_MS = 10_000;

/**
 * What is in sight, as a table: always there for screen readers, for everybody where the view says so.
 * @param {{ box: HTMLElement, rows: () => Row[], isSettled: (row: Row) => boolean, onExplain: (row: Row) => void }} o
 *   `rows`: the newest first
 */
export function createRangeTable({ box, rows, isSettled, onExplain }) {
  let madeMs = Number.NEGATIVE_INFINITY;
  let isShown = false;
  let isUtc = false;

  function make() {
    const all = rows();
    // The first rows are not waited for.
    madeMs = all.length === 0 ? Number.NEGATIVE_INFINITY : performance.now();
    const listed = all.slice(0, ROWS_MAX);
    const isAll = listed.length === all.length;
    const caption = isAll
      ? `In sight: ${countText(all.length)} averages, the newest first`
      : `In sight: the newest ${countText(listed.length)} of ${countText(all.length)} averages`;
    box.replaceChildren(
      table({
        caption,
        head: ['window ends', 'window', 'average', 'lowest', 'highest', 'records', 'state'],
        rows: listed.map((row) => [
          timeCell(row),
          row.window,
          valueText(row.average),
          valueText(row.minimum ?? row.lowest),
          valueText(row.maximum ?? row.highest),
          countText(row.record_count),
          stateOf(row),
        ]),
      }),
    );
  }

  /**
   * Hidden, it has nothing that takes the focus: nobody would see where that is.
   * @param {Row} row
   */
  function timeCell(row) {
    const text = dayAndTimeText(row.window_end, isUtc);
    return isShown ? button(text, () => onExplain(row), 'link') : node('span', [text]);
  }

  /** @param {Row} row */
  function stateOf(row) {
    const words = [isSettled(row) ? 'settled' : 'provisional'];
    if (row.corrected) words.push('corrected');
    return words.join(', ');
  }

  return {
    /** @param {View} view */
    show(view) {
      if (isShown === view.hasTable && isUtc === view.isUtc) return;
      isShown = view.hasTable;
      isUtc = view.isUtc;
      box.classList.toggle('unseen-table', !isShown);
      if (isShown) box.tabIndex = 0;
      else box.removeAttribute('tabindex');
      make();
    },
    /** Who is in it is not disturbed. */
    drawn() {
      const everyMs = isShown ? SHOWN_EVERY_MS : HIDDEN_EVERY_MS;
      if (performance.now() - madeMs < everyMs || box.contains(document.activeElement)) return;
      make();
    },
  };
}
