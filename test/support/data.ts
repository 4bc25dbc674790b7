import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seededRandom } from './data-random.ts';

/** A day of US equity trades as CSV (`symbol,timestamp,price,size`), gzipped, sorted by time. */
export interface TradesDay {
  path: string;
  rows: number;
  /** Real trades where they lie beside the project, else a seeded day of the same shape. */
  origin: 'real' | 'generated';
}

/** Daily bars of one security, and what another project gives for each; null where its window is not full yet. */
export interface DailyBars {
  /** As text: what was printed, not what a double makes of it. */
  closes: string[];
  /** Of the last 20 closes. */
  means: (number | null)[];
  /** Of the last 14 closes, of the population. */
  deviations: (number | null)[];
}

interface Session {
  symbol: string;
  fromMs: number;
  toMs: number;
  trades: number;
  price: number;
}

const root = resolve(import.meta.dirname, '../..');
const MARKET = resolve(root, '../shared/data/market');
const REAL = resolve(MARKET, 'us-trades-2013-10-07.csv.gz');
const GENERATED = resolve(root, 'var/trades-day-1.csv.gz');

/** Counts and hours of the real day: two symbols all day, two through the half hour after the opening. */
const SESSIONS: Session[] = [
  { symbol: 'AIG', fromMs: 1_381_132_800_688, toMs: 1_381_190_397_520, trades: 25_351, price: 49.18 },
  { symbol: 'IBM', fromMs: 1_381_132_830_270, toMs: 1_381_188_367_550, trades: 24_293, price: 181.52 },
  { symbol: 'SPY', fromMs: 1_381_152_600_007, toMs: 1_381_154_399_052, trades: 38_131, price: 167.6 },
  { symbol: 'BAC', fromMs: 1_381_152_600_019, toMs: 1_381_154_399_978, trades: 12_763, price: 13.92 },
];
const ROWS = 100_538;

export function tradesDay(): TradesDay {
  if (existsSync(REAL)) return { path: REAL, rows: ROWS, origin: 'real' };
  if (!existsSync(GENERATED)) {
    mkdirSync(resolve(root, 'var'), { recursive: true });
    // Renamed when complete: several test processes may make it at once.
    const draft = `${GENERATED}.${process.pid}`;
    writeFileSync(draft, gzipSync(generateDay()));
    renameSync(draft, GENERATED);
  }
  return { path: GENERATED, rows: ROWS, origin: 'generated' };
}

/** Undefined where they do not lie beside the project: nothing of our own could stand in for another project's figures. */
export function dailyBars(): DailyBars | undefined {
  const path = (name: string) => resolve(MARKET, name);
  if (!existsSync(path('daily-quotes.csv'))) return undefined;
  const [header, ...rows] = readFileSync(path('daily-quotes.csv'), 'utf8').trim().split('\n');
  const close = header!.split(',').indexOf('close');
  const figures = (name: string, field: string): (number | null)[] =>
    JSON.parse(readFileSync(path(name), 'utf8')).map((bar: Record<string, number | null>) => bar[field]);
  return {
    closes: rows.map((row) => row.split(',')[close]!),
    means: figures('daily-sma-20.json', 'sma'),
    deviations: figures('daily-stdev-14.json', 'stdDev'),
  };
}

/** The generated day as CSV text; always the same. */
export function generateDay(): string {
  const random = seededRandom(20131007);
  const trades = SESSIONS.flatMap((session) => generateSession(session, random));
  trades.sort((a, b) => a.timeMs - b.timeMs);
  return `symbol,timestamp,price,size\n${trades.map((trade) => trade.line).join('\n')}\n`;
}

/** Bursts of trades in one millisecond, a price that walks in cents. */
function generateSession(session: Session, random: () => number): { timeMs: number; line: string }[] {
  const { symbol, fromMs, toMs, trades } = session;
  let cents = Math.round(session.price * 100);
  let timeMs = fromMs;
  return Array.from({ length: trades }, (_, index) => {
    const isBurst = random() < 0.4;
    if (!isBurst) timeMs = Math.floor(fromMs + ((toMs - fromMs) * (index + random())) / trades);
    cents += Math.floor(random() * 5) - 2;
    // Exchanges drop the zeros at the end.
    return { timeMs, line: `${symbol},${timeMs},${cents / 100},${100 * Math.ceil(random() * 9)}` };
  });
}
