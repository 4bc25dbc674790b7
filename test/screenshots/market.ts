import { type Cluster, openIdempotentWriter } from '@meanwhile/kafka';
import { partitionFor } from '@meanwhile/records';
import { silent } from '../support/pipeline.ts';

/** Symbol, first price, how far it moves in a second as a part of itself. */
const SYMBOLS = [
  ['ACME', 101.2, 0.0006],
  ['CYBR', 48.1, 0.0012],
  ['GLOBX', 240.5, 0.0004],
  ['HOOLI', 71.9, 0.0009],
  ['INITECH', 15.4, 0.0007],
  ['STARK', 330, 0.0005],
  ['TYRELL', 122.7, 0.001],
  ['UMBRELLA', 9.6, 0.0015],
] as const;
const LIVE_MS = 200;

/** Prices that walk at random, the same at every run but for their times. */
export interface Market {
  /** Writes what happened from then until now, a price a second for each symbol. */
  past(sinceMs: number): Promise<void>;
  /** Goes on from there. */
  live(): void;
  /** Nothing comes any more. */
  stop(): Promise<void>;
}

export async function openMarket(cluster: Cluster, topic: string, partitions: number): Promise<Market> {
  const writer = await openIdempotentWriter(cluster, {
    topic,
    partitionFor: (key) => partitionFor(key, partitions),
    logger: silent,
  });
  const random = seededRandom(7);
  const walks = SYMBOLS.map(([symbol, price, step]) => ({ symbol, price, step, drift: 0 }));
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  async function write(timeMs: number, seconds: number): Promise<void> {
    for (const walk of walks) {
      // A trend that turns now and then, and noise around it.
      walk.drift = walk.drift * 0.98 + (random() - 0.5) * walk.step * 0.35 * seconds;
      walk.price *= 1 + walk.drift + (random() - 0.5) * walk.step * 2 * Math.sqrt(seconds);
      const timestamp = timeMs + Math.floor(random() * seconds * 900);
      const price = Number(walk.price.toFixed(2));
      const value = JSON.stringify({ symbol: walk.symbol, price, timestamp });
      await writer.append(Buffer.from(walk.symbol), Buffer.from(value), Date.now());
    }
  }

  return {
    async past(sinceMs) {
      for (let timeMs = sinceMs; timeMs < Date.now() - 1_000; timeMs += 1_000) await write(timeMs, 1);
      await writer.flush();
    },
    live() {
      timer = setInterval(() => {
        writing = writing.then(() => write(Date.now() - LIVE_MS, LIVE_MS / 1_000)).then(() => writer.flush());
      }, LIVE_MS);
    },
    async stop() {
      clearInterval(timer);
      await writing;
      await writer.close();
    },
  };
}

/** Mulberry32 (Tommy Ettinger, 2017): 32 bits of state, for pictures good enough. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
