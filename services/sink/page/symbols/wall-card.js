import { element, loadStyles } from '../element.js';

/** @import { View, WallSort } from '../types.d.ts' */

/** @type {[sort: WallSort, text: string][]} */
const SORTS = [
  ['name', 'Name'],
  ['change', 'Change'],
  ['freshness', 'Freshness'],
];

/**
 * The wall with the switch that shows it and the buttons that order it. The tiles are fetched when it is first shown.
 * @param {{
 *   state: ReturnType<typeof import('../view/view-state.js').createViewState>,
 *   onPick: (symbol: string) => void,
 * }} o
 */
export function createWallCard({ state, onPick }) {
  const toggle = element('wall-switch');
  const sorts = SORTS.map(([sort, text]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.addEventListener('click', () => state.change({ sort }));
    return { sort, button };
  });
  element('wall-sorts').append(...sorts.map(({ button }) => button));
  toggle.addEventListener('click', () => state.change({ isWall: !state.view.isWall }));
  /** @type {Promise<ReturnType<typeof import('./wall.js').createWall>> | undefined} */
  let wall;

  async function loadWall() {
    const [{ createWall }] = await Promise.all([import('./wall.js'), loadStyles('symbols/wall.css')]);
    return createWall({ onPick });
  }

  return {
    /** @param {View} view */
    async show(view) {
      document.body.dataset['view'] = view.isWall ? 'wall' : 'chart';
      toggle.setAttribute('aria-pressed', String(view.isWall));
      for (const { sort, button } of sorts) button.setAttribute('aria-pressed', String(sort === view.sort));
      if (!view.isWall && wall === undefined) return;
      wall ??= loadWall();
      try {
        (await wall).show(state.view);
      } catch {
        wall = undefined; // The sink is away; the next look tries again.
        element('wall-note').textContent = 'The sink does not answer';
      }
    },
  };
}
