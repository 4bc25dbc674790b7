import { expect, test } from 'vitest';
import { normal, seededRandom } from './random.ts';

const draw = (seed: number, stream = 0) => {
  const random = seededRandom(seed, stream);
  return Array.from({ length: 5 }, random);
};

test('the same seed gives the same numbers, another seed or stream others', () => {
  expect(draw(7)).toEqual(draw(7));
  const firsts = [draw(7), draw(8), draw(7, 1), draw(7 + 2 ** 32), draw(0)].map(([first]) => first);
  expect(new Set(firsts).size).toBe(5);
});

test('numbers are spread evenly over [0, 1), and normal ones around 0 with deviation 1', () => {
  const random = seededRandom(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10_000; i++) counts[Math.floor(random() * 10)]!++;
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  const draws = Array.from({ length: 10_000 }, () => normal(random));
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
  expect(mean).toBeCloseTo(0, 1);
  expect(variance).toBeCloseTo(1, 1);
});
