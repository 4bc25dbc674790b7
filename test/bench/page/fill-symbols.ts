import { averageOf } from '../../../services/sink/src/store/average.fixture.ts';
import { openStore } from '../../../services/sink/src/store/open-store.ts';

const ROWS_PER_TRANSACTION = 4_000;

/** Stores a series of each symbol as the sink would have: one result a second up to `endMs`. */
export function fillSymbols(o: {
  database: string;
  symbols: string[];
  rows: number;
  endMs: number;
  window: string;
}): void {
  const store = openStore(o.database);
  for (const [index, symbol] of o.symbols.entries()) {
    let value = 100 + index;
    for (let row = 0; row < o.rows; ) {
      store.transaction(() => {
        for (let count = 0; count < ROWS_PER_TRANSACTION && row < o.rows; count += 1, row += 1) {
          value += Math.sin((row + index) * 12.9898) / 4;
          const window_end = o.endMs - (o.rows - 1 - row) * 1_000;
          const window_start = window_end - 10_000;
          store.upsert(averageOf({ symbol, window: o.window, window_start, window_end, average: value }), 0);
        }
      });
    }
  }
  store.close();
}
