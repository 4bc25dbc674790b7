/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element in the page: ${id}`);
  return found;
}

/**
 * Styles of a part of the page that is not there from the beginning; resolves when they hold.
 * @param {string} path relative to the page
 */
export async function loadStyles(path) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = path;
  await new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => reject(new Error(`${path}: not loaded`)));
    document.head.append(link);
  });
}
