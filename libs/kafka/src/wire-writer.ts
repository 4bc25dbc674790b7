/** A topic id as 16 raw bytes has 128 bits; it is handled as Kafka prints it: base64url without padding, 22 characters. */
export const UUID_SIZE_BYTES = 16;

/** Longer byte fields (record batches) are not copied: they go to the socket from where they are. */
const COPY_MAX_BYTES = 4_096;

/**
 * Writes the primitive types of the Kafka protocol (https://kafka.apache.org/protocol#protocol_types) into one growing buffer.
 * Methods named `compact…` are the encodings of flexible versions: lengths are unsigned varints of length + 1, 0 is null.
 */
export class Writer {
  /** What is finished, in front of what is in `#bytes` from `#pieceStart` on. */
  readonly #pieces: Uint8Array[] = [];
  #pieceStart = 0;
  #bytes: Buffer;
  #length = 0;

  constructor(initialSizeBytes = 256) {
    this.#bytes = Buffer.allocUnsafe(initialSizeBytes);
  }

  /** The bytes written so far. With a long byte field a copy, else a view that is valid until the next write. */
  get written(): Buffer {
    return this.#pieces.length === 0 ? this.#bytes.subarray(0, this.#length) : Buffer.concat(this.pieces);
  }

  /** The same without a copy: views, long byte fields among them, that stay as they are until their owner changes them. */
  get pieces(): Uint8Array[] {
    return [...this.#pieces, this.#bytes.subarray(this.#pieceStart, this.#length)];
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
    if (value.length > COPY_MAX_BYTES) {
      this.#pieces.push(this.#bytes.subarray(this.#pieceStart, this.#length), value);
      this.#pieceStart = this.#length;
      return this;
    }
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
