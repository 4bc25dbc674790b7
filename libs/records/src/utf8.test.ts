import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUtf8 } from './utf8.ts';

function isDecodable(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function compare(bytes: Uint8Array): void {
  // Followed by a continuation byte, which must not be looked at.
  const longer = Uint8Array.from([...bytes, 0x80]);
  if (isUtf8(longer, 0, bytes.length) !== isDecodable(bytes)) expect([...bytes]).toBe('told apart');
}

test('TextDecoder agrees on every lead with every second byte', () => {
  for (let lead = 0x70; lead < 0x100; lead++) {
    for (let second = 0x70; second < 0x100; second++) {
      compare(Uint8Array.of(lead, second));
      compare(Uint8Array.of(lead, second, 0x80));
      compare(Uint8Array.of(lead, second, 0xbf, 0x80));
      compare(Uint8Array.of(lead, second, 0x80, 0xc0));
      compare(Uint8Array.of(lead, second, 0x7f, 0x80));
    }
  }
});

test('TextDecoder agrees on any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), compare), { numRuns: 2_000 });
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => compare(new TextEncoder().encode(text))));
});
