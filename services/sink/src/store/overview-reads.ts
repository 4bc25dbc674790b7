import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ROLLUP_LEVELS_MS } from './rollup-bucket.ts';

/** What a small line shows: the last ten minutes, one point for each of the shortest roll-ups. */
export const OVERVIEW_SPAN_MS = 600_000;
export const OVERVIEW_COLUMN_MS = ROLLUP_LEVELS_MS[0];

export const OVERVIEW_SORTS = ['name', 'change', 'freshness'] as const;

/** Which symbols of a window: those from `offset` on in the order asked for. */
export interface OverviewQuery {
  window: string;
  /** Part of the name, upper or lower case. */
  search: string;
  sort: (typeof OVERVIEW_SORTS)[number];
  offset: number;
  limit: number;
}

/** A symbol in short. */
export interface OverviewSymbol {
  symbol: string;
  average: number;
  window_end: number;
  /** Of the average, as a part of the first one in the span; null where there is none but the newest. */
  change: number | null;
  /** `[window_end, average]` of the last row in each column. */
  points: [windowEndMs: number, average: number][];
}

export interface Overview {
  from: number;
  to: number;
  total: number;
  symbols: OverviewSymbol[];
}

interface Head {
  id: number;
  symbol: string;
  average: number;
  windowEndMs: number;
  change: number | null;
}

interface Heads {
  windowId: number;
  toMs: number;
  heads: Head[];
  madeMs: number;
}

/** From so many symbols on, their order is kept for a second: it takes some 5 µs for each. */
const KEPT_FROM = 1_000;
const KEPT_MS = 1_000;

/**
 * Reads many symbols of one window at once, from the shortest roll-ups: two look-ups for each symbol there is, to put
 * them in order, and one for each that is asked for.
 */
export class OverviewReads {
  readonly #windowId: StatementSync;
  readonly #newest: StatementSync;
  readonly #first: StatementSync;
  readonly #points: StatementSync;
  #kept: Heads | undefined;

  constructor(database: DatabaseSync) {
    const arrays = (text: string) => {
      const statement = database.prepare(text);
      statement.setReturnArrays(true);
      return statement;
    };
    const of = 'symbol = s.id AND window = ?1 AND level = 0 AND last IS NOT NULL';
    this.#windowId = database.prepare('SELECT id FROM windows WHERE name = ?');
    this.#newest = arrays(
      `SELECT s.id, s.name, n.last, n.last_end FROM symbols s CROSS JOIN rollups n
       ON n.symbol = s.id AND n.window = ?1 AND n.level = 0
       AND n.bucket = (SELECT max(bucket) FROM rollups WHERE ${of})`,
    );
    this.#first = arrays(
      `SELECT s.id, (SELECT last FROM rollups WHERE ${of} AND bucket >= ?2 ORDER BY bucket LIMIT 1) FROM symbols s`,
    );
    this.#points = arrays(
      `SELECT last_end, last FROM rollups
       WHERE symbol = ? AND window = ? AND level = 0 AND last IS NOT NULL AND bucket BETWEEN ? AND ? ORDER BY bucket`,
    );
  }

  /** `total` counts those that the search finds; a window without results has none. */
  select({ window, search, sort, offset, limit }: OverviewQuery): Overview {
    const windowId = Number(this.#windowId.get(window)?.['id'] ?? -1);
    const { heads, toMs } = this.#headsOf(windowId);
    const needle = search.toLowerCase();
    const found =
      needle === '' ? [...heads] : heads.filter(({ symbol }) => symbol.toLowerCase().includes(needle));
    found.sort(ORDERS[sort]);
    const fromMs = Math.max(0, toMs - OVERVIEW_SPAN_MS);
    const range = [bucketOf(fromMs), bucketOf(toMs)] as const;
    const symbols = found.slice(offset, offset + limit).map(({ id, windowEndMs, ...head }) => {
      const points = this.#points.all(id, windowId, ...range) as unknown as OverviewSymbol['points'];
      return {
        symbol: head.symbol,
        average: head.average,
        window_end: windowEndMs,
        change: head.change,
        points,
      };
    });
    return { from: fromMs, to: toMs, total: found.length, symbols };
  }

  #headsOf(windowId: number): Heads {
    const nowMs = performance.now();
    const kept = this.#kept;
    if (kept?.windowId === windowId && nowMs - kept.madeMs < KEPT_MS) return kept;
    const heads = { ...this.#makeHeads(windowId), windowId, madeMs: nowMs };
    this.#kept = heads.heads.length >= KEPT_FROM ? heads : undefined;
    return heads;
  }

  #makeHeads(windowId: number): Pick<Heads, 'heads' | 'toMs'> {
    const rows = this.#newest.all(windowId) as unknown as [number, string, number, number][];
    const toMs = rows.reduce((newest, [, , , end]) => Math.max(newest, end), 0);
    const from = bucketOf(Math.max(0, toMs - OVERVIEW_SPAN_MS));
    const firsts = new Map(this.#first.all(windowId, from) as unknown as [number, number | null][]);
    const heads = rows.map(([id, symbol, average, windowEndMs]): Head => {
      return { id, symbol, average, windowEndMs, change: changeOf(average, firsts.get(id) ?? null) };
    });
    return { heads, toMs };
  }
}

const ORDERS: Record<OverviewQuery['sort'], (a: Head, b: Head) => number> = {
  name: byName,
  change: (a, b) => size(b.change) - size(a.change) || byName(a, b),
  freshness: (a, b) => b.windowEndMs - a.windowEndMs || byName(a, b),
};

function byName(a: Head, b: Head): number {
  return a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0;
}

/** What is not known comes behind what does not move. */
function size(change: number | null): number {
  return change === null ? -1 : Math.abs(change);
}

function changeOf(average: number, first: number | null): number | null {
  if (first === null || first === 0) return null;
  const change = (average - first) / Math.abs(first);
  return Number.isFinite(change) ? change : null;
}

function bucketOf(timeMs: number): number {
  return Math.floor(timeMs / OVERVIEW_COLUMN_MS);
}
