import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { FixedText } from './fixed-text.ts';

test('text of any length comes out as it is, whatever follows and however small the buffer was', () => {
  const ascii = String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code));
  for (let length = 0; length <= 128; length++) {
    const out = new ByteWriter(1);
    const text = ascii.slice(128 - length);
    out.fixed(new FixedText(text));
    out.fixed(new FixedText(text));
    out.byte(0x7d);
    expect(new TextDecoder().decode(out.toBytes())).toBe(`${text}${text}}`);
  }
});

test('text that could look like NaN is refused', () => {
  expect(() => new FixedText('é')).toThrow('fixed text: é, wanted ASCII');
});
