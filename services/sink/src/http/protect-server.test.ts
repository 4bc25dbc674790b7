import { afterEach, expect, test } from 'vitest';
import { AddressLimits } from './address-limits.ts';
import { type ApiFixture, makeApi } from './api.fixture.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

let api: ApiFixture | undefined;

afterEach(() => api?.close());

test('a bucket holds a burst, and fills as time goes by', () => {
  const limits = new AddressLimits({ requestsPerSecond: 10, burst: 3, streams: 1 });
  const take = (atMs: number) => limits.takeRequest('10.0.0.1', atMs);
  expect([take(0), take(0), take(0), take(0)]).toEqual([0, 0, 0, 1]);
  expect(limits.takeRequest('10.0.0.2', 0)).toBe(0);
  expect([take(100), take(100)]).toEqual([0, 1]);
  expect([take(99_000), take(99_000), take(99_000), take(99_000)]).toEqual([0, 0, 0, 1]);
});

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['::1', '::2', true],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
  ['10.0.0.1', '10.0.0.2', false],
])('%s and %s count as one: %s', (one, other, isSame) => {
  const limits = new AddressLimits({ requestsPerSecond: 1, burst: 1, streams: 1 });
  expect(limits.takeRequest(one, 0)).toBe(0);
  expect(limits.takeRequest(other, 0) > 0).toBe(isSame);
});

test('addresses without end are not remembered without end, and one with a stream is not forgotten', () => {
  const limits = new AddressLimits({ requestsPerSecond: 1, burst: 1, streams: 1 });
  expect(limits.takeStream('holder', 0)).toBeDefined();
  for (let index = 0; index < 50_000; index += 1) limits.takeRequest(`10.${index}`, 0);
  expect(limits.takeStream('holder', 0)).toBeUndefined();
  expect(limits.takeRequest('10.0', 0)).toBe(0); // forgotten
  expect(limits.takeRequest('10.49999', 0)).toBe(1); // remembered
});

test('too many requests are answered with 429 and when to come again', async () => {
  api = makeApi({ limits: { requestsPerSecond: 0.1, burst: 2, streams: 9 } });
  const ask = () => api!.app.inject({ method: 'GET', url: '/api/v1/symbols' });
  const answers = [await ask(), await ask(), await ask()];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429]);
  const { headers } = answers[2]!;
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(answers[2]!.json().error.code).toBe('too_many_requests');
  expect(headers).toMatchObject(SECURITY_HEADERS);
});

test('streams count while they are open', async () => {
  api = makeApi({ limits: { requestsPerSecond: 100, burst: 100, streams: 2 } });
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const open = async () => {
    const stop = new AbortController();
    const answer = await fetch(`${address}/api/v1/stream`, { signal: stop.signal });
    return { answer, stop: () => stop.abort() };
  };
  const [first, second, third] = [await open(), await open(), await open()];
  expect([first, second, third].map(({ answer }) => answer.status)).toEqual([200, 200, 429]);
  expect(third!.answer.headers.get('retry-after')).toBe('2');
  first!.stop();
  await expect.poll(() => api!.hub.clients).toBe(1);
  const fourth = await open();
  expect(fourth.answer.status).toBe(200);
  for (const each of [second!, fourth]) each.stop();
});

test('a stream that was only asked about leaves its place free', async () => {
  api = makeApi({ limits: { requestsPerSecond: 100, burst: 100, streams: 1 } });
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  for (let index = 0; index < 3; index += 1) {
    expect((await fetch(`${address}/api/v1/stream`, { method: 'HEAD' })).status).toBe(200);
  }
});
