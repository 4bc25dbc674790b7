import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type FastifyInstance, fastify } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageRoutes } from './page-routes.ts';

let app: FastifyInstance;

beforeAll(() => {
  app = fastify();
  pageRoutes(app);
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers: { 'accept-encoding': '', ...headers } });

test.each([
  ['gzip, deflate, br', 'br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
  ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
  ['identity', undefined, (bytes: Buffer) => bytes],
  ['', undefined, (bytes: Buffer) => bytes],
])('accept-encoding %j is answered in %s', async (accepted, encoding, decode) => {
  const plain = await get('/app.js');
  const { headers, rawPayload } = await get('/app.js', { 'accept-encoding': accepted });
  expect(headers['content-encoding']).toBe(encoding);
  expect(headers['vary']).toBe('accept-encoding');
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(Number(headers['content-length'])).toBe(rawPayload.length);
  expect(decode(rawPayload).toString()).toBe(plain.payload);
  if (encoding !== undefined) expect(rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
});

test('what is known is not sent again; each encoding has its own tag', async () => {
  const compressed = { 'accept-encoding': 'br' };
  const { headers } = await get('/style.css', compressed);
  const etag = String(headers['etag']);
  const again = (tag: string, more = compressed) => get('/style.css', { 'if-none-match': tag, ...more });
  for (const tag of [etag, `"other", W/${etag}`]) {
    const { statusCode, payload, headers: kept } = await again(tag);
    expect([statusCode, payload, kept['etag'], kept['vary']]).toEqual([304, '', etag, 'accept-encoding']);
  }
  expect((await again('"other"')).statusCode).toBe(200);
  expect((await again(etag, { 'accept-encoding': 'gzip' })).statusCode).toBe(200);
});

test('HEAD says what GET would send', async () => {
  const headers = { 'accept-encoding': 'br' };
  const got = await get('/app.js', headers);
  const asked = await app.inject({ method: 'HEAD', url: '/app.js', headers });
  expect(asked.payload).toBe('');
  for (const name of ['etag', 'content-encoding', 'content-length']) {
    expect(asked.headers[name]).toBe(got.headers[name]);
  }
});

test('the chart library is its minified form, as a module', async () => {
  const { payload } = await get('/vendor/uPlot.esm.js');
  expect(payload.length).toBeLessThan(60_000);
  expect(payload).toMatch(/export default uPlot;\n$/);
});

test.each([
  '/types.d.ts',
  '/tsconfig.json',
  '/rows/row.fixture.ts',
  '/../package.json',
  '/%2e%2e/package.json',
])('%s is not there', async (path) => expect((await get(path)).statusCode).toBe(404));
