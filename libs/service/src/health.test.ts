import { expect, test } from 'vitest';
import { Health } from './health.ts';

test('starts, is ready, is not for a while, and is again', () => {
  const health = new Health();
  expect(health.toJSON()).toEqual({ status: 'starting', reason: 'starting up' });
  health.setReady();
  expect(health.toJSON()).toEqual({ status: 'ready' });
  health.setNotReady('the broker is away');
  expect(health).toMatchObject({
    status: 'not ready',
    isReady: false,
    isLive: true,
    reason: 'the broker is away',
  });
  health.setReady();
  expect(health.isReady).toBe(true);
});

test('what has never been ready is starting, whatever keeps it', () => {
  const health = new Health();
  health.setNotReady('connecting to Kafka');
  expect(health.toJSON()).toEqual({ status: 'starting', reason: 'connecting to Kafka' });
  health.setReady();
  health.setNotReady('restoring partitions 3');
  expect(health.toJSON()).toEqual({ status: 'not ready', reason: 'restoring partitions 3' });
});

test('a reason is answered without secrets', () => {
  const health = new Health((text) => text.replaceAll('hunter22', '[secret]'));
  health.setNotReady('refused: hunter22');
  expect(health.reason).toBe('refused: [secret]');
  health.fail(Object.assign(new Error('hunter22'), { remedy: 'not hunter22' }));
  expect(health.reason).toBe('[secret]; not [secret]');
});

test('a late "ready" does not bring back what is stopping or failed', () => {
  const health = new Health();
  health.setStopping();
  health.setReady();
  health.setNotReady('x');
  expect(health.status).toBe('stopping');
  health.fail(Object.assign(new Error('first'), { remedy: 'reset it' }));
  health.setStopping();
  health.fail(new Error('second'));
  expect(health).toMatchObject({ status: 'failed', isLive: false, reason: 'first; reset it' });
});
