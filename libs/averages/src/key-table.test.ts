import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeyStore } from './key-store.ts';
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

/** The key and its JSON text. */
function textsOf(store: KeyStore, id: number): string[] {
  const text = (start: number, end: number) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(store.bytes.subarray(start, end));
  return [text(store.keyStart(id), store.keyEnd(id)), text(store.keyEnd(id), store.textEnd(id))];
}

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
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
        expect(table.find(bytes, 0, bytes.length)).toBe(model.get(text) ?? -1);
        if (model.has(text) && isRelease) {
          table.release(model.get(text)!);
          model.delete(text);
        } else if (!model.has(text)) model.set(text, table.add(bytes, 0, bytes.length));
        if (i % 50 === 49) table = KeyTable.restore(JSON.parse(JSON.stringify(table.snapshot())));
        expect(table.size).toBe(model.size);
        expect(new Set(model.values()).size).toBe(model.size);
      }
      for (const [key, id] of model) expect(textsOf(table.store, id)).toEqual([key, JSON.stringify(key)]);
    }),
  );
});

test('holds 100,000 keys, and lets go of them in any order', () => {
  const table = new KeyTable();
  const keys = Array.from({ length: 100_000 }, (_, i) => encode(`key-${i}`));
  for (const key of keys) table.add(key, 0, key.length);
  const isFound = () => keys.every((key, i) => table.find(key, 0, key.length) === i);
  expect(isFound()).toBe(true);
  // 7,919 is prime: every id once, far from the one before.
  for (let n = 0; n < 99_000; n++) {
    const id = (n * 7_919) % 100_000;
    table.release(id);
    const key = keys[id]!;
    if (n % 997 === 0) expect(table.find(key, 0, key.length)).toBe(-1);
  }
  const left = Array.from({ length: 1_000 }, (_, n) => ((n + 99_000) * 7_919) % 100_000);
  for (const id of left) expect(table.find(keys[id]!, 0, keys[id]!.length)).toBe(id);
  expect(table.size).toBe(1_000);
});

test('a release costs a few moves, however many keys stay', () => {
  const table = new KeyTable();
  const names = Array.from({ length: 60_000 }, (_, i) => encode(`key-${i}`));
  for (const name of names.slice(0, 50_000)) table.add(name, 0, name.length);
  const before = table.slotMoves;
  for (let i = 0; i < 10_000; i++) {
    table.release(i);
    table.add(names[50_000 + i]!, 0, names[50_000 + i]!.length);
  }
  expect(table.slotMoves - before).toBeLessThan(10 * 10_000);
});

test('long keys that come and go take the room of those that went', () => {
  const table = new KeyTable();
  const names = Array.from({ length: 20_000 }, (_, i) => encode(`${'x'.repeat(100)}-${i}`));
  for (const [i, name] of names.entries()) {
    const id = table.add(name, 0, name.length);
    if (i % 100 !== 99) table.release(id);
  }
  // 200 keys of some 210 bytes stay; a power of two has room for as much again that is not moved together yet.
  expect(table.store.bytes.length).toBeLessThanOrEqual(4 * 200 * 220);
  expect(table.size).toBe(200);
  for (let i = 99; i < names.length; i += 100) {
    const id = table.find(names[i]!, 0, names[i]!.length);
    expect(textsOf(table.store, id)[0]).toBe(new TextDecoder().decode(names[i]));
  }
});
