/** @import { StartUpStep } from '../types.d.ts' */

/**
 * The list of what comes up while the pipeline starts; it goes for good when all of it is there.
 * @param {HTMLElement} list
 */
export function createStartUp(list) {
  /** @type {Map<StartUpStep['id'], { item: HTMLElement, name: HTMLElement, next: HTMLElement }>} */
  const entries = new Map();
  let isOver = false;

  /** @param {StartUpStep} step */
  function entryOf({ id }) {
    const known = entries.get(id);
    if (known) return known;
    const item = document.createElement('li');
    const name = document.createElement('span');
    const next = document.createElement('span');
    next.className = 'next';
    // A countdown would be read out every second.
    if (id === 'closed') next.setAttribute('aria-hidden', 'true');
    item.append(name, next);
    const entry = { item, name, next };
    entries.set(id, entry);
    return entry;
  }

  return {
    /** @param {StartUpStep[]} steps */
    show(steps) {
      const isDone = steps.every((step) => step.isDone);
      isOver ||= isDone && steps.some(({ id }) => id === 'closed');
      list.hidden = isOver || isDone;
      const shown = steps.map((step) => {
        const { item, name, next } = entryOf(step);
        item.dataset['step'] = step.id;
        item.dataset['done'] = String(step.isDone);
        setText(name, `${step.isDone ? '✓' : '○'} ${step.name}`);
        setText(next, step.next);
        return item;
      });
      if (
        shown.length !== list.children.length ||
        shown.some((item, index) => item !== list.children[index])
      ) {
        list.replaceChildren(...shown);
      }
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
