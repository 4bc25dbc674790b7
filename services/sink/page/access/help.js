import { button, node, table } from '../explain/nodes.js';

/** What the page can be told by keys and pointers. */
const KEYS = [
  ['?', 'this list'],
  ['Space', 'stop the picture, and go on'],
  ['/', 'find a symbol'],
  ['Tab', 'to the next control; the chart is one'],
  ['Escape', 'close what is open; let go of the cursor'],
];
const CHART_KEYS = [
  ['← →', 'to the result before, after'],
  ['↑ ↓', 'to another window, at the same time'],
  ['Home, End', 'to the first, the last in sight'],
  ['Enter', 'what the result is made of'],
  ['+ −', 'zoom in, out'],
  ['Page up, Page down', 'earlier, later'],
  ['0', 'back to the usual range'],
];
const POINTER = [
  ['Click, tap', 'what the nearest result is made of'],
  ['Drag', 'look closer at a stretch'],
  ['Wheel, two fingers', 'zoom'],
  ['Shift and drag, one finger', 'earlier, later'],
  ['Double click', 'back to the usual range'],
];

/** A dialog that lists all keys; the browser keeps the focus in it and closes it at Escape. */
export function createHelp() {
  const title = node('h2', ['Keys and gestures']);
  title.id = 'help-title';
  const parts = [
    table({ caption: 'Anywhere', head: ['key', 'does'], rows: KEYS }),
    table({ caption: 'In the chart', head: ['key', 'does'], rows: CHART_KEYS }),
    table({ caption: 'With a pointer or a finger', head: ['gesture', 'does'], rows: POINTER }),
  ];
  const close = button('Close', () => dialog.close());
  const dialog = node('dialog', [node('header', [title, close]), ...parts], 'help');
  dialog.setAttribute('aria-labelledby', title.id);
  // Beside it.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  return {
    open() {
      if (!dialog.open) dialog.showModal();
    },
  };
}
