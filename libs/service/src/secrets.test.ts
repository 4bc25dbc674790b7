import { expect, test } from 'vitest';
import { secretCleaner, withoutCredentials } from './secrets.ts';

test('a secret is left out however it is written', () => {
  const clean = secretCleaner(['pa"ss wörd'])!;
  expect(clean('as it is: pa"ss wörd!')).toBe('as it is: [secret]!');
  expect(clean(JSON.stringify({ text: 'pa"ss wörd' }))).toBe('{"text":"[secret]"}');
  expect(clean(`?p=${encodeURIComponent('pa"ss wörd')}`)).toBe('?p=[secret]');
  expect(clean(Buffer.from('pa"ss wörd').toString('base64'))).toBe('[secret]');
});

test('what is too short is not looked for', () => {
  expect(secretCleaner(['abc'])).toBeUndefined();
  expect(secretCleaner(['abc', 'abcd'])!('abc abcd')).toBe('abc [secret]');
});

test('credentials before a host are left out of what is shown', () => {
  expect(withoutCredentials('me:hunter22@kafka:9092,other:9092')).toBe('me:[secret]@kafka:9092,other:9092');
  expect(withoutCredentials('kafka:9092,other:9092')).toBe('kafka:9092,other:9092');
});
