import type { AverageTable } from './average-table.ts';
import type { NameTable } from './name-table.ts';

/** Where a sweep over the (symbol, window) pairs stands. */
export interface ExpiryStep {
  pairs: { symbol: number; window: number }[];
  next: number;
  removed: number;
  isDone: boolean;
}

/** Rows removed and pairs looked at in one step: a few milliseconds, so that the live rows do not wait. */
const ROWS_PER_STEP = 1_000;
const PAIRS_PER_STEP = 500;

/**
 * Removes rows with `window_end` before `beforeMs`, pair by pair along the identity index. Called with the step
 * it returned until that is done. A symbol that lost its last row goes too.
 */
export function removeExpiredStep(
  tables: { averages: AverageTable; symbols: NameTable; windows: NameTable; beforeMs: number },
  step: ExpiryStep | undefined,
): ExpiryStep {
  const state = step ?? newSweep(tables.symbols.ids(), tables.windows.ids());
  let rows = ROWS_PER_STEP;
  let pairs = PAIRS_PER_STEP;
  while (state.next < state.pairs.length) {
    if (rows === 0 || pairs === 0) return state;
    const { symbol, window } = state.pairs[state.next]!;
    const removed = tables.averages.removeBefore(symbol, window, tables.beforeMs, rows);
    state.removed += removed;
    if (removed > 0) tables.averages.removeUnusedSymbol(symbol);
    rows -= removed;
    pairs -= 1;
    if (rows > 0) state.next += 1;
  }
  state.isDone = true;
  return state;
}

function newSweep(symbols: number[], windows: number[]): ExpiryStep {
  const pairs = symbols.flatMap((symbol) => windows.map((window) => ({ symbol, window })));
  return { pairs, next: 0, removed: 0, isDone: false };
}
