import { connect } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makePipeline, type Pipeline, until } from '../support/pipeline.ts';

let pipeline: Pipeline;
let port: number;
let base: string;

beforeAll(async () => {
  const env = { PARTITIONS: '2', WINDOWS: 'sliding:10s,tumbling:1m' };
  pipeline = await makePipeline({ brokers: inject('brokers'), name: 'sink-http', env });
  const sink = await pipeline.start('sink');
  await pipeline.start('aggregator');
  await pipeline.start('producer', { SOURCE: 'simulate', SYMBOLS: 'ACME,<script>', RATE: '20' });
  port = sink.port;
  base = `http://127.0.0.1:${port}`;
  await until('averages of both windows', 60_000, async () => {
    const answer = await fetch(`${base}/api/v1/averages?symbol=ACME`);
    const { averages } = (await answer.json()) as { averages: { window: string }[] };
    return new Set(averages.map(({ window }) => window)).size === 2;
  });
});

afterAll(() => pipeline?.stop());

test.each([
  ['GET', '/', 200],
  ['HEAD', '/', 200],
  ['GET', '/healthz', 200],
  ['GET', '/metrics', 200],
  ['GET', '/api/v1/symbols', 200],
  ['GET', '/api/v1/averages?symbol=ACME', 200],
  ['HEAD', '/api/v1/stream', 200],
  ['GET', '/api/v1/averages', 400],
  ['GET', '/api/v1/averages/latest?symbol=nobody&window=w', 404],
  ['GET', '/nothing/here', 404],
  ['GET', '/../package.json', 404],
  ['GET', '/types.d.ts', 404],
  ['POST', '/api/v1/symbols', 405],
  ['OPTIONS', '/api/v1/symbols', 405],
])('%s %s (%i) has every security header', async (method, path, status) => {
  const { status: found, headers } = await rawRequest(method, path);
  expect(found).toBe(status);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  const policy = headers.get('content-security-policy')!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});

test.each(['/app.js', '/style.css', '/vendor/uPlot.esm.js'])(
  'GET %s, a part of the page, has those that hold for parts',
  async (path) => {
    const { status, headers } = await rawRequest('GET', path);
    expect(status).toBe(200);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  },
);

test('a path that cannot be read is answered as what it is: JSON, and nothing else', async () => {
  const { status, headers } = await rawRequest('GET', '/%');
  expect([status, headers.get('x-content-type-options')]).toEqual([400, 'nosniff']);
  expect(headers.get('content-type')).toContain('application/json');
});

test('the status of a running pipeline is as the served document says', async () => {
  interface Document {
    paths: Record<
      string,
      { get: { responses: Record<string, { content: Record<string, { schema: object }> }> } }
    >;
  }
  const document = (await (await fetch(`${base}/api/v1/openapi.json`)).json()) as Document;
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  let validated = 0;
  for (const path of [
    '/status',
    '/windows',
    '/symbols',
    '/averages?symbol=ACME&window=sliding-10s&points=3',
  ]) {
    const operation = document.paths[`/api/v1${path.split('?')[0]}`]!.get;
    const answer = await (await fetch(`${base}/api/v1${path}`)).json();
    ajv.validate(operation.responses['200']!.content['application/json']!.schema, answer);
    expect(ajv.errors, path).toBeNull();
    validated += 1;
  }
  expect(validated).toBe(4);
});

test('many connections that send nothing do not keep anybody else out', async () => {
  const sockets = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  expect((await fetch(`${base}/api/v1/symbols`)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});

/** As it stands on the wire: fetch would tidy paths and refuse methods. */
async function rawRequest(
  method: string,
  path: string,
): Promise<{ status: number; headers: Map<string, string> }> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  let text = '';
  socket.setEncoding('latin1');
  for await (const part of socket) text += part;
  const [head = ''] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(first.split(' ')[1]), headers: new Map(headers) };
}
