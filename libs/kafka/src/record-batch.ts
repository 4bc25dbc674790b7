import { batchLayout, transactionalFlag } from './batch-layout.ts';
import { viewOf } from './byte-views.ts';
import { crc32c } from './crc32c.ts';
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts';

/** Key and value are ranges of byte arrays, so that a record can be passed on without copying it first; `null` is Kafka's null. */
export interface OutgoingRecord {
  key: Uint8Array | null;
  keyStart: number;
  keyEnd: number;
  value: Uint8Array | null;
  valueStart: number;
  valueEnd: number;
  /** -1: none */
  timestampMs: number;
  headers?: { key: string; value: Uint8Array }[];
  /** Headers already in Kafka's encoding (a record cursor's `headersStart` to `headersEnd`), put before `headers`. */
  rawHeaders?: { count: number; bytes: Uint8Array; start: number; end: number };
}

export interface BatchIdentity {
  producerId: bigint;
  producerEpoch: number;
  baseSequence: number;
  isTransactional: boolean;
}

/**
 * Builds one record batch (magic 2, uncompressed) in place: each record is written once into a preallocated buffer, nothing is allocated
 * per record unless the buffer has to grow for a lone record above `bytesMax`.
 *
 * The default stays below `max.message.bytes` (1,048,588) with room for what a broker adds on conversion.
 */
export class BatchBuilder {
  #bytes: Buffer;
  #view: DataView;
  readonly #bytesMax: number;
  #end: number = batchLayout.records;
  #count = 0;
  #baseTimestampMs = -1;
  #maxTimestampMs = -1;

  constructor(bytesMax = 900_000) {
    this.#bytesMax = bytesMax;
    this.#bytes = Buffer.alloc(Math.max(bytesMax, batchLayout.records));
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  }

  get count(): number {
    return this.#count;
  }

  /** Of the sealed batch: header and records. */
  get sizeBytes(): number {
    return this.#end;
  }

  /** @returns false if the record does not fit; into an empty batch every record fits */
  append(record: OutgoingRecord): boolean {
    const timestampDelta = this.#count === 0 ? 0 : record.timestampMs - this.#baseTimestampMs;
    const keyLength = record.key === null ? -1 : record.keyEnd - record.keyStart;
    const valueLength = record.value === null ? -1 : record.valueEnd - record.valueStart;
    const bodyLength =
      1 +
      sizeOfVarlong(timestampDelta) +
      sizeOfVarint(this.#count) +
      sizeOfField(keyLength) +
      sizeOfField(valueLength) +
      sizeOfHeaders(record);
    const end = this.#end + sizeOfVarint(bodyLength) + bodyLength;
    if (end > this.#bytesMax && this.#count > 0) return false;
    if (end > this.#bytes.length) this.#grow(end);

    const bytes = this.#bytes;
    let at = writeVarint(bytes, this.#end, bodyLength);
    bytes[at++] = 0; // record attributes: unused in magic 2
    at = writeVarlong(bytes, at, timestampDelta);
    at = writeVarint(bytes, at, this.#count);
    at = writeVarint(bytes, at, keyLength);
    if (record.key !== null) at = copy(bytes, at, record.key, record.keyStart, record.keyEnd);
    at = writeVarint(bytes, at, valueLength);
    if (record.value !== null) at = copy(bytes, at, record.value, record.valueStart, record.valueEnd);
    writeHeaders(bytes, at, record);

    if (this.#count === 0) {
      this.#baseTimestampMs = record.timestampMs;
      this.#maxTimestampMs = record.timestampMs;
    } else if (record.timestampMs > this.#maxTimestampMs) {
      this.#maxTimestampMs = record.timestampMs;
    }
    this.#end = end;
    this.#count++;
    return true;
  }

  /**
   * Writes header and checksum. May be repeated, with the same identity (same bytes: a retry) or another.
   *
   * @returns a view into the builder's buffer, valid until the next `append` or `reset`
   * @throws Error if the batch is empty: a broker refuses it
   */
  seal(identity: BatchIdentity): Uint8Array {
    if (this.#count === 0) throw new Error('cannot seal a record batch: it has 0 records, wanted at least 1');
    const view = this.#view;
    view.setBigInt64(batchLayout.baseOffset, 0n); // the broker assigns it
    view.setInt32(batchLayout.length, this.#end - batchLayout.lengthOverhead);
    view.setInt32(batchLayout.leaderEpoch, 0); // the broker's, not in the checksum
    view.setInt8(batchLayout.magic, 2);
    view.setInt16(batchLayout.attributes, identity.isTransactional ? transactionalFlag : 0);
    view.setInt32(batchLayout.lastOffsetDelta, this.#count - 1);
    setInt64(view, batchLayout.baseTimestamp, this.#baseTimestampMs);
    setInt64(view, batchLayout.maxTimestamp, this.#maxTimestampMs);
    view.setBigInt64(batchLayout.producerId, identity.producerId);
    view.setInt16(batchLayout.producerEpoch, identity.producerEpoch);
    view.setInt32(batchLayout.baseSequence, identity.baseSequence);
    view.setInt32(batchLayout.recordCount, this.#count);
    view.setUint32(batchLayout.crc, crc32c(this.#bytes, batchLayout.attributes, this.#end));
    return this.#bytes.subarray(0, this.#end);
  }

  reset(): void {
    this.#end = batchLayout.records;
    this.#count = 0;
    this.#baseTimestampMs = -1;
    this.#maxTimestampMs = -1;
  }

  #grow(sizeBytes: number): void {
    const bytes = Buffer.alloc(sizeBytes);
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

/** A field of `length` bytes with its length before it; -1 is null. */
function sizeOfField(length: number): number {
  return length < 0 ? 1 : sizeOfVarint(length) + length;
}

function sizeOfHeaders(record: OutgoingRecord): number {
  const raw = record.rawHeaders;
  const headers = record.headers;
  if (raw === undefined && headers === undefined) return 1;
  let size = raw === undefined ? 0 : raw.end - raw.start;
  let count = raw === undefined ? 0 : raw.count;
  if (headers !== undefined) {
    count += headers.length;
    for (const { key, value } of headers) {
      size += sizeOfField(Buffer.byteLength(key)) + sizeOfField(value.length);
    }
  }
  return size + sizeOfVarint(count);
}

function writeHeaders(bytes: Buffer, start: number, record: OutgoingRecord): void {
  const raw = record.rawHeaders;
  const headers = record.headers;
  let at = writeVarint(bytes, start, (raw?.count ?? 0) + (headers?.length ?? 0));
  if (raw !== undefined) at = copy(bytes, at, raw.bytes, raw.start, raw.end);
  if (headers === undefined) return;
  for (const { key, value } of headers) {
    at = writeVarint(bytes, at, Buffer.byteLength(key));
    at += bytes.write(key, at);
    at = writeVarint(bytes, at, value.length);
    at = copy(bytes, at, value, 0, value.length);
  }
}

/** Short ranges byte by byte: the call behind `set` costs as much as some forty bytes do. */
function copy(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length > copyByByteMax) {
    target.set(viewOf(source, start, end), at);
  } else {
    for (let i = 0; i < length; i++) target[at + i] = source[start + i]!;
  }
  return at + length;
}

const copyByByteMax = 48;

function setInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value >>> 0);
}
