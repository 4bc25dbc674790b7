import { expect, test } from 'vitest';
import type { Price } from '../price.ts';
import { seededRandom } from '../random.ts';
import { simulate } from './simulate.ts';
import { walk } from './walk.ts';

const live = (seed: number, more: { symbols?: string[]; rate?: number } = {}) => ({
  symbols: ['A', 'B', 'C', 'D'],
  rate: 4,
  startMs: 1_700_000_000_000,
  random: seededRandom(seed),
  ...more,
});

function take(source: Iterable<Price[]>, count: number): Price[] {
  const taken: Price[] = [];
  for (const batch of source) {
    taken.push(...batch);
    if (taken.length >= count) break;
  }
  return taken.slice(0, count);
}

test.each([
  ['simulate', simulate],
  ['walk', walk],
])('%s: the same seed gives the same prices at the same distances', (_name, source) => {
  const prices = take(source(live(1)), 2_000);
  expect(take(source(live(1)), 2_000)).toEqual(prices);
  expect(take(source(live(2)), 2_000)).not.toEqual(prices);
  const later = take(source({ ...live(1), startMs: live(1).startMs + 5_000 }), 2_000);
  expect(later).toEqual(prices.map((p) => ({ ...p, timeMs: p.timeMs + 5_000, dueMs: p.dueMs + 5_000 })));
});

test.each([
  ['simulate', simulate],
  ['walk', walk],
])('%s: the rate holds in all, and event time is the time it is due', (_name, source) => {
  const prices = take(source(live(1, { rate: 30 })), 3_001);
  expect(prices.at(-1)!.timeMs - prices[0]!.timeMs).toBe(100_000);
  for (const { timeMs, dueMs } of prices) expect(dueMs).toBe(timeMs);
});

test('simulate: each symbol once per symbols/rate seconds', () => {
  const times = take(simulate(live(1, { rate: 2 })), 400)
    .filter(({ symbol }) => symbol === 'B')
    .map(({ timeMs }) => timeMs);
  expect(times).toHaveLength(100);
  for (const [index, timeMs] of times.entries()) expect(timeMs).toBe(1_700_000_000_500 + index * 2_000);
});

test('simulate: prices are uniform from 90.00 to 110.00, both reached, with two decimals', () => {
  const prices = take(simulate(live(1)), 40_000).map(({ price }) => price);
  const values = prices.map(Number);
  for (const price of prices) expect(price).toMatch(/^\d{2,3}(\.\d{1,2})?$/);
  expect(Math.min(...values)).toBe(90);
  expect(Math.max(...values)).toBe(110);
  expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(100, 0);
});

test('walk: a day stays in sight, moves by small steps, jumps, and is quiet now and then', () => {
  const prices = take(walk(live(3, { rate: 8 })), 8 * 20_000);
  for (const symbol of ['A', 'B', 'C', 'D']) {
    const own = prices.filter((price) => price.symbol === symbol);
    const values = own.map(({ price }) => Number(price));
    const home = values[0]!;
    expect(Math.min(...values)).toBeGreaterThan(home / 2);
    expect(Math.max(...values)).toBeLessThan(home * 2);
    const moves = values.slice(1).map((value, index) => Math.abs(value / values[index]! - 1));
    moves.sort((left, right) => left - right);
    expect(moves[Math.floor(moves.length / 2)]).toBeLessThan(0.002);
    expect(moves.at(-1)).toBeGreaterThan(0.01);
    const gaps = own.slice(1).map(({ timeMs }, index) => timeMs - own[index]!.timeMs);
    expect(Math.max(...gaps)).toBeGreaterThan(5_000);
  }
});

test('walk: every symbol is there from the start, and one symbol alone never falls silent', () => {
  expect(take(walk(live(1)), 4).map(({ symbol }) => symbol)).toEqual(['A', 'B', 'C', 'D']);
  const alone = take(walk(live(1, { symbols: ['A'], rate: 1 })), 500);
  expect(alone.at(-1)!.timeMs - alone[0]!.timeMs).toBe(499_000);
});
