import { expect, test } from 'vitest';
import { outputCollision } from './topics-collide.ts';

test.each(['prices', 'prices-late', 'prices-dead-letters', 'prices-journal'])(
  'outputs named prices collide with input %s',
  (input) => {
    expect(outputCollision(input, 'prices')).toContain(`INPUT_TOPIC=${input}`);
  },
);

test('other names do not', () => {
  expect(outputCollision('prices', 'averages')).toBeUndefined();
});
