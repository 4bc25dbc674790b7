import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type ApiFixture, makeApi } from './api.fixture.ts';

let api: ApiFixture | undefined;

afterEach(() => api?.close());

function filled(): ApiFixture {
  api = makeApi();
  api.put(
    ...Array.from({ length: 500 }, (_, second) => ({ symbol: 'ACME', window_end: 1_000 * (second + 20) })),
  );
  return api;
}

const get = (url: string, headers: Record<string, string>) =>
  api!.app.inject({ method: 'GET', url, headers });

test.each([
  ['application/json', 'br', brotliDecompressSync],
  ['text/csv', 'gzip', gunzipSync],
] as const)('a long answer in %s is compressed with %s, and the same', async (accept, encoding, decode) => {
  filled();
  const url = '/api/v1/averages?symbol=ACME';
  const plain = await get(url, { accept });
  const small = await get(url, { accept, 'accept-encoding': encoding });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(small.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' });
  expect(Number(small.headers['content-length'])).toBe(small.rawPayload.length);
  expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 4);
  expect(decode(small.rawPayload).toString()).toBe(plain.payload);
});

test('a short answer is sent as it is', async () => {
  filled();
  const { headers } = await get('/api/v1/symbols', { 'accept-encoding': 'br' });
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['vary']).toBe('accept-encoding');
});

test('the stream is never compressed nor held back, whatever is accepted', async () => {
  const { app } = filled();
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const stop = new AbortController();
  const answer = await fetch(`${address}/api/v1/stream`, {
    headers: { 'accept-encoding': 'gzip, br' },
    signal: stop.signal,
  });
  expect(answer.headers.get('content-encoding')).toBeNull();
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  api!.put({ symbol: 'ONE', window_end: 900_000 });
  // One small event, and nothing behind it: it arrives all the same.
  while (!text.includes('"symbol":"ONE"')) text += (await reader.read()).value ?? '';
  stop.abort();
});
