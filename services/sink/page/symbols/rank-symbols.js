/** Options in the list: more are found by typing more. */
export const OPTIONS_MAX = 50;

/**
 * What the search offers: the recent ones first, then what begins with the text, then what has it somewhere.
 * @param {string} text
 * @param {string[]} recent newest first; not all of them need be among the found
 * @param {string[]} found names that have the text, sorted
 * @returns {{ symbol: string, isRecent: boolean }[]}
 */
export function rankSymbols(text, recent, found) {
  const needle = text.toLowerCase();
  const known = recent.filter((symbol) => symbol.toLowerCase().includes(needle));
  const others = found.filter((symbol) => !known.includes(symbol));
  const begins = others.filter((symbol) => symbol.toLowerCase().startsWith(needle));
  const contains = others.filter((symbol) => !symbol.toLowerCase().startsWith(needle));
  const ranked = [...known, ...begins, ...contains].slice(0, OPTIONS_MAX);
  return ranked.map((symbol, index) => ({ symbol, isRecent: index < known.length }));
}
