import { AbortFilter } from './abort-filter.ts';
import {
  batchEnd,
  batchLayout,
  codecMask,
  controlFlag,
  int32,
  int64,
  logAppendTimeFlag,
  transactionalFlag,
} from './batch-layout.ts';
import type { Chunk } from './chunk.ts';
import { plain, unpack } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { errorCode, KafkaError, StopError } from './errors.ts';

/**
 * Walks the committed records of fetched chunks without an object per record: after `next()` returned true the fields describe the
 * record, until the next call. Written for the machine: one class of byte array, doubles for 64-bit numbers, no closures. The plain
 * version would be kafkajs's decoder; the tests hold the two equal.
 *
 * Left out: records below the chunk's fetch offset, control batches, batches of aborted transactions, a cut batch at the end.
 */
export class RecordCursor {
  /** Of the record. */
  offset = -1;
  /** -1: none. With `isLogAppendTime` the time at which the broker appended it. */
  timestampMs = -1;
  isLogAppendTime = false;
  /** What the places below point into: the chunk's bytes or an unpacked batch. */
  bytes: Uint8Array = noBytes;
  /** -1: null */
  keyStart = -1;
  keyEnd = -1;
  /** -1: null */
  valueStart = -1;
  valueEnd = -1;
  headerCount = 0;
  /** The encoded headers, without their count. */
  headersStart = 0;
  headersEnd = 0;

  #topic = '';
  #partition = -1;
  #chunk: Uint8Array = noBytes;
  /** Of the next batch in the chunk. */
  #batchAt = 0;
  readonly #aborts = new AbortFilter();
  #fetchOffset = 0;
  /** All below is consumed; may pass the stop offset (an aborted batch across it). */
  #position = 0;
  /** Lower bound of `position`: it never moves back. */
  #floor = 0;
  #isExhausted = true;
  #sliceLeft = Number.POSITIVE_INFINITY;
  #stop = Number.POSITIVE_INFINITY;

  // The open batch.
  #recordsLeft = 0;
  #at = 0;
  #recordAt = 0;
  #end = 0;
  #baseOffset = 0;
  #lastOffset = 0;
  #baseTimestampMs = 0;
  #appendTimeMs = 0;

  /** Where the next fetch or record starts: past everything consumed, markers and aborted batches included; never past the stop. */
  get position(): number {
    return Math.max(Math.min(this.#position, this.#stop), this.#floor);
  }

  /** Nothing is left in the chunk. Known only once `next()` returned false: what follows the last record may be markers. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** Starts with a chunk. Slice and stop stay as they are. */
  load(chunk: Chunk): void {
    this.#topic = chunk.topic;
    this.#partition = chunk.partition;
    this.#chunk = plain(chunk.bytes);
    this.#batchAt = 0;
    this.#aborts.load(chunk.aborted);
    this.#fetchOffset = chunk.fetchOffset;
    this.#position = chunk.fetchOffset;
    this.#floor = chunk.fetchOffset;
    this.#isExhausted = false;
    this.#recordsLeft = 0;
  }

  /** Lets `next()` return at most this many records, across chunks, until called again. Default: unlimited. */
  beginSlice(maxRecords: number): void {
    this.#sliceLeft = maxRecords;
  }

  /** No record at or above `offset` is returned. Default: Infinity. May be raised later; the cursor then goes on where it was. */
  stopAt(offset: number): void {
    this.#stop = offset;
  }

  /**
   * The next committed record below the stop offset and within the slice; false at the end of chunk, slice or stop.
   *
   * @throws KafkaError (reopen) if a batch's checksum is wrong: a read over the network may be damaged, another read helps
   * @throws StopError if a batch cannot be decoded although its checksum is right
   */
  next(): boolean {
    for (;;) {
      if (this.#recordsLeft === 0 && !this.#openBatch()) return false;
      if (this.#sliceLeft <= 0) return false;

      this.#recordAt = this.#at;
      const length = this.#varint();
      const end = this.#at + length;
      this.#at++; // record attributes: unused in magic 2
      const timestampDelta = this.#varint();
      const offset = this.#baseOffset + this.#varint();
      if (length < recordBytesMin || end > this.#end) {
        this.#malformed(offset, `a record of ${length} bytes`);
      }
      if (offset >= this.#stop) {
        this.#at = this.#recordAt;
        this.#position = offset;
        return false;
      }
      if (offset >= this.#fetchOffset) {
        this.#readFields(end, offset);
        this.offset = offset;
        this.timestampMs = this.isLogAppendTime ? this.#appendTimeMs : this.#baseTimestampMs + timestampDelta;
      }
      this.#at = end;
      this.#recordsLeft--;
      this.#position = this.#recordsLeft === 0 ? this.#lastOffset + 1 : offset + 1;
      if (offset < this.#fetchOffset) continue;
      this.#floor = offset + 1;
      this.#sliceLeft--;
      return true;
    }
  }

  #readFields(end: number, offset: number): void {
    const keyLength = this.#varint();
    this.keyStart = keyLength < 0 ? -1 : this.#at;
    if (keyLength > 0) this.#at += keyLength;
    this.keyEnd = keyLength < 0 ? -1 : this.#at;
    const valueLength = this.#varint();
    this.valueStart = valueLength < 0 ? -1 : this.#at;
    if (valueLength > 0) this.#at += valueLength;
    this.valueEnd = valueLength < 0 ? -1 : this.#at;
    this.headerCount = this.#varint();
    this.headersStart = this.#at;
    this.headersEnd = end;
    if (this.#at > end)
      this.#malformed(offset, `fields up to byte ${this.#at} of a record that ends at ${end}`);
  }

  /** Goes to the next batch that has records for the reader; false if the chunk has none below the stop. */
  #openBatch(): boolean {
    const chunk = this.#chunk;
    for (;;) {
      const at = this.#batchAt;
      const end = batchEnd(chunk, at);
      if (end < 0) {
        this.#isExhausted = true;
        return false;
      }
      const baseOffset = int64(chunk, at + batchLayout.baseOffset);
      if (baseOffset >= this.#stop) {
        this.#position = Math.max(this.#position, baseOffset); // a gap that compaction left is consumed with what is below it
        return false;
      }
      this.#check(at, end, baseOffset);
      const lastOffset = baseOffset + int32(chunk, at + batchLayout.lastOffsetDelta);
      this.#aborts.reach(lastOffset);
      const hasRecords = this.#open(at, end, baseOffset, lastOffset);
      this.#batchAt = end;
      if (hasRecords) return true;
      this.#position = lastOffset + 1;
    }
  }

  /** @returns false if nothing of the batch is for the reader */
  #open(at: number, end: number, baseOffset: number, lastOffset: number): boolean {
    const chunk = this.#chunk;
    const attributes = (chunk[at + batchLayout.attributes]! << 8) | chunk[at + batchLayout.attributes + 1]!;
    const count = int32(chunk, at + batchLayout.recordCount);
    const producerId = int64(chunk, at + batchLayout.producerId);
    const codec = attributes & codecMask;
    if ((attributes & controlFlag) !== 0) {
      if (count > 0 && this.#isAbortMarker(at)) this.#aborts.endTransaction(producerId);
      return false;
    }
    if (count <= 0) return false; // compaction keeps an emptied batch for its producer's sequence
    if ((attributes & transactionalFlag) !== 0 && this.#aborts.isAborted(producerId)) return false;

    if (codec === 0) {
      this.bytes = chunk;
      this.#at = at + batchLayout.records;
      this.#end = end;
    } else {
      const place = { topic: this.#topic, partition: this.#partition, offset: baseOffset };
      this.bytes = unpack(codec, chunk.subarray(at + batchLayout.records, end), place);
      this.#at = 0;
      this.#end = this.bytes.length;
    }
    this.#recordsLeft = count;
    this.#baseOffset = baseOffset;
    this.#lastOffset = lastOffset;
    this.isLogAppendTime = (attributes & logAppendTimeFlag) !== 0;
    this.#baseTimestampMs = int64(chunk, at + batchLayout.baseTimestamp);
    this.#appendTimeMs = int64(chunk, at + batchLayout.maxTimestamp);
    return true;
  }

  #check(at: number, end: number, baseOffset: number): void {
    const chunk = this.#chunk;
    const magic = chunk[at + batchLayout.magic]!;
    if (magic !== 2) {
      throw new StopError(
        `cannot read the batch of ${this.#topic}-${this.#partition} at offset ${baseOffset}: message format ${magic}, wanted 2`,
        { remedy: 'rewrite the topic with a client of Kafka 0.11 or later' },
      );
    }
    const found = crc32c(chunk, at + batchLayout.attributes, end);
    const wanted = int32(chunk, at + batchLayout.crc) >>> 0;
    if (found !== wanted) {
      const place = { topic: this.#topic, partition: this.#partition, offset: baseOffset };
      const what = `check of a record batch (CRC-32C ${found.toString(16)}, wanted ${wanted.toString(16)}) of`;
      throw new KafkaError(what, errorCode.corruptMessage, place, 'reopen');
    }
  }

  /** Key of a control record: version (16 bits), type (16 bits), 0 = abort, 1 = commit. */
  #isAbortMarker(batchAt: number): boolean {
    this.bytes = this.#chunk;
    this.#at = batchAt + batchLayout.records;
    this.#varint(); // length
    this.#at++; // attributes
    this.#varint(); // timestamp delta
    this.#varint(); // offset delta
    const keyLength = this.#varint();
    return keyLength >= 4 && this.bytes[this.#at + 2] === 0 && this.bytes[this.#at + 3] === 0;
  }

  /** A zig-zag varint of up to 64 bits as a double. Almost all are of one or two bytes. */
  #varint(): number {
    const bytes = this.bytes;
    const first = bytes[this.#at++]!;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    const second = bytes[this.#at++]!;
    if (second < 0x80) {
      const zigzag = (first & 0x7f) | (second << 7);
      return (zigzag >>> 1) ^ -(zigzag & 1);
    }
    return this.#longVarint((first & 0x7f) | ((second & 0x7f) << 7));
  }

  /** Halves before the sign is applied, so that the whole range of safe integers stays exact in a double. */
  #longVarint(lowest: number): number {
    let half = lowest >>> 1;
    let scale = 2 ** 13;
    for (let count = 3; count <= 10; count++) {
      const byte = this.bytes[this.#at++]!;
      half += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return lowest & 1 ? -half - 1 : half;
    }
    return this.#malformed(this.#position, 'a number of more than 10 bytes');
  }

  /** Leaves the cursor before the record: whoever calls again gets the same error, not the next record. */
  #malformed(offset: number, found: string): never {
    this.#at = this.#recordAt;
    throw new StopError(
      `cannot decode ${this.#topic}-${this.#partition} at offset ${offset}: ${found}, wanted a record within its batch`,
      { remedy: 'its checksum is right, so it was written like this: find the producer' },
    );
  }
}

const noBytes = new Uint8Array(0);
/** Attributes, two deltas, key and value length, header count: a byte each. */
const recordBytesMin = 6;
