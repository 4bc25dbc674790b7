const FIRST = ['ACME', 'GLOBX', 'INITK', 'UMBRL', 'HOOLI', 'WAYNE', 'STARK', 'CYBRD'];
const LETTERS = 26;
const FOUR_LETTERS = LETTERS ** 4;
/** Odd and no multiple of 13, so it visits every one of the 26^4 names once, neighbours far apart. */
const STRIDE = 204_137;

export const SYMBOLS_MAX = 400_000;

/** `count` names that look like tickers; the first n of a longer list are the list of n. */
export function tickers(count: number): string[] {
  const names = FIRST.slice(0, count);
  for (let index = 0; names.length < count; index++) {
    const name = fourLetters((index * STRIDE) % FOUR_LETTERS);
    if (!FIRST.includes(name)) names.push(name);
  }
  return names;
}

function fourLetters(value: number): string {
  let name = '';
  for (let rest = value; name.length < 4; rest = Math.floor(rest / LETTERS)) {
    name += String.fromCharCode(65 + (rest % LETTERS));
  }
  return name;
}
