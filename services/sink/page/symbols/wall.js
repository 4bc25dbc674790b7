import { fetchOverview, fetchWindows } from '../api.js';
import { element } from '../element.js';
import { countText } from '../format.js';
import { createTile } from './tile.js';
import { ROW_HEIGHT_PX, wallLayout } from './wall-layout.js';

/** @import { Overview, View, WindowDefinition } from '../types.d.ts' */

const REFRESH_MS = 2_000;
const GAP_PX = 8;
/** By key: how many tiles and how many rows further. */
const STEPS = /** @type {const} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

/**
 * All symbols as tiles, of which only those in sight are there: asked for by place, every two seconds and while one
 * scrolls, one question at a time. A tile is a place, and shows whatever symbol stands there; so the order in the
 * document is the one that is seen.
 * @param {{ onPick: (symbol: string) => void }} o
 */
export function createWall({ onPick }) {
  const scroll = element('wall-scroll');
  const area = element('wall-tiles');
  const note = element('wall-note');
  /** @type {ReturnType<typeof createTile>[]} */
  const tiles = [];
  /** @type {View | undefined} */
  let view;
  /** @type {WindowDefinition | undefined} */
  let window;
  let first = 0;
  let total = 1;
  /** Place of the tile that is to have the focus once it is there. */
  let wanted = -1;
  let isAsking = false;
  let isOutdated = false;
  /** @type {number | undefined} */
  let timer;

  const layout = () => {
    const { clientWidth: widthPx, clientHeight: heightPx, scrollTop: scrollPx } = scroll;
    return { widthPx, ...wallLayout({ widthPx, heightPx, scrollPx, total }) };
  };

  async function ask() {
    isOutdated = isAsking;
    if (isAsking || !view?.isWall) return;
    isAsking = true;
    clearTimeout(timer);
    try {
      window ??= await leadingWindow();
      const { first: offset, count: limit } = layout();
      if (window)
        show(await fetchOverview({ window: window.window, sort: view.sort, offset, limit }), offset);
      else note.textContent = 'No averages yet: the first symbol comes with the first of them';
    } catch {
      note.textContent = 'The sink does not answer: asked again in two seconds';
    }
    isAsking = false;
    if (isOutdated) void ask();
    else timer = setTimeout(ask, REFRESH_MS);
  }

  /**
   * @param {Overview} overview
   * @param {number} offset
   */
  function show(overview, offset) {
    const focused = focusedSymbol();
    ({ total } = overview);
    turn(offset - first);
    first = offset;
    const { columns, widthPx, heightPx } = layout();
    const sizeMs = window?.size_ms ?? 0;
    area.style.height = `${heightPx}px`;
    fit(overview.symbols.length);
    for (const [index, tile] of tiles.entries()) {
      const place = offset + index;
      tile.show(/** @type {Overview['symbols'][number]} */ (overview.symbols[index]), {
        overview,
        gapMs: Math.max(3 * overview.column_ms, 2 * sizeMs),
        isUtc: view?.isUtc ?? false,
        leftPx: ((place % columns) * widthPx) / columns,
        topPx: Math.floor(place / columns) * ROW_HEIGHT_PX,
        widthPx: widthPx / columns - GAP_PX,
      });
    }
    const symbols = total === 1 ? '1 symbol' : `${countText(total)} symbols`;
    const text = `${symbols} · ${overview.window} · last ten minutes`;
    if (note.textContent !== text) note.textContent = text;
    if (wanted >= 0) focusPlace(wanted);
    // The focus stays with its symbol.
    else if (focused !== undefined) tileOf(focused)?.element.focus({ preventScroll: true });
  }

  /**
   * Tiles that stay in sight stay as they are; those that left it on one side come in on the other.
   * @param {number} by places that the first tile moves on
   */
  function turn(by) {
    if (Math.abs(by) >= tiles.length) return;
    if (by > 0) {
      const gone = tiles.splice(0, by);
      tiles.push(...gone);
      area.append(...gone.map((tile) => tile.element));
    } else if (by < 0) {
      const gone = tiles.splice(by);
      tiles.unshift(...gone);
      area.prepend(...gone.map((tile) => tile.element));
    }
  }

  /** @param {number} count */
  function fit(count) {
    while (tiles.length > count) tiles.pop()?.element.remove();
    while (tiles.length < count) {
      const tile = createTile();
      tiles.push(tile);
      area.append(tile.element);
    }
  }

  const focusedSymbol = () =>
    document.activeElement?.parentElement === area
      ? /** @type {HTMLElement} */ (document.activeElement).dataset['symbol']
      : undefined;
  const tileOf = (/** @type {string} */ symbol) =>
    tiles.find((tile) => tile.element.dataset['symbol'] === symbol);

  /** @param {number} place */
  function focusPlace(place) {
    const { columns } = layout();
    const topPx = Math.floor(place / columns) * ROW_HEIGHT_PX;
    if (topPx < scroll.scrollTop) scroll.scrollTop = topPx;
    const belowPx = topPx + ROW_HEIGHT_PX - scroll.clientHeight;
    if (belowPx > scroll.scrollTop) scroll.scrollTop = belowPx;
    const tile = tiles[place - first];
    wanted = tile ? -1 : place;
    tile?.element.focus({ preventScroll: true });
  }

  area.addEventListener('click', ({ target }) => {
    const tile = target instanceof Element ? target.closest('button') : null;
    if (tile) onPick(tile.dataset['symbol'] ?? '');
  });
  area.addEventListener('keydown', (event) => {
    const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
    const index = tiles.findIndex((tile) => tile.element === event.target);
    if (!step || index === -1) return;
    event.preventDefault();
    const place = first + index + step[0] + step[1] * layout().columns;
    if (place >= 0 && place < total) focusPlace(place);
  });
  scroll.addEventListener('scroll', () => layout().first !== first && void ask(), { passive: true });
  new ResizeObserver(() => void ask()).observe(scroll);

  return {
    /** @param {View} now */
    show(now) {
      const isOther = view?.sort !== now.sort;
      view = now;
      if (isOther) scroll.scrollTop = 0;
      void ask();
    },
  };
}

/** The first sliding window, as the figures beside the chart take it; else the first. */
async function leadingWindow() {
  const { windows } = await fetchWindows();
  return windows.find(({ kind }) => kind === 'sliding') ?? windows[0];
}
