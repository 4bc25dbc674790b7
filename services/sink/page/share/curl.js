import { apiPath, LIMIT_MAX, timeParameter } from '../api.js';

/** @import { TimeRange } from '../types.d.ts' */

/**
 * The question behind what is shown, for a shell: one line for each symbol.
 * @param {{ base: string, symbols: string[], windows: (string | undefined)[], range: TimeRange }} o `base`: address of the page; a window
 *   undefined: all
 */
export function curlText({ base, symbols, windows, range }) {
  const lines = symbols.flatMap((symbol) =>
    windows.map((window) => {
      const query = {
        symbol,
        ...(window !== undefined && { window }),
        from: timeParameter(range.fromMs),
        to: timeParameter(range.toMs),
        limit: String(LIMIT_MAX),
      };
      // URLSearchParams writes a single quote as %27: nothing in it can end the shell's quotes.
      return `curl -s '${new URL(apiPath('averages', query), base)}'`;
    }),
  );
  return lines.join('\n');
}
