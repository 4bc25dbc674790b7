import { UUID_SIZE_BYTES } from './wire-writer.ts';

/**
 * Reads the primitive types of the Kafka protocol, front to back. Throws RangeError when the buffer ends before a value does.
 */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  bigint64(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  /** A 64 bit number as a double: offsets and times stay below 2^53. */
  int64(): number {
    return Number(this.bigint64());
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#advance(1)] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`malformed varint: more than 5 bytes before byte ${this.#at}, wanted at most 5`);
  }

  string(): string {
    return this.nullableString() ?? '';
  }

  nullableString(): string | null {
    const sizeBytes = this.int16();
    return sizeBytes < 0 ? null : this.#text(sizeBytes);
  }

  compactString(): string {
    return this.compactNullableString() ?? '';
  }

  compactNullableString(): string | null {
    const sizeBytes = this.unsignedVarint() - 1;
    return sizeBytes < 0 ? null : this.#text(sizeBytes);
  }

  /** A view of the response, no copy; null reads as empty. */
  compactBytes(): Uint8Array {
    const sizeBytes = this.unsignedVarint() - 1;
    if (sizeBytes <= 0) return new Uint8Array(0);
    const at = this.#advance(sizeBytes);
    return this.#bytes.subarray(at, at + sizeBytes);
  }

  bytes(): Uint8Array {
    const sizeBytes = this.int32();
    if (sizeBytes <= 0) return new Uint8Array(0);
    const at = this.#advance(sizeBytes);
    return this.#bytes.subarray(at, at + sizeBytes);
  }

  uuid(): string {
    const at = this.#advance(UUID_SIZE_BYTES);
    return this.#bytes.toString('base64url', at, at + UUID_SIZE_BYTES);
  }

  /** Null reads as the empty array. */
  array<T>(read: (reader: Reader) => T): T[] {
    return this.#items(this.int32(), read);
  }

  compactArray<T>(read: (reader: Reader) => T): T[] {
    return this.#items(this.unsignedVarint() - 1, read);
  }

  /** Skips a section of tagged fields, but for those the caller knows: `known(tag, reader of its bytes)`. */
  tags(known?: (tag: number, field: Reader) => void): void {
    for (let left = this.unsignedVarint(); left > 0; left--) {
      const tag = this.unsignedVarint();
      const sizeBytes = this.unsignedVarint();
      const at = this.#advance(sizeBytes);
      known?.(tag, new Reader(this.#bytes.subarray(at, at + sizeBytes)));
    }
  }

  #text(sizeBytes: number): string {
    const at = this.#advance(sizeBytes);
    return this.#bytes.toString('utf8', at, at + sizeBytes);
  }

  #items<T>(count: number, read: (reader: Reader) => T): T[] {
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read(this));
    return items;
  }

  #advance(sizeBytes: number): number {
    const at = this.#at;
    if (at + sizeBytes > this.#bytes.length) {
      throw new RangeError(
        `truncated response: ${this.#bytes.length} bytes, wanted ${sizeBytes} more at ${at}`,
      );
    }
    this.#at = at + sizeBytes;
    return at;
  }
}
