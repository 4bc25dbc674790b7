import { expect, test } from 'vitest';
import { AGGREGATES } from './average.ts';
import { AverageWriter } from './average-writer.ts';
import { ByteWriter } from './byte-writer.ts';
import { writeLateRecord } from './late-record.ts';
import { priceJson } from './price.ts';
import { averageSchema, commitEntrySchema, lateRecordSchema, priceSchema } from './schemas.ts';

const symbolJson = new TextEncoder().encode('"A"');

function fieldsWritten(write: (out: ByteWriter) => void): string[] {
  const out = new ByteWriter();
  write(out);
  return Object.keys(JSON.parse(new TextDecoder().decode(out.toBytes())) as object);
}

test('schemas name the fields that are written, in their order', () => {
  const writer = new AverageWriter({ windowNames: ['w'], aggregates: [...AGGREGATES] });
  const values = { total: 1, average: 1, minimum: 1, maximum: 1, earliest: 1, latest: 1, stddev: 0 };
  const place = { definition: 0, startMs: 0, endMs: 1, count: 1, revision: 1, isFinal: true, inputOffset: 0 };
  const average = fieldsWritten((out) => writer.write(out, symbolJson, { ...values, ...place }));
  expect(Object.keys(averageSchema.properties)).toEqual(average);
  const late = { value: 1, timeMs: 0, watermarkMs: 1, missed: ['w'], accepted: [], inputOffset: 0 };
  expect(Object.keys(lateRecordSchema.properties)).toEqual(
    fieldsWritten((out) => writeLateRecord(out, { symbolJson, ...late })),
  );
  expect(Object.keys(priceSchema.properties)).toEqual(
    Object.keys(JSON.parse(priceJson({ symbol: 'A', price: 1, timestamp: 1 })) as object),
  );
});

test('only aggregates may be left out', () => {
  const missing = Object.keys(averageSchema.properties).filter(
    (name) => !averageSchema.required.includes(name),
  );
  expect(missing).toEqual([...AGGREGATES]);
  expect(commitEntrySchema.required).toHaveLength(15);
});
