const KEY = 'recent-symbols';
export const RECENT_MAX = 8;

/**
 * Symbols that this browser has shown, the newest first.
 * @returns {string[]}
 */
export function recentSymbols() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((name) => typeof name === 'string').slice(0, RECENT_MAX) : [];
  } catch {
    return []; // Storage is switched off, or somebody else's.
  }
}

/** @param {string} symbol */
export function noteRecent(symbol) {
  const [newest] = recentSymbols();
  if (symbol === '' || symbol === newest) return;
  const kept = [symbol, ...recentSymbols().filter((name) => name !== symbol)].slice(0, RECENT_MAX);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Storage is switched off: nothing is remembered.
  }
}
