import type { Price } from './price.ts';

interface SymbolBytes {
  key: Uint8Array;
  /** The value up to the price. */
  head: string;
}

/** Symbols remembered; a file with more distinct ones begins again, which costs time and nothing else. */
const REMEMBERED_MAX = 500_000;

/** Makes keys and values of records. The plain version of a value: `priceJson` of libs/records, with the price's own text. */
export function priceBytes(): { key(price: Price): Uint8Array; value(price: Price): Uint8Array } {
  const known = new Map<string, SymbolBytes>();
  const bytesOf = (symbol: string): SymbolBytes => {
    const found = known.get(symbol);
    if (found !== undefined) return found;
    if (known.size >= REMEMBERED_MAX) known.clear();
    const made = { key: Buffer.from(symbol), head: `{"symbol":${JSON.stringify(symbol)},"price":` };
    known.set(symbol, made);
    return made;
  };
  return {
    key: ({ symbol }) => bytesOf(symbol).key,
    value: ({ symbol, price, timeMs }) =>
      Buffer.from(`${bytesOf(symbol).head}${price},"timestamp":${timeMs}}`),
  };
}
