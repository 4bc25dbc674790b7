import type { Readable } from 'node:stream';
import { disturb } from './disturb.ts';
import type { Prices } from './price.ts';
import { seededRandom } from './random.ts';
import { replay } from './replay.ts';
import type { ProducerSettings } from './settings.ts';
import { readFile } from './source/file.ts';
import type { OnBadLine } from './source/read-prices.ts';
import { simulate } from './source/simulate.ts';
import { readStream } from './source/stdin.ts';
import { walk } from './source/walk.ts';

export interface SourceOptions {
  settings: ProducerSettings;
  seed: number;
  startMs: number;
  stdin: Readable;
  onBadLine: OnBadLine;
  signal: AbortSignal;
}

/** The prices that the settings ask for, disturbed as they ask, each with its time to be sent. */
export function openSource(o: SourceOptions): Prices {
  const { settings, seed } = o;
  const { prices, wallPerEvent } = undisturbed(o);
  if (settings.OUT_OF_ORDER === 0 && settings.LATE_RATIO === 0) return prices;
  return disturb(prices, {
    outOfOrderMs: settings.OUT_OF_ORDER,
    lateRatio: settings.LATE_RATIO,
    random: seededRandom(seed, 1), // a sequence of its own: the prices are the same with and without disturbance
    wallPerEvent,
  });
}

function undisturbed(o: SourceOptions): { prices: Prices; wallPerEvent: number } {
  const { settings, startMs, onBadLine } = o;
  const { SOURCE: source, SYMBOLS: symbols, SPEED: speed } = settings;
  if (source.kind === 'stdin') return { prices: readStream(o.stdin, onBadLine, o.signal), wallPerEvent: 0 };
  if (source.kind === 'file') {
    const isRestamped = settings.RESTAMP === 'now';
    const prices = replay(() => readFile(source.path, onBadLine), {
      startMs,
      speed,
      isRestamped,
      isLooped: settings.LOOP,
    });
    return { prices, wallPerEvent: isRestamped ? 1 : 1 / speed };
  }
  const live = { symbols, rate: settings.RATE ?? symbols.length, startMs, random: seededRandom(o.seed) };
  return { prices: source.kind === 'walk' ? walk(live) : simulate(live), wallPerEvent: 1 };
}
