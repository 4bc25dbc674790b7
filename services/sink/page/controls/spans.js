/** @import { View } from '../types.d.ts' */

/** Stretches of time to look at, as a row of buttons. */
const SPANS = /** @type {const} */ ([
  ['1m', 60_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['6h', 21_600_000],
  ['All', Number.POSITIVE_INFINITY],
]);

/**
 * @param {HTMLElement} group
 * @param {(spanMs: number) => void} onSpan
 */
export function createSpans(group, onSpan) {
  const buttons = SPANS.map(([text, spanMs]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.addEventListener('click', () => onSpan(spanMs));
    return { button, spanMs };
  });
  group.append(...buttons.map(({ button }) => button));
  return {
    /** @param {View} view */
    show(view) {
      for (const { button, spanMs } of buttons) {
        button.setAttribute('aria-pressed', String(view.fixed === null && view.spanMs === spanMs));
      }
    },
  };
}
