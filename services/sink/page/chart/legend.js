/** @import { Series } from '../types.d.ts' */

/**
 * Says in words what the strokes mean; made anew only when the definitions change.
 * @param {HTMLElement} list
 */
export function createLegend(list) {
  let shown = '';
  return {
    /** @param {Series[]} series */
    update(series) {
      const drawn = series.filter(({ rows }) => rows.length > 0);
      const text = drawn.map(({ window }) => window).join('\n');
      if (text === shown) return;
      shown = text;
      const windows = drawn.map(({ window, kind }) =>
        kind === 'sliding'
          ? entry('line', window, 'one point per price')
          : entry('step', window, 'one level per window'),
      );
      list.replaceChildren(
        ...windows,
        ...(drawn.length === 0
          ? []
          : [
              entry('settled', 'settled', 'will not change'),
              entry('provisional', 'provisional', 'may still change'),
            ]),
      );
    },
  };
}

/**
 * @param {string} stroke
 * @param {string} name
 * @param {string} meaning
 */
function entry(stroke, name, meaning) {
  const item = document.createElement('li');
  const sample = document.createElement('span');
  const label = document.createElement('strong');
  sample.className = `sample ${stroke}`;
  label.textContent = name;
  item.append(sample, label, ` ${meaning}`);
  return item;
}
