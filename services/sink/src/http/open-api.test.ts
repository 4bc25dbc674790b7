import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApiFixture, makeApi } from './api.fixture.ts';

interface Parameter {
  name: string;
  required: boolean;
  schema: { type?: string; minimum?: number; maximum?: number; enum?: string[]; maxLength?: number };
}

interface Operation {
  parameters: Parameter[];
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}

interface Document {
  paths: Record<string, { get: Operation }>;
  components: { schemas: { Error: object } };
}

const T0 = 1_700_000_000_000;
let api: ApiFixture;
let document: Document;

beforeEach(async () => {
  api = makeApi();
  api.put(
    ...Array.from({ length: 50 }, (_, index) => ({
      window_end: T0 + index * 1_000,
      symbol: 'A "quoted" <b>',
    })),
    { symbol: 'LEAN', stddev: undefined as unknown as number, average: undefined as unknown as number },
  );
  document = (await get('/api/v1/openapi.json')).json() as Document;
});

afterEach(() => api.close());

const get = (url: string) => api.app.inject({ method: 'GET', url });
const operationOf = (path: string) => document.paths[path]!.get;

/** Throws what is wrong with an answer in the eyes of the document. */
function validate(schema: object, answer: unknown): void {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const isValid = ajv.validate(schema, answer);
  expect(isValid, ajv.errorsText()).toBe(true);
}

test('every route is in the document, and everything in the document is a route', () => {
  const routes = api.routes.filter((path) => path.startsWith('/api/'));
  expect(routes.length).toBeGreaterThan(6);
  expect(Object.keys(document.paths).toSorted()).toEqual(routes.toSorted());
});

const SERIES = `symbol=${encodeURIComponent('A "quoted" <b>')}&window=sliding-10s`;
test.each([
  '/api/v1/symbols',
  '/api/v1/symbols?search=lea&limit=1',
  '/api/v1/windows',
  `/api/v1/averages?${SERIES}`,
  '/api/v1/averages?symbol=LEAN',
  '/api/v1/averages?symbol=nobody',
  `/api/v1/averages?${SERIES}&points=5`,
  `/api/v1/averages?${SERIES}&points=4000`,
  '/api/v1/averages?symbol=LEAN&window=sliding-10s&points=2',
  `/api/v1/averages/latest?${SERIES}`,
  '/api/v1/overview?window=sliding-10s',
  '/api/v1/overview?window=none',
  '/api/v1/openapi.json',
])('%s answers as the document says', async (url) => {
  const answer = await get(url);
  expect(answer.statusCode).toBe(200);
  const { content } = operationOf(url.split('?')[0]!).responses['200']!;
  validate(content['application/json']!.schema, answer.json());
});

test.each([
  '/api/v1/averages',
  '/api/v1/averages/latest?symbol=nobody&window=w',
  '/api/v1/symbols?nonsense=1',
])('%s fails as the document says', async (url) => {
  const answer = await get(url);
  expect(answer.statusCode).toBeGreaterThanOrEqual(400);
  validate(document.components.schemas.Error, answer.json());
});

test('what the document forbids is refused, and every parameter has a limit', async () => {
  let refused = 0;
  for (const [path, { get: operation }] of Object.entries(document.paths)) {
    for (const { name, schema } of operation.parameters) {
      const { type, minimum, maximum, enum: choices, maxLength } = schema;
      const wrong =
        type === 'integer'
          ? [String(minimum! - 1), String(maximum! + 1), '1.5', '']
          : choices
            ? ['nonsense', '']
            : ['x'.repeat(maxLength! + 1)];
      for (const value of wrong) {
        const answer = await get(`${path}?${String(new URLSearchParams({ [name]: value }))}`);
        expect(answer.statusCode, `${path} ${name}=${value.slice(0, 20)}`).toBe(400);
        expect(answer.json().error.message).toContain(`${name}=`);
        refused += 1;
      }
    }
  }
  expect(refused).toBeGreaterThan(20);
});
