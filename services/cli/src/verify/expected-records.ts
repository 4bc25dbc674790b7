import type { OutgoingRecord, RecordCursor } from '@meanwhile/kafka';
import { encodeHeaders } from './header-bytes.ts';
import type { RecordKind } from './identity.ts';
import { RecordCopy } from './record-copy.ts';

/** Recomputed and not yet compared: enough that handing over costs nothing, little enough to stay in the cache. */
const BYTES_FULL = 256 * 1024;
const RECORDS_FULL = 2_048;
const NO_HEADERS = new Uint8Array();

/**
 * Records of one output as they ought to be, in one array without an object for each: key, value and headers one after the other.
 * A null key or value has length -1.
 */
export class ExpectedRecords {
  readonly #kind: RecordKind;
  #bytes = Buffer.allocUnsafe(2 * BYTES_FULL);
  #end = 0;
  #count = 0;
  #starts = new Int32Array(2 * RECORDS_FULL);
  #keyLengths = new Int32Array(2 * RECORDS_FULL);
  #valueLengths = new Int32Array(2 * RECORDS_FULL);
  #headersLengths = new Int32Array(2 * RECORDS_FULL);

  constructor(kind: RecordKind) {
    this.#kind = kind;
  }

  get count(): number {
    return this.#count;
  }

  /** A processor adds at most a record's worth more. */
  get isFull(): boolean {
    return this.#end >= BYTES_FULL || this.#count >= RECORDS_FULL;
  }

  append(record: OutgoingRecord): void {
    const { key, keyStart, keyEnd, value, valueStart, valueEnd } = record;
    const headers = record.rawHeaders || record.headers ? encodeHeaders(record) : NO_HEADERS;
    const i = this.#count++;
    if (i >= this.#starts.length) this.#growCount();
    this.#starts[i] = this.#end;
    this.#keyLengths[i] = key === null ? -1 : this.#put(key, keyStart, keyEnd);
    this.#valueLengths[i] = value === null ? -1 : this.#put(value, valueStart, valueEnd);
    this.#headersLengths[i] = this.#put(headers, 0, headers.length);
  }

  /** Is record `i` byte for byte the one that the cursor is at? */
  isEqual(i: number, cursor: RecordCursor): boolean {
    const keyLength = this.#keyLengths[i]!;
    const valueLength = this.#valueLengths[i]!;
    const headersLength = this.#headersLengths[i]!;
    const { keyStart, keyEnd, valueStart, valueEnd, headersStart, headersEnd } = cursor;
    if (keyLength !== (keyStart < 0 ? -1 : keyEnd - keyStart)) return false;
    if (valueLength !== (valueStart < 0 ? -1 : valueEnd - valueStart)) return false;
    if (headersLength !== headersEnd - headersStart) return false;
    let at = this.#starts[i]!;
    if (keyLength > 0 && !this.#isSame(at, cursor.bytes, keyStart, keyEnd)) return false;
    at += Math.max(0, keyLength);
    if (valueLength > 0 && !this.#isSame(at, cursor.bytes, valueStart, valueEnd)) return false;
    at += Math.max(0, valueLength);
    return headersLength === 0 || this.#isSame(at, cursor.bytes, headersStart, headersEnd);
  }

  copy(i: number): RecordCopy {
    let at = this.#starts[i]!;
    const take = (length: number): Uint8Array | null => {
      if (length < 0) return null;
      at += length;
      return Uint8Array.prototype.slice.call(this.#bytes, at - length, at);
    };
    const key = take(this.#keyLengths[i]!);
    const value = take(this.#valueLengths[i]!);
    const headers = take(this.#headersLengths[i]!) ?? NO_HEADERS;
    return new RecordCopy(this.#kind, { offset: -1, key, value, headers });
  }

  clear(): void {
    this.#count = 0;
    this.#end = 0;
  }

  #isSame(at: number, bytes: Uint8Array, start: number, end: number): boolean {
    return this.#bytes.compare(bytes, start, end, at, at + end - start) === 0;
  }

  /** @returns the length */
  #put(source: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0) return 0;
    if (this.#end + length > this.#bytes.length) this.#growBytes(length);
    this.#bytes.set(source.subarray(start, end), this.#end);
    this.#end += length;
    return length;
  }

  #growBytes(length: number): void {
    const bytes = Buffer.allocUnsafe(2 * (this.#end + length));
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
  }

  #growCount(): void {
    const grown = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(2 * from.length);
      to.set(from);
      return to;
    };
    this.#starts = grown(this.#starts);
    this.#keyLengths = grown(this.#keyLengths);
    this.#valueLengths = grown(this.#valueLengths);
    this.#headersLengths = grown(this.#headersLengths);
  }
}
