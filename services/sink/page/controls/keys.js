/**
 * Keys of the whole page. They do nothing while somebody writes, and Space on a button is that button's.
 * @param {Record<string, () => void>} actions by `KeyboardEvent.key`
 */
export function listenToKeys(actions) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (isWithin(target, 'input, textarea, select, button, a, summary')) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  // A button that was clicked gives the keys back; one that was reached by keyboard keeps them.
  document.addEventListener('click', ({ detail, target }) => {
    const button = target instanceof Element ? target.closest('button') : null;
    if (detail > 0) button?.blur();
  });
}

/**
 * Is a key pressed in one of these? Where a dialog was just closed the browser has the focus still in it until the next
 * frame: a key belongs to the page again.
 * @param {EventTarget | null} target
 * @param {string} selector
 */
export function isWithin(target, selector) {
  if (!(target instanceof Element) || target.closest('dialog:not([open])')) return false;
  return target.closest(selector) !== null;
}
