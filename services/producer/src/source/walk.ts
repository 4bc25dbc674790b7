import type { Price } from '../price.ts';
import { normal, type Random } from '../random.ts';
import { BATCH, type LiveOptions } from './simulate.ts';

/** Standard deviation of the logarithm of a price after one second of an ordinary market. */
const VOLATILITY = 0.0008;
/** Largest trend: per second; over its 20 to 120 s it moves a price by about 2 %. */
const TREND_MAX = 0.0003;
/** Pull back to the price a symbol began with, per second: a demo that runs for days stays in sight. */
const PULL = 0.0005;
/** Jumps per second and symbol: one in about two minutes. */
const JUMP_RATE = 1 / 120;
const JUMP_SIZE = 0.015;
const PRICE_MIN = 0.01;

type Mood = 'ordinary' | 'lively' | 'quiet';

interface Walker {
  symbol: string;
  /** Natural logarithms. */
  home: number;
  level: number;
  mood: Mood;
  trend: number;
  /** Event time at which mood and trend change. */
  untilMs: number;
  lastMs: number;
}

/**
 * Without end: what a market looks like. Each symbol walks at random with trends, jumps, lively and quiet spells; in a
 * quiet one it hardly trades. `rate` holds in all: while some symbols are quiet, the others trade more.
 */
export function* walk({ symbols, rate, startMs, random }: LiveOptions): Generator<Price[]> {
  const walkers = symbols.map((symbol) => newWalker(symbol, startMs, random));
  for (let index = 0; ; ) {
    const batch: Price[] = [];
    for (; batch.length < BATCH; index++) {
      const timeMs = Math.floor(startMs + (index * 1_000) / rate);
      // The first round goes to everybody: charts of all symbols begin at once.
      const walker = index < walkers.length ? walkers[index]! : pick(walkers, timeMs, random);
      step(walker, timeMs, random);
      const price = String(Math.max(PRICE_MIN, Math.round(Math.exp(walker.level) * 100) / 100));
      batch.push({ symbol: walker.symbol, price, timeMs, dueMs: timeMs });
    }
    yield batch;
  }
}

function newWalker(symbol: string, startMs: number, random: Random): Walker {
  const home = Math.log(20) + random() * Math.log(25); // 20 to 500
  return { symbol, home, level: home, mood: 'ordinary', trend: 0, untilMs: startMs, lastMs: startMs };
}

/** A walker at random; a quiet one nearly always passes the turn on, as long as there is another one to be found. */
function pick(walkers: Walker[], timeMs: number, random: Random): Walker {
  for (let attempt = 0; attempt < 4; attempt++) {
    const walker = walkers[Math.floor(random() * walkers.length)]!;
    const isQuiet = walker.mood === 'quiet' && timeMs < walker.untilMs;
    if (!isQuiet || random() < 0.05) return walker;
  }
  return walkers[Math.floor(random() * walkers.length)]!;
}

function step(walker: Walker, timeMs: number, random: Random): void {
  if (timeMs >= walker.untilMs) changeMood(walker, timeMs, random);
  const seconds = Math.min(60, (timeMs - walker.lastMs) / 1_000);
  walker.lastMs = timeMs;
  const liveliness = walker.mood === 'lively' ? 2.5 : walker.mood === 'quiet' ? 0.2 : 1;
  walker.level += normal(random) * VOLATILITY * liveliness * Math.sqrt(seconds);
  walker.level += (walker.trend + (walker.home - walker.level) * PULL) * seconds;
  if (random() < JUMP_RATE * seconds) walker.level += normal(random) * JUMP_SIZE;
}

function changeMood(walker: Walker, timeMs: number, random: Random): void {
  const draw = random();
  walker.mood = draw < 0.6 ? 'ordinary' : draw < 0.85 ? 'lively' : 'quiet';
  walker.trend = walker.mood === 'quiet' ? 0 : (random() * 2 - 1) * TREND_MAX;
  const seconds = walker.mood === 'quiet' ? 5 + random() * 25 : 20 + random() * 100;
  walker.untilMs = timeMs + seconds * 1_000;
}
