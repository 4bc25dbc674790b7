import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonString } from './json-string.ts';

const literal = (text: string) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(jsonString(new TextEncoder().encode(text)));

test('a key becomes the literal that JSON.stringify gives, a byte order mark included', () => {
  for (const text of ['ACME', 'a"b\\c', '\u0000\u001f\u007f', '\ufeffX', 'é😀\u2028']) {
    expect(literal(text)).toBe(JSON.stringify(text));
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => literal(text) === JSON.stringify(text)));
});

test('bytes that are not UTF-8 are refused', () => {
  expect(() => jsonString(Uint8Array.of(0xff))).toThrow(TypeError);
});
