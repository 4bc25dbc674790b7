import { statSync } from 'node:fs';
import { averageOf } from '../../../services/sink/src/store/average.fixture.ts';
import { openStore } from '../../../services/sink/src/store/open-store.ts';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import { type FillArgs, type FillResult, SYMBOL, WINDOW } from './history-args.ts';

/** As many as a transaction of the sink takes at most. */
const ROWS_PER_TRANSACTION = 4_000;

runMeasured(fill);

/** Writes one long series as the sink would have, by the sink's own store. */
async function fill({ database, rows, endMs, stepMs }: FillArgs): Promise<FillResult> {
  const store = openStore(database);
  const start = process.cpuUsage();
  let value = 100;
  for (let row = 0; row < rows; ) {
    store.transaction(() => {
      for (let count = 0; count < ROWS_PER_TRANSACTION && row < rows; count += 1, row += 1) {
        value += Math.sin(row * 12.9898) / 4;
        const window_end = endMs - (rows - 1 - row) * stepMs;
        store.upsert(
          averageOf({
            symbol: SYMBOL,
            window: WINDOW,
            window_end,
            window_start: window_end - 10_000,
            average: value,
          }),
          0,
        );
      }
    });
  }
  store.close();
  return { cpuSeconds: cpuSecondsSince(start), bytes: statSync(database).size };
}
