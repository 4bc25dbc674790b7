import { readView, writeView } from './url-state.js';

/** @import { View } from '../types.d.ts' */

/** Browsers refuse more than about a hundred changes of the address in half a minute. */
const WRITE_DELAY_MS = 250;

/**
 * The one place that holds what the reader has chosen; the address is written from it, and read when it changes.
 * @param {Partial<View>} usual what holds where the address says nothing
 * @param {(view: View, before: View) => void} onChange
 */
export function createViewState(usual, onChange) {
  let view = { ...readView(location.search), ...missing(usual) };
  /** @type {number | undefined} */
  let timer;

  /** @param {Partial<View>} given */
  function missing(given) {
    const named = new URLSearchParams(location.search);
    return Object.fromEntries(Object.entries(given).filter(([name]) => !named.has(name)));
  }

  /** @param {View} next */
  function take(next) {
    const before = view;
    // What is explained is a result of one symbol.
    const isOther = next.symbol !== before.symbol && next.explained === before.explained;
    view = isOther ? { ...next, explained: null } : next;
    onChange(view, before);
  }

  /** @param {'pushState' | 'replaceState'} method */
  function write(method) {
    clearTimeout(timer);
    timer = undefined;
    const search = writeView(view, location.search);
    if (search !== location.search) history[method](null, '', search === '' ? location.pathname : search);
  }

  addEventListener('popstate', () => {
    clearTimeout(timer);
    timer = undefined;
    take({ ...readView(location.search), ...missing(usual) });
  });

  return {
    get view() {
      return view;
    },
    /**
     * A deliberate change: the back button undoes it.
     * @param {Partial<View>} changes
     */
    change(changes) {
      // A pan before it belongs to the entry that is left now.
      if (timer !== undefined) write('replaceState');
      take({ ...view, ...changes });
      write('pushState');
    },
    /**
     * A change in passing (a pan, the first symbol there is): the back button goes to what was before it.
     * @param {Partial<View>} changes
     */
    adjust(changes) {
      take({ ...view, ...changes });
      clearTimeout(timer);
      timer = setTimeout(() => write('replaceState'), WRITE_DELAY_MS);
    },
  };
}
