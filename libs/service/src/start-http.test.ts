import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from './create-log.ts';
import { Health } from './health.ts';
import { createMetrics, Gauge } from './metrics.ts';
import { type HttpServer, startHttp } from './start-http.ts';

const lines: string[] = [];
const log = createLog({ service: 'test', level: 'info', write: (line) => lines.push(line) });
const health = new Health();
const metrics = createMetrics({ service: 'test' });
let http: HttpServer;

beforeAll(async () => {
  new Gauge({ name: 'meanwhile_test', help: 'a test', registers: [metrics] }).set(7);
  http = await startHttp({
    host: '127.0.0.1',
    port: 0,
    log,
    health,
    metrics,
    register(app) {
      app.get('/throws', async () => {
        throw new Error('secret cause');
      });
      app.get('/bad', async () => {
        throw Object.assign(new Error('limit=x: a number'), { statusCode: 400, code: 'bad_query' });
      });
    },
  });
});
afterAll(() => http.close());

const get = (path: string, init?: RequestInit) => fetch(`${http.address}${path}`, init);

test('/readyz follows the health, /healthz only a failure', async () => {
  const states: [() => void, number, unknown][] = [
    [
      () => health.setNotReady('restoring 12 partitions'),
      503,
      { status: 'starting', reason: 'restoring 12 partitions' },
    ],
    [() => health.setReady(), 200, { status: 'ready' }],
    [() => health.setNotReady('no broker'), 503, { status: 'not ready', reason: 'no broker' }],
    [() => health.setStopping(), 503, { status: 'stopping', reason: 'asked to stop' }],
  ];
  for (const [step, status, body] of states) {
    step();
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([status, body]);
    const live = await get('/healthz');
    expect([live.status, await live.json()]).toEqual([200, { status: 'live' }]);
  }
  health.fail(new Error('state diverges'));
  const live = await get('/healthz');
  expect([live.status, await live.json()]).toEqual([503, { status: 'failed', reason: 'state diverges' }]);
});

test('/metrics is what the registry says', async () => {
  const answer = await get('/metrics');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  const text = await answer.text();
  expect(text).toContain('meanwhile_test 7');
  expect(text).toContain('process_cpu_seconds_total');
});

test('HEAD is answered, everything else is refused', async () => {
  expect((await get('/metrics', { method: 'HEAD' })).status).toBe(200);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    for (const path of ['/metrics', '/nowhere']) {
      const answer = await get(path, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
      expect(await answer.json()).toEqual({
        error: { code: 'method_not_allowed', message: `${method} is not allowed: only GET and HEAD are` },
      });
    }
  }
});

test.each([
  ['/nowhere?x=1', 404, { code: 'not_found', message: 'no such path: /nowhere' }],
  ['/bad', 400, { code: 'bad_query', message: 'limit=x: a number' }],
  [
    '/throws',
    500,
    { code: 'internal_server_error', message: 'the request failed, see the log of the service' },
  ],
  ['/%', 400, { code: 'bad_request', message: expect.any(String) }],
])('%s is an error of the one shape, status %d', async (path, status, error) => {
  const answer = await get(path);
  expect([answer.status, await answer.json()]).toEqual([status, { error }]);
});

test('the cause of a failed request is in the log', () => {
  expect(lines.join('')).toContain('request failed: secret cause');
});

test('what is not HTTP gets an answer of the same shape', async () => {
  const socket = connect(http.port, '127.0.0.1');
  socket.end('NONSENSE\r\n\r\n');
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[\s\S]*\{"error":\{"code":"bad_request"/);
});

test('a port that is taken is an error with a remedy', async () => {
  const second = startHttp({ host: '127.0.0.1', port: http.port, log, health, metrics });
  await expect(second).rejects.toMatchObject({
    message: `cannot listen on 127.0.0.1:${http.port}: EADDRINUSE`,
    remedy: expect.stringContaining('HTTP_PORT'),
  });
});

test('close ends answers that would never end', async () => {
  const other = await startHttp({
    host: '127.0.0.1',
    port: 0,
    log,
    health: new Health(),
    metrics: createMetrics({ service: 'test' }),
    register(app) {
      app.get('/events', (_request, reply) => {
        reply.hijack();
        reply.raw.writeHead(200).write('data: 1\n\n');
      });
    },
  });
  const answer = await fetch(`${other.address}/events`);
  const rest = answer.text().catch(() => 'cut');
  await other.close();
  expect(await rest).toBe('cut');
});

test('a request that comes byte by byte is ended after five seconds', async () => {
  const socket = connect(http.port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  socket.write('GET /healthz HTTP/1.1\r\nHost: ');
  const dripping = setInterval(() => socket.write('x'), 200);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(dripping);
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(text).toContain('"code":"request_timeout"');
  expect(http.app.server.requestTimeout).toBe(10_000);
});
