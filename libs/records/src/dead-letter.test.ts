import { expect, test } from 'vitest';
import { deadLetterHeaders } from './dead-letter.ts';

const headers = (detail: string) =>
  deadLetterHeaders({
    reason: 'not_json',
    detail,
    topic: 'prices',
    partition: 3,
    offset: 9_007_199_254_740_991,
  });

test('the headers stand in the order of the contract, numbers in decimal', () => {
  const texts = headers('é').map(({ key, value }) => [key, new TextDecoder().decode(value)]);
  expect(texts).toEqual([
    ['reason', 'not_json'],
    ['detail', 'é'],
    ['input_topic', 'prices'],
    ['input_partition', '3'],
    ['input_offset', '9007199254740991'],
  ]);
});

test('a detail is cut to 1,000 bytes, never within a character', () => {
  const detail = (text: string) => headers(text)[1]!.value;
  expect(detail('x'.repeat(1_000))).toHaveLength(1_000);
  expect(detail('x'.repeat(1_001))).toHaveLength(1_000);
  for (const [character, bytes] of [
    ['é', 2],
    ['€', 3],
    ['😀', 4],
  ] as const) {
    for (let lead = 0; lead < 4; lead++) {
      const value = detail('x'.repeat(lead) + character.repeat(600));
      const whole = Math.floor((1_000 - lead) / bytes);
      expect(new TextDecoder('utf-8', { fatal: true }).decode(value)).toBe(
        'x'.repeat(lead) + character.repeat(whole),
      );
    }
  }
});
