import type { Log } from '@meanwhile/service';

/** These many are logged one by one, … */
const LOGGED_FIRST = 10;
/** … then one in this time, with the number of those left out: a file of another kind must not flood the log. */
const LOGGED_EVERY_MS = 5_000;

export interface BadLines {
  readonly count: number;
  add(lineNumber: number, reason: string): void;
}

/** Counts and reports the lines that are no prices. */
export function countBadLines(log: Pick<Log, 'warn'>, now: () => number = Date.now): BadLines {
  let count = 0;
  let unlogged = 0;
  let loggedAtMs = -Infinity;
  return {
    get count() {
      return count;
    },
    add(lineNumber, reason) {
      count++;
      if (count > LOGGED_FIRST && now() - loggedAtMs < LOGGED_EVERY_MS) {
        unlogged++;
        return;
      }
      loggedAtMs = now();
      const others = unlogged === 0 ? '' : ` (and ${unlogged} more before it)`;
      log.warn({ line: lineNumber, reason, count }, `line ${lineNumber} cannot be read: ${reason}${others}`);
      unlogged = 0;
    },
  };
}
