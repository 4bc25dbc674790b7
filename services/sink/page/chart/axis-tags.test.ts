import { expect, test } from 'vitest';
import { spread } from './axis-tags.js';

test('tags move apart, stay inside, and those without room are left out', () => {
  const room = { top: 0, bottom: 100, apart: 20 };
  expect(spread([50], room)).toEqual([50]);
  expect(spread([50, 55, 45], room)).toEqual([65, 85, 45]);
  expect(spread([99, 98], room)).toEqual([100, 80]);
  expect(spread([-10, 300], room)).toEqual([0, 100]);
  expect(
    spread(
      Array.from({ length: 9 }, () => 50),
      room,
    ),
  ).toHaveLength(6);
});
