import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { murmur2, parseAverage, parseJournalValue, partitionFor } from '@meanwhile/records';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { contractFiles } from './contract-files.ts';
import { schemas } from './messages.ts';
import { publishedBreaks } from './published.ts';
import { samples, topicDocs } from './samples.ts';
import { keyVectors, VECTOR_PARTITIONS } from './vector-table.ts';

const read = (name: string) => readFileSync(resolve(topicDocs, name), 'utf8');
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('docs/topics', () => {
  test.each([...contractFiles()])('%s is what `npm run contract` makes', (name, text) => {
    expect(read(name)).toBe(text);
  });

  test('no schema is left of a message that is gone', () => {
    expect(readdirSync(resolve(topicDocs, 'schemas')).sort()).toEqual(
      Object.keys(schemas)
        .map((name) => `${name}.schema.json`)
        .sort(),
    );
  });
});

describe('published schemas', () => {
  test('are not broken by the code', () => {
    expect(publishedBreaks()).toEqual([]);
  });

  test('would be, and by name, if a field were gone', () => {
    const { stddev: _stddev, ...properties } = schemas['average']!.properties;
    expect(publishedBreaks({ average: { ...schemas['average'], properties } })).toEqual([
      'average: stddev: removed',
    ]);
    // A new schema_version is the way to do it.
    const next = { ...schemas['average'], $id: 'urn:meanwhile:average:2', properties };
    expect(publishedBreaks({ average: next })).toEqual([]);
  });

  test.each(Object.entries(schemas))(
    '%s is valid in 2020-12, and in the older dialect of AsyncAPI',
    (_name, schema) => {
      new Ajv2020({ allowUnionTypes: true }).compile(schema);
      new Ajv({ allowUnionTypes: true }).compile({
        ...schema,
        $schema: 'http://json-schema.org/draft-07/schema#',
      });
    },
  );
});

describe('golden samples', () => {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  const isValid = (schema: string, message: unknown) => ajv.validate(schemas[schema]!, message);

  test('are what the schemas say, every field of them', () => {
    const fields = new Map<string, Set<string>>();
    const check = (schema: string, message: Record<string, unknown>) => {
      expect(isValid(schema, message), JSON.stringify(message)).toBe(true);
      fields.set(schema, new Set([...(fields.get(schema) ?? []), ...Object.keys(message)]));
    };
    for (const { value } of samples('averages')) check('average', json(value));
    for (const { value } of samples('averages-late')) check('late-record', json(value));
    for (const { headers } of samples('averages-dead-letters')) check('dead-letter-headers', headers!);
    for (const { key, value } of samples('averages-journal')) check(`journal-${key}`, json(value));
    const bad = new Set(samples('averages-dead-letters').map(({ value }) => value));
    for (const { value } of samples('prices')) if (!bad.has(value)) check('price', json(value));
    for (const [name, schema] of Object.entries(schemas)) {
      expect(fields.get(name), name).toEqual(new Set(Object.keys(schema.properties)));
    }
  });

  test('hold two prices that the schema refuses: those became the dead letters', () => {
    const refused = samples('prices').filter(({ value }) => !isValid('price', json(value)));
    expect(refused.map(({ value }) => value)).toEqual(
      samples('averages-dead-letters').map(({ value }) => value),
    );
  });

  test('are read by our own readers', () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    for (const { value } of samples('averages')) expect(parseAverage(bytes(value))).toEqual(json(value));
    for (const { value } of samples('averages-journal')) {
      expect(parseJournalValue(bytes(value))).toEqual(json(value));
    }
  });
});

test('the key vectors are ours', () => {
  expect(keyVectors().length).toBeGreaterThan(10);
  for (const { key, hash, partition } of keyVectors()) {
    const bytes = new TextEncoder().encode(key);
    expect([murmur2(bytes), partitionFor(bytes, VECTOR_PARTITIONS)], key).toEqual([hash, partition]);
  }
});

describe('asyncapi.yaml', () => {
  const document = parse(read('asyncapi.yaml')) as Record<string, unknown>;

  test('is valid AsyncAPI 3.1', () => {
    const require = createRequire(import.meta.url);
    const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    const isValid = ajv.compile(require('@asyncapi/specs/schemas/3.1.0.json') as object);
    isValid(document);
    expect(isValid.errors ?? []).toEqual([]);
    expect(isValid({ ...document, channels: { prices: { address: 5 } } })).toBe(false);
  });

  test('refers to what is there', () => {
    const references = [...read('asyncapi.yaml').matchAll(/\$ref: "?([^"\n]+)/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      if (reference.startsWith('./')) expect(() => json(read(reference))).not.toThrow();
      else expect(target(document, reference), reference).toBeDefined();
    }
  });
});

/** What a local JSON pointer such as `#/channels/prices` leads to. */
function target(document: unknown, reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((place, name) => (place as Record<string, unknown> | undefined)?.[name], document);
}
