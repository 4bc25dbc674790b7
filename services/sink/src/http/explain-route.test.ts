import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@meanwhile/kafka';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStore, type Store } from '../store/open-store.ts';
import { EXPLANATIONS_MAX, type ExplainRouteOptions, explainRoute } from './explain-route.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const PATH = '/explain';
const query = { symbol: 'ACME', window: 'sliding-10s', window_end: 1, partition: undefined, limit: 10 };

let store: Store;
let app: FastifyInstance;
/** Takes connections and never answers: a broker that hangs. */
let hanging: Server;
let connections: Set<Socket>;

beforeEach(async () => {
  store = openStore(':memory:');
  connections = new Set();
  hanging = createServer((socket) => {
    connections.add(socket);
    socket
      .on('error', () => {})
      .on('close', () => connections.delete(socket))
      .resume();
  });
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await app.close();
  for (const socket of connections) socket.destroy();
  hanging.close();
  store.close();
});

/** @returns the address of the route, listening */
async function serve(options: Partial<ExplainRouteOptions> = {}): Promise<string> {
  const { port } = hanging.address() as { port: number };
  const route = explainRoute({
    store,
    connection: () => ({ brokers: [`127.0.0.1:${port}`], clientId: 'sink' }),
    inputTopic: 'prices',
    outputTopic: 'averages',
    logger: silent,
    signal: new AbortController().signal,
    ...options,
  });
  app = fastify({ forceCloseConnections: true });
  app.get(PATH, (request, reply) => route(query, request, reply));
  return (await app.listen({ port: 0, host: '127.0.0.1' })) + PATH;
}

async function codeOf(answer: Response): Promise<[number, string]> {
  const { error } = (await answer.json()) as { error: { code: string } };
  return [answer.status, error.code];
}

test('while the sink starts it is said that Kafka is not connected', async () => {
  const answer = await fetch(await serve({ connection: () => undefined }));
  expect(await codeOf(answer)).toEqual([503, 'not_ready']);
  expect(answer.headers.get('retry-after')).toBe('1');
});

test('a Kafka that hangs is waited for only so long', async () => {
  expect(await codeOf(await fetch(await serve({ answerMs: 200 })))).toEqual([504, 'timeout']);
});

test('one more than may be under way is sent away with when to come back', async () => {
  const address = await serve();
  const gone = new AbortController();
  const waiting = Array.from({ length: EXPLANATIONS_MAX }, () => fetch(address, { signal: gone.signal }));
  const ended = Promise.allSettled(waiting);
  await vi.waitUntil(() => connections.size >= EXPLANATIONS_MAX, 10_000);
  const answer = await fetch(address);
  expect(await codeOf(answer)).toEqual([503, 'busy']);
  expect(answer.headers.get('retry-after')).toBe('1');
  gone.abort();
  await ended;
});

test('the connections of a client that went away end, and its place is free again', async () => {
  const address = await serve({ answerMs: 60_000 });
  const gone = new AbortController();
  const ended = Promise.allSettled([
    fetch(address, { signal: gone.signal }),
    fetch(address, { signal: gone.signal }),
  ]);
  await vi.waitUntil(() => connections.size >= EXPLANATIONS_MAX, 10_000);
  gone.abort();
  await ended;
  await vi.waitUntil(() => connections.size === 0, 5_000);
  const later = new AbortController();
  const again = Promise.allSettled([fetch(address, { signal: later.signal })]);
  await vi.waitUntil(() => connections.size > 0, 10_000); // asked of Kafka, not sent away
  later.abort();
  await again;
});

test('an end of the process ends the answer', async () => {
  const stop = new AbortController();
  const address = await serve({ signal: stop.signal });
  const answer = fetch(address);
  await vi.waitUntil(() => connections.size > 0, 10_000);
  stop.abort();
  expect(await codeOf(await answer)).toEqual([503, 'ended']);
});
