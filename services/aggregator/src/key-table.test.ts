import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyTable } from './key-table.ts';

const encode = (text: string) => new TextEncoder().encode(text);

test('finds keys inside a larger buffer by their bytes', () => {
  const table = new KeyTable();
  const source = encode('xxACMEyyACME');
  const id = table.add(source, 2, 6);
  expect(table.find(source, 8, 12)).toBe(id);
  expect(table.find(source, 8, 11)).toBe(-1);
  source.fill(0); // the table has its own copy
  expect(table.find(encode('ACME'), 0, 4)).toBe(id);
});

type Step = { key: string; isRelease: boolean };
const steps = fc.array(
  fc.record({ key: fc.string({ maxLength: 3, unit: 'binary' }), isRelease: fc.boolean() }),
  { maxLength: 300 },
);

test('behaves as a map of keys to ids, through releases and snapshots', () => {
  fc.assert(
    fc.property(steps, (run: Step[]) => {
      let table = new KeyTable();
      const model = new Map<string, number>();
      for (const [i, { key, isRelease }] of run.entries()) {
        const bytes = encode(key);
        const text = new TextDecoder().decode(bytes);
        expect(table.find(bytes, 0, bytes.length)).toBe(model.get(text) ?? -1);
        if (model.has(text) && isRelease) {
          table.release(model.get(text)!);
          table.rebuild();
          model.delete(text);
        } else if (!model.has(text)) model.set(text, table.add(bytes, 0, bytes.length));
        if (i % 50 === 49) table = KeyTable.restore(JSON.parse(JSON.stringify(table.snapshot())));
        expect(table.size).toBe(model.size);
        expect(new Set(model.values()).size).toBe(model.size);
      }
      for (const [key, id] of model) expect(new TextDecoder().decode(table.bytes(id))).toBe(key);
    }),
  );
});

test('holds 100,000 keys', () => {
  const table = new KeyTable();
  for (let i = 0; i < 100_000; i++) table.add(encode(`key-${i}`), 0, `key-${i}`.length);
  for (let i = 0; i < 100_000; i += 997) expect(table.find(encode(`key-${i}`), 0, `key-${i}`.length)).toBe(i);
});
