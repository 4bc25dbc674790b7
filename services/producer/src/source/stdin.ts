import type { Readable } from 'node:stream';
import type { Price } from '../price.ts';
import { type OnBadLine, readPrices } from './read-prices.ts';

/** The prices that come in on a stream, as they come; ends with it, or when `signal` aborts. */
export async function* readStream(
  stream: Readable,
  onBadLine: OnBadLine,
  signal: AbortSignal,
): AsyncGenerator<Price[]> {
  const end = () => stream.destroy();
  signal.addEventListener('abort', end, { once: true });
  try {
    yield* readPrices(stream as AsyncIterable<Uint8Array>, onBadLine);
  } catch (error) {
    if (!signal.aborted) throw error; // a read that we cut short ourselves is no failure
  } finally {
    signal.removeEventListener('abort', end);
  }
}
