import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EvictionCase, evictionDelayMs } from './eviction-rule.ts';

const peer = (memberId: string, isSuspect: boolean) => ({ memberId, isSuspect });
const usual: EvictionCase = {
  ownMemberId: 'b',
  peers: [peer('a', true)],
  isHealthy: true,
  sinceLastMs: Number.POSITIVE_INFINITY,
  sessionTimeoutMs: 10_000,
};

test('the lowest member that lives goes first, the others give it 200 ms', () => {
  expect(evictionDelayMs(usual)).toBe(0);
  expect(evictionDelayMs({ ...usual, peers: [peer('a', false), peer('c', true)] })).toBe(200);
  expect(evictionDelayMs({ ...usual, peers: [peer('a', true), peer('c', true)] })).toBe(0);
});

test('who is not heard by the group, or has lost half of three or more peers, is itself the suspect', () => {
  expect(evictionDelayMs({ ...usual, isHealthy: false })).toBeUndefined();
  const half = [peer('c', true), peer('d', true), peer('e', false), peer('f', false)];
  expect(evictionDelayMs({ ...usual, peers: half })).toBeUndefined();
  expect(evictionDelayMs({ ...usual, peers: half.slice(1) })).toBe(0);
});

test('one name is taken out once in a session time-out', () => {
  expect(evictionDelayMs({ ...usual, sinceLastMs: 9_999 })).toBeUndefined();
  expect(evictionDelayMs({ ...usual, sinceLastMs: 10_000 })).toBe(0);
});

test('of all who live exactly one goes first, as long as they agree on who is suspect', () => {
  const group = fc.array(fc.boolean(), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(group, (suspects) => {
      const members = suspects.map((isSuspect, i) => peer(`m${i}`, isSuspect));
      const delays = members
        .filter((member) => !member.isSuspect)
        .map(({ memberId }) => {
          const peers = members.filter((other) => other.memberId !== memberId);
          return evictionDelayMs({ ...usual, ownMemberId: memberId, peers });
        });
      expect(delays.filter((delay) => delay === 0).length).toBeLessThanOrEqual(1);
      if (delays.some((delay) => delay !== undefined)) expect(delays).toContain(0);
    }),
  );
});
