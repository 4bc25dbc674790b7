import type { Log } from './create-log.ts';

/** Of one kind, in an interval: enough to see what is going on, too few to fill a disk. */
const LINES_MAX = 10;
const INTERVAL_MS = 10_000;

/** A line that is made only when it is written. */
export type MakeLine = () => { fields: object; message: string };

export interface FloodLog {
  /** Writes the line, or counts it as left out. */
  warn(line: MakeLine): void;
  /** Says how many were left out so far; the next interval begins. */
  flush(): void;
}

/**
 * Warnings of one kind that may come by the thousand: at most 10 in 10 s, then one that says how many were left out. A flood that
 * ends is closed by that line too.
 */
export function floodLog(o: {
  log: Pick<Log, 'warn'>;
  /** For the line that counts what was left out: `dead letters`. */
  what: string;
  linesMax?: number;
  intervalMs?: number;
}): FloodLog {
  const { log, what, linesMax = LINES_MAX, intervalMs = INTERVAL_MS } = o;
  let lines = 0;
  let leftOut = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (leftOut > 0) log.warn({ left_out: leftOut }, `${leftOut} more ${what} were left out of the log`);
    lines = 0;
    leftOut = 0;
  }

  return {
    warn(line) {
      timer ??= setTimeout(flush, intervalMs).unref();
      if (++lines > linesMax) {
        leftOut++;
        return;
      }
      const { fields, message } = line();
      log.warn(fields, message);
    },
    flush,
  };
}
