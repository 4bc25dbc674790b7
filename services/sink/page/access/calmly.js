const CALM_MS = 1_000;
const reduced = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * A picture that follows what is new moves all the time: for a reader who wants less motion, once a second at most.
 * @param {() => void} update
 * @returns {() => void}
 */
export function calmly(update) {
  /** @type {number | undefined} */
  let timer;
  return () => {
    if (!reduced.matches) return update();
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      update();
    }, CALM_MS);
  };
}
