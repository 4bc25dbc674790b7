import { expect, test } from 'vitest';
import { type Disturbance, disturb } from './disturb.ts';
import type { Price } from './price.ts';
import { seededRandom } from './random.ts';

const COUNT = 20_000;
const START_MS = 1_700_000_000_000;

/** One price every 10 ms, in batches of 300. */
function* prices(): Generator<Price[]> {
  for (let first = 0; first < COUNT; first += 300) {
    const length = Math.min(300, COUNT - first);
    yield Array.from({ length }, (_, index) => {
      const timeMs = START_MS + (first + index) * 10;
      return { symbol: 'A', price: String(first + index), timeMs, dueMs: timeMs };
    });
  }
}

async function disturbed(o: Partial<Disturbance>, seed = 1): Promise<Price[]> {
  const all: Price[] = [];
  const options = { outOfOrderMs: 0, lateRatio: 0, random: seededRandom(seed), wallPerEvent: 1, ...o };
  for await (const batch of disturb(prices(), options)) all.push(...batch);
  return all;
}

/** How far each event time lies behind the highest one sent before it. */
function behindMs(sent: Price[]): number[] {
  let highestMs = -Infinity;
  return sent.map(({ timeMs }) => {
    const behind = Math.max(0, highestMs - timeMs);
    highestMs = Math.max(highestMs, timeMs);
    return behind;
  });
}

test('OUT_OF_ORDER: none is lost, none lies further behind than asked, and some nearly that far', async () => {
  const sent = await disturbed({ outOfOrderMs: 3_000 });
  expect(sent.map(({ price }) => Number(price)).sort((a, b) => a - b)).toEqual([...Array(COUNT).keys()]);
  const behind = behindMs(sent);
  expect(Math.max(...behind)).toBeLessThanOrEqual(3_000);
  expect(Math.max(...behind)).toBeGreaterThan(2_500);
  expect(behind.filter((ms) => ms > 0).length).toBeGreaterThan(COUNT / 2);
});

test('OUT_OF_ORDER: event times stay, prices are sent up to that much later, in the order they are due', async () => {
  const sent = await disturbed({ outOfOrderMs: 3_000, wallPerEvent: 0.1 });
  for (const [index, { price, timeMs, dueMs }] of sent.entries()) {
    expect(timeMs).toBe(START_MS + Number(price) * 10);
    expect(dueMs - timeMs).toBeGreaterThanOrEqual(0);
    expect(dueMs - timeMs).toBeLessThanOrEqual(300);
    if (index > 0) expect(timeMs + (dueMs - timeMs) * 10).toBeGreaterThanOrEqual(sent[index - 1]!.timeMs);
  }
});

test('LATE_RATIO: about that share lies 60 s back, the others are left alone', async () => {
  const sent = await disturbed({ lateRatio: 0.1 });
  const backMs = sent.map(({ price, timeMs }) => START_MS + Number(price) * 10 - timeMs);
  expect(new Set(backMs)).toEqual(new Set([0, 60_000]));
  const late = backMs.filter((ms) => ms > 0).length;
  expect(late / COUNT).toBeGreaterThan(0.09);
  expect(late / COUNT).toBeLessThan(0.11);
});

test('both: late ones lie a further 60 s behind', async () => {
  const sent = await disturbed({ outOfOrderMs: 2_000, lateRatio: 0.05 });
  const behind = behindMs(sent).slice(7_000); // from where there are 60 s to lie behind
  const late = behind.filter((ms) => ms > 2_000);
  expect(late.length).toBeGreaterThan(300);
  for (const ms of late) {
    expect(ms).toBeGreaterThan(58_000 - 10);
    expect(ms).toBeLessThanOrEqual(62_000);
  }
});

test('the same seed disturbs in the same way', async () => {
  const o = { outOfOrderMs: 1_000, lateRatio: 0.1 };
  expect(await disturbed(o, 5)).toEqual(await disturbed(o, 5));
  expect(await disturbed(o, 5)).not.toEqual(await disturbed(o, 6));
});

test('an event time below 60 s goes back to 0, not below', async () => {
  const early: Price = { symbol: 'A', price: '1', timeMs: 5, dueMs: 0 };
  const o = { outOfOrderMs: 0, lateRatio: 1, random: seededRandom(1), wallPerEvent: 0 };
  for await (const batch of disturb([[early]], o)) expect(batch[0]!.timeMs).toBe(0);
});
