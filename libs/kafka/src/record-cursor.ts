import { BatchWalker } from './batch-walker.ts';
import type { Chunk } from './chunk.ts';

/**
 * Walks the committed records of fetched chunks without an object per record: after `next()` returned true the fields describe the
 * record, until the next call. Written for the machine: one class of byte array, doubles for 64-bit numbers, no closures. The plain
 * version would be kafkajs's decoder; the tests hold the two equal.
 *
 * Left out: records below the chunk's fetch offset, and the batches that the walker leaves out.
 */
export class RecordCursor {
  /** Of the record. */
  offset = -1;
  /** -1: none. With `isLogAppendTime` the time at which the broker appended it. */
  timestampMs = -1;
  isLogAppendTime = false;
  /** What the places below point into: the chunk's bytes or an unpacked batch. */
  bytes: Uint8Array = noBytes;
  /** -1: null, as for the value. */
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  headerCount = 0;
  /** The encoded headers, without their count. */
  headersStart = 0;
  headersEnd = 0;

  readonly #batches = new BatchWalker();
  #fetchOffset = 0;
  /** All below is consumed; may pass the stop offset (an aborted batch across it). */
  #position = 0;
  /** Lower bound of `position`: it never moves back. */
  #floor = 0;
  #isExhausted = true;
  #sliceLeft = Number.POSITIVE_INFINITY;
  #stop = Number.POSITIVE_INFINITY;

  // The open batch: the walker's fields, copied once, so that a record costs no look at another object.
  #recordsLeft = 0;
  #at = 0;
  #recordAt = 0;
  #end = 0;
  #baseOffset = 0;
  /** Of the next record: compaction leaves gaps, but no record comes before the one it follows. */
  #offsetMin = 0;
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
    this.#batches.load(chunk);
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
      if (length < recordBytesMin || end > this.#end) this.#malformed(`a record of ${length} bytes`);
      if (offset < this.#offsetMin || offset > this.#lastOffset) {
        this.#malformed(`offset ${offset}, wanted ${this.#offsetMin} to ${this.#lastOffset}`);
      }
      if (offset >= this.#stop) {
        this.#at = this.#recordAt;
        this.#position = offset;
        return false;
      }
      if (offset >= this.#fetchOffset) {
        this.#readFields(end);
        this.offset = offset;
        this.timestampMs = this.isLogAppendTime ? this.#appendTimeMs : this.#baseTimestampMs + timestampDelta;
      }
      this.#at = end;
      this.#recordsLeft--;
      this.#offsetMin = offset + 1;
      this.#position = this.#recordsLeft === 0 ? this.#lastOffset + 1 : offset + 1;
      if (offset < this.#fetchOffset) continue;
      this.#floor = offset + 1;
      this.#sliceLeft--;
      return true;
    }
  }

  #readFields(end: number): void {
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
    if (this.#at > end) this.#malformed(`fields up to byte ${this.#at} of a record that ends at ${end}`);
  }

  /** Goes to the next batch that has records for the reader; false if the chunk has none below the stop. */
  #openBatch(): boolean {
    const batches = this.#batches;
    for (;;) {
      const step = batches.step(this.#stop);
      if (step === 'records') break;
      if (step === 'skipped') {
        this.#position = batches.lastOffset + 1;
        continue;
      }
      // A gap that compaction left is consumed with what is below it.
      if (step === 'stopped') this.#position = Math.max(this.#position, batches.baseOffset);
      else this.#isExhausted = true;
      return false;
    }
    this.bytes = batches.bytes;
    this.#at = batches.start;
    this.#end = batches.end;
    this.#recordsLeft = batches.count;
    this.#baseOffset = batches.baseOffset;
    this.#offsetMin = batches.baseOffset;
    this.#lastOffset = batches.lastOffset;
    this.isLogAppendTime = batches.isLogAppendTime;
    this.#baseTimestampMs = batches.baseTimestampMs;
    this.#appendTimeMs = batches.appendTimeMs;
    return true;
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
    return this.#malformed('a number of more than 10 bytes');
  }

  /** Leaves the cursor before the record: whoever calls again gets the same error, not the next record. */
  #malformed(found: string): never {
    this.#at = this.#recordAt;
    throw this.#batches.malformed(found);
  }
}

const noBytes = new Uint8Array(0);
const recordBytesMin = 6; // attributes, two deltas, key and value length, header count: a byte each
