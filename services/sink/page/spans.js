/** Stretches of time to look at, as a row of buttons. */
const SPANS = /** @type {const} */ ([
  ['2 min', 120_000],
  ['10 min', 600_000],
  ['1 h', 3_600_000],
]);

/**
 * @param {HTMLElement} group
 * @param {(spanMs: number) => void} onSpan
 */
export function createSpans(group, onSpan) {
  const buttons = SPANS.map(([text, spanMs], index) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.setAttribute('aria-pressed', String(index === 0));
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      onSpan(spanMs);
    });
    return button;
  });
  group.append(...buttons);
}
