/**
 * An element with text or children. Text stays text, whatever it holds.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {(Node | string)[]} children
 * @param {string} className
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function node(tag, children = [], className = '') {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/**
 * @param {string} text
 * @param {() => void} onClick
 * @param {string} className
 */
export function button(text, onClick, className = 'tool') {
  const made = node('button', [text], className);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

/**
 * A table with a caption and a head; the first cell of a row names it.
 * @param {{ caption: string, head: string[], rows: (Node | string)[][] }} o
 */
export function table({ caption, head, rows }) {
  const names = head.map((text) => {
    const cell = node('th', [text]);
    cell.scope = 'col';
    return cell;
  });
  const body = rows.map(([first = '', ...rest]) => {
    const name = node('th', [first]);
    name.scope = 'row';
    return node('tr', [name, ...rest.map((cell) => node('td', [cell]))]);
  });
  return node('table', [node('caption', [caption]), node('thead', [node('tr', names)]), node('tbody', body)]);
}

/** @param {[term: string, detail: string][]} entries */
export function facts(entries) {
  return node(
    'dl',
    entries.map(([term, detail]) => node('div', [node('dt', [term]), node('dd', [detail])])),
  );
}
