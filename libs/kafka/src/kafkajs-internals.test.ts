import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { brokerMaker, isPrepared } from './kafkajs-internals.ts';

const require = createRequire(import.meta.url);
const silent = { debug() {}, info() {}, warn() {}, error() {} };

test('kafkajs is the release whose internals are used', () => {
  expect(require('kafkajs/package.json').version).toBe('2.2.4');
});

test('a broker has two connections, with everything of them that is touched', async () => {
  const make = brokerMaker({ brokers: ['unused:1'], clientId: 'test' }, silent);
  const broker = await make({ host: 'unused', port: 1 });
  expect(broker).toMatchObject({ connect: expect.any(Function), versions: null });
  expect(isPrepared(broker)).toBe(false);
  expect(broker.connectionPool.pool).toHaveLength(2);
  for (const connection of broker.connectionPool.pool) {
    for (const method of [
      'isConnected',
      'connect',
      'authenticate',
      'disconnect',
      'isAuthenticated',
      'nextCorrelationId',
    ] as const)
      expect(connection[method], method).toBeTypeOf('function');
    expect(connection.getSupportAuthenticationProtocol()).toBeNull();
    expect(connection.requestQueue).toMatchObject({
      push: expect.any(Function),
      rejectAll: expect.any(Function),
    });
    expect(connection.clientId).toBe('test');
    expect(connection).toMatchObject({ chunks: [], bytesBuffered: 0, bytesNeeded: 4 });
  }
});

test('a request queue has what the patch of its timer uses', () => {
  const RequestQueue = require('kafkajs/src/network/requestQueue');
  const queue = new RequestQueue({ logger: { namespace: () => silent } });
  expect(queue).toMatchObject({ throttleCheckTimeoutId: null, pending: [] });
  expect(queue.throttledUntil).toBeTypeOf('number');
  expect(queue.checkPendingRequests).toBeTypeOf('function');
  expect(RequestQueue.prototype.scheduleCheckPendingRequests.name).toBe('scheduleOnlyWhenWaiting');
});
