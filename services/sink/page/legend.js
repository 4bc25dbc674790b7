/** @import { ColourName, LegendEntry } from './types.d.ts' */

/**
 * What the strokes mean, with their values; each entry is the switch of its series. Made anew only when the entries
 * change; values change in place.
 * @param {HTMLElement} list
 * @param {{ onToggle: (id: string) => void, colour: (name: ColourName) => string }} o
 */
export function createLegend(list, { onToggle, colour }) {
  let shown = '';
  /** @type {HTMLElement[]} */
  let values = [];

  list.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    const id = button?.dataset['id'];
    if (id) onToggle(id);
  });

  return {
    /**
     * @param {LegendEntry[]} entries
     * @param {boolean} isCompared
     */
    update(entries, isCompared) {
      const text = JSON.stringify([entries.map((entry) => ({ ...entry, value: '' })), isCompared]);
      if (text !== shown) {
        shown = text;
        const focused = document.activeElement instanceof HTMLElement && document.activeElement.dataset['id'];
        const items = entries.map((entry) => item(entry, isCompared, colour));
        values = items.map(({ value }) => value);
        list.replaceChildren(...items.map(({ element }) => element));
        const again = focused && list.querySelector(`[data-id="${CSS.escape(focused)}"]`);
        if (again instanceof HTMLElement) again.focus();
      }
      entries.forEach(({ value }, index) => {
        const element = /** @type {HTMLElement} */ (values[index]);
        if (element.textContent !== value) element.textContent = value;
      });
    },
  };
}

/**
 * @param {LegendEntry} entry
 * @param {boolean} isCompared
 * @param {(name: ColourName) => string} colour
 */
function item(entry, isCompared, colour) {
  const element = document.createElement('li');
  const sample = document.createElement('span');
  const name = document.createElement('strong');
  const value = document.createElement('span');
  sample.className = `sample ${entry.sample}`;
  if (entry.colour) sample.style.borderColor = colour(entry.colour);
  name.textContent = entry.name;
  name.dir = 'auto';
  value.className = 'value';
  const box = document.createElement(entry.id === '' ? 'span' : 'button');
  box.className = 'entry';
  if (box instanceof HTMLButtonElement) {
    box.type = 'button';
    box.dataset['id'] = entry.id;
    box.title = entry.title;
    if (!isCompared) box.setAttribute('aria-pressed', String(entry.isOn));
  }
  box.append(sample, name, value);
  if (isCompared && entry.id !== '') {
    const cross = document.createElement('span');
    cross.textContent = '×';
    cross.setAttribute('aria-hidden', 'true');
    box.append(cross);
  }
  element.append(box);
  return { element, value };
}
