/**
 * ASCII text that is written over and over, as words of eight bytes with spaces behind the last one: a
 * ByteWriter copies it word by word, which is several times as fast as byte by byte.
 *
 * The words are doubles, the only numbers of eight bytes that take no allocation. Copying could change the
 * bits of a NaN, but no eight bytes of ASCII are one.
 */
export class FixedText {
  /** Bytes of the text, without the spaces. */
  readonly length: number;
  /** Little-endian. */
  readonly words: Float64Array;

  constructor(text: string) {
    const bytes = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
    if (bytes.some((byte) => byte >= 0x80)) throw new Error(`fixed text: ${text}, wanted ASCII`);
    const view = new DataView(bytes.buffer);
    this.length = text.length;
    this.words = Float64Array.from({ length: bytes.length / 8 }, (_, word) =>
      view.getFloat64(word * 8, true),
    );
  }
}
