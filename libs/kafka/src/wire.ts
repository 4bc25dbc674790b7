/** A topic id as 16 raw bytes has 128 bits; it is handled as Kafka prints it: base64url without padding, 22 characters. */
const UUID_SIZE_BYTES = 16;

/**
 * Writes the primitive types of the Kafka protocol (https://kafka.apache.org/protocol#protocol_types) into one growing buffer.
 * Methods named `compact…` are the encodings of flexible versions: lengths are unsigned varints of length + 1, 0 is null.
 */
export class Writer {
  #bytes: Buffer;
  #length = 0;

  constructor(initialSizeBytes = 256) {
    this.#bytes = Buffer.allocUnsafe(initialSizeBytes);
  }

  /** The bytes written so far; a view, valid until the next write. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  int8(value: number): this {
    const at = this.#reserve(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  int16(value: number): this {
    const at = this.#reserve(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#reserve(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  /** Exact for offsets and times up to 2^53; producer ids are bigint because the broker may hand out any 63 bits. */
  int64(value: number | bigint): this {
    const at = this.#reserve(8);
    this.#bytes.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  unsignedVarint(value: number): this {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.#byte(rest);
  }

  string(value: string): this {
    const sizeBytes = Buffer.byteLength(value);
    return this.int16(sizeBytes).#text(value, sizeBytes);
  }

  nullableString(value: string | null): this {
    return value === null ? this.int16(-1) : this.string(value);
  }

  compactString(value: string | null): this {
    if (value === null) return this.unsignedVarint(0);
    const sizeBytes = Buffer.byteLength(value);
    return this.unsignedVarint(sizeBytes + 1).#text(value, sizeBytes);
  }

  compactBytes(value: Uint8Array): this {
    this.unsignedVarint(value.length + 1);
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** A topic id in the 22 characters Kafka prints. */
  uuid(value: string): this {
    const at = this.#reserve(UUID_SIZE_BYTES);
    this.#bytes.fill(0, at, at + UUID_SIZE_BYTES);
    this.#bytes.write(value, at, UUID_SIZE_BYTES, 'base64url');
    return this;
  }

  array<T>(items: readonly T[], write: (writer: Writer, item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(this, item);
    return this;
  }

  compactArray<T>(items: readonly T[], write: (writer: Writer, item: T) => void): this {
    this.unsignedVarint(items.length + 1);
    for (const item of items) write(this, item);
    return this;
  }

  /** An empty section of tagged fields: ends every structure of a flexible version. */
  tags(): this {
    return this.unsignedVarint(0);
  }

  #byte(value: number): this {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  #text(value: string, sizeBytes: number): this {
    const at = this.#reserve(sizeBytes);
    this.#bytes.write(value, at, 'utf8');
    return this;
  }

  /** May exchange the buffer: take the position first, then name `#bytes`. */
  #reserve(sizeBytes: number): number {
    const at = this.#length;
    const needed = at + sizeBytes;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    this.#length = needed;
    return at;
  }
}

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
