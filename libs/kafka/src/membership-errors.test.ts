import { expect, test } from 'vitest';
import { refusalIn } from './membership-errors.ts';

test('a refusal is found inside of what kafkajs makes of it, and names the group', () => {
  const refusal = Object.assign(new Error('Not authorized to access group'), { code: 30 });
  const wrapped = new Error('retries exceeded', { cause: refusal });
  const found = refusalIn(wrapped, 'prices')!;
  expect(found).toMatchObject({ kind: 'stop', code: 30, remedy: 'allow this user READ on group prices' });
  expect(found.message).toContain('JoinGroup of group prices failed: GROUP_AUTHORIZATION_FAILED');
  const unauthentic = Object.assign(new Error('invalid credentials'), {
    name: 'KafkaJSSASLAuthenticationError',
  });
  expect(refusalIn(unauthentic, 'prices')).toMatchObject({ kind: 'stop', codeName: 'AUTHENTICATION_FAILED' });
  expect(refusalIn(Object.assign(new Error('time-out'), { code: 26 }), 'prices')?.kind).toBe('stop');
});

test('what may heal is no refusal', () => {
  expect(refusalIn(new Error('closed connection'), 'prices')).toBeUndefined();
  expect(refusalIn(Object.assign(new Error('loading'), { code: 14 }), 'prices')).toBeUndefined();
});
