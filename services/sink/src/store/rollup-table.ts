import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type Bucket,
  bucketOf,
  type Delta,
  keyOf,
  mergedParentsOf,
  mergeInto,
  type Place,
  parentsOf,
  ROLLUP_LEVELS_MS,
} from './rollup-bucket.ts';

const LAST = '(excluded.last_end, excluded.last_start, excluded.last_partition)';
const IS_LATER = `${LAST} > (last_end, last_start, last_partition)`;
const latest = (column: string) => `${column} = iif(${IS_LATER}, excluded.${column}, ${column})`;

/**
 * Minimum, maximum, last and count of the averages of each series in buckets of four lengths, so that a long range
 * is answered from few rows. Noted while rows are written, stored by `flush` in the same transaction: new rows are
 * merged into their buckets; where a row was changed or removed, the bucket is computed anew, the shortest from the
 * rows, each longer one from those below it. Plain version, held equal by the test: GROUP BY over all rows.
 */
export class RollupTable {
  readonly #merge: StatementSync;
  readonly #replace: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeBelow: StatementSync;
  readonly #firstEnd: StatementSync;
  readonly #clear: StatementSync;
  readonly #spans: StatementSync[];
  readonly #lasts: StatementSync[];
  #added = new Map<string, Delta>();
  #stale = new Map<string, Place>();

  constructor(database: DatabaseSync) {
    const sql = (text: string) => database.prepare(text);
    this.#merge = sql(
      `INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         count = count + excluded.count,
         minimum = coalesce(min(minimum, excluded.minimum), minimum, excluded.minimum),
         maximum = coalesce(max(maximum, excluded.maximum), maximum, excluded.maximum),
         ${['last', 'last_end', 'last_start', 'last_partition'].map(latest).join(', ')}`,
    );
    this.#replace = sql('INSERT OR REPLACE INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    const bucket = 'symbol = ? AND window = ? AND level = ?';
    this.#remove = sql(`DELETE FROM rollups WHERE ${bucket} AND bucket = ?`);
    this.#removeBelow = sql(`DELETE FROM rollups WHERE ${bucket} AND bucket < ?`);
    this.#firstEnd = sql('SELECT min(window_end) AS first FROM averages WHERE symbol = ? AND window = ?');
    this.#clear = sql('DELETE FROM rollups');
    const rows = 'FROM averages WHERE symbol = ? AND window = ? AND window_end >= ? AND window_end < ?';
    const below = (level: number) =>
      `FROM rollups WHERE symbol = ? AND window = ? AND level = ${level - 1} AND bucket >= ? AND bucket < ?`;
    this.#spans = ROLLUP_LEVELS_MS.map((_, level) =>
      level === 0
        ? sql(`SELECT count(*) AS count, min(average) AS minimum, max(average) AS maximum ${rows}`)
        : sql(`SELECT sum(count) AS count, min(minimum) AS minimum, max(maximum) AS maximum ${below(level)}`),
    );
    this.#lasts = ROLLUP_LEVELS_MS.map((_, level) =>
      level === 0
        ? sql(
            `SELECT average AS last, window_end AS last_end, window_start AS last_start, partition AS last_partition ${rows}
             ORDER BY window_end DESC, window_start DESC, partition DESC LIMIT 1`,
          )
        : sql(
            `SELECT last, last_end, last_start, last_partition ${below(level)} ORDER BY bucket DESC LIMIT 1`,
          ),
    );
  }

  /** A row that was not there before. */
  added(
    symbol: number,
    window: number,
    row: { window_end: number; window_start: number; partition: number; average?: number | undefined },
  ): void {
    const place = { symbol, window, bucket: bucketOf(row.window_end, 0) };
    const key = keyOf(place);
    if (this.#stale.has(key)) return;
    const value = row.average ?? null;
    const one: Bucket = {
      count: 1,
      minimum: value,
      maximum: value,
      last: value,
      lastEnd: row.window_end,
      lastStart: row.window_start,
      lastPartition: row.partition,
    };
    const noted = this.#added.get(key);
    if (noted === undefined) this.#added.set(key, { ...place, delta: one });
    else mergeInto(noted.delta, one);
  }

  /** A row has other values than before. */
  changed(symbol: number, window: number, windowEndMs: number): void {
    const place = { symbol, window, bucket: bucketOf(windowEndMs, 0) };
    const key = keyOf(place);
    this.#stale.set(key, place);
    this.#added.delete(key);
  }

  /** The oldest rows of a series are gone: so are the buckets that they filled. */
  removedOldest(symbol: number, window: number): void {
    const first = this.#firstEnd.get(symbol, window)!['first'];
    const firstMs = first === null ? Number.MAX_SAFE_INTEGER : Number(first);
    for (const level of ROLLUP_LEVELS_MS.keys()) {
      this.#removeBelow.run(symbol, window, level, bucketOf(firstMs, level));
    }
    if (first !== null) this.changed(symbol, window, firstMs);
  }

  clear(): void {
    this.discard();
    this.#clear.run();
  }

  /** Forgets what was noted: its transaction was rolled back. */
  discard(): void {
    this.#added.clear();
    this.#stale.clear();
  }

  /** Writes what was noted since the last call. */
  flush(): void {
    let added = this.#added;
    let stale = this.#stale;
    for (const level of ROLLUP_LEVELS_MS.keys()) {
      if (level > 0) {
        stale = parentsOf(stale, level);
        added = mergedParentsOf(added, level, stale);
      }
      for (const place of stale.values()) this.#recompute(place, level);
      for (const { delta, ...place } of added.values()) this.#merge.run(...columns(place, level, delta));
    }
    this.discard();
  }

  #recompute(place: Place, level: number): void {
    const { symbol, window, bucket } = place;
    const factor = ROLLUP_LEVELS_MS[level]! / (level === 0 ? 1 : ROLLUP_LEVELS_MS[level - 1]!);
    const range = [symbol, window, bucket * factor, (bucket + 1) * factor] as const;
    const last = this.#lasts[level]!.get(...range);
    if (last === undefined) {
      this.#remove.run(symbol, window, level, bucket);
      return;
    }
    const span = this.#spans[level]!.get(...range)!;
    this.#replace.run(
      ...columns(place, level, {
        count: Number(span['count']),
        minimum: span['minimum'] as number | null,
        maximum: span['maximum'] as number | null,
        last: last['last'] as number | null,
        lastEnd: Number(last['last_end']),
        lastStart: Number(last['last_start']),
        lastPartition: Number(last['last_partition']),
      }),
    );
  }
}

function columns({ symbol, window, bucket }: Place, level: number, b: Bucket) {
  const span = [b.count, b.minimum, b.maximum, b.last, b.lastEnd, b.lastStart, b.lastPartition] as const;
  return [symbol, window, level, bucket, ...span] as const;
}
