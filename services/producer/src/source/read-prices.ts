import type { Price } from '../price.ts';
import { lineReader, type ReadLine } from './line-reader.ts';
import { lines } from './lines.ts';

/** Told of each line that is no price. */
export type OnBadLine = (lineNumber: number, reason: string) => void;

/** The prices in a stream of CSV or NDJSON bytes, with their event times as written. A bad line is reported, the rest goes on. */
export async function* readPrices(
  chunks: AsyncIterable<Uint8Array>,
  onBadLine: OnBadLine,
): AsyncGenerator<Price[]> {
  let read: ReadLine | undefined;
  for await (const batch of lines(chunks)) {
    const prices: Price[] = [];
    for (const line of batch) {
      if (read === undefined) {
        const reader = lineReader(line.text);
        read = reader.read;
        if (reader.isHeader) continue;
      }
      const price = read(line.text);
      if (typeof price === 'string') onBadLine(line.number, price);
      else prices.push(price);
    }
    if (prices.length > 0) yield prices;
  }
}
