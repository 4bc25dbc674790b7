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
import { isAbortMarker } from './control-record.ts';
import { crc32c } from './crc32c.ts';
import { errorCode, KafkaError, StopError } from './errors.ts';

/**
 * records: a batch is open, the fields describe it. skipped: passed a batch of which nothing is for the reader, up to `lastOffset`.
 * stopped: the next batch begins at `baseOffset`, at the stop offset or above it. exhausted: no whole batch is left.
 */
export type BatchStep = 'records' | 'skipped' | 'stopped' | 'exhausted';

/**
 * Walks the record batches of fetched chunks: checks them, unpacks them, leaves out control batches, batches of aborted transactions
 * and a cut batch at the end. A record cursor asks it once per batch and takes over what the fields say.
 */
export class BatchWalker {
  baseOffset = 0;
  lastOffset = 0;
  /** Of the open batch: the records are in `bytes` from `start` to `end`; the chunk's bytes or what was packed in them. */
  bytes: Uint8Array = noBytes;
  start = 0;
  end = 0;
  count = 0;
  isLogAppendTime = false;
  baseTimestampMs = 0;
  /** Only with `isLogAppendTime`. */
  appendTimeMs = 0;

  #topic = '';
  #partition = -1;
  #chunk: Uint8Array = noBytes;
  /** Of the next batch in the chunk. */
  #at = 0;
  readonly #aborts = new AbortFilter();

  load(chunk: Chunk): void {
    this.#topic = chunk.topic;
    this.#partition = chunk.partition;
    this.#chunk = plain(chunk.bytes);
    this.#at = 0;
    this.#aborts.load(chunk.aborted);
  }

  /**
   * Goes one batch on, unless it stopped or is exhausted; after an error it stands before the batch at fault.
   *
   * @throws KafkaError (reopen) if the checksum is wrong
   * @throws StopError if the batch cannot be decoded
   */
  step(stop: number): BatchStep {
    const chunk = this.#chunk;
    const at = this.#at;
    const end = batchEnd(chunk, at);
    if (end < 0) return 'exhausted';
    this.baseOffset = int64(chunk, at + batchLayout.baseOffset);
    if (this.baseOffset >= stop) return 'stopped';
    this.#check(at, end);
    this.lastOffset = this.baseOffset + int32(chunk, at + batchLayout.lastOffsetDelta);
    this.#aborts.reach(this.lastOffset);
    const hasRecords = this.#open(at, end);
    this.#at = end;
    return hasRecords ? 'records' : 'skipped';
  }

  /** For a record of the open batch, or what should be one, whose bytes make no sense; what it says of its offset may be wrong too. */
  malformed(found: string): StopError {
    return new StopError(
      `cannot decode the batch of ${this.#topic}-${this.#partition} at offset ${this.baseOffset}: ${found}, wanted records within their batch`,
      { remedy: 'its checksum is right, so it was written like this: find the producer' },
    );
  }

  /** @returns false if nothing of the batch is for the reader */
  #open(at: number, end: number): boolean {
    const chunk = this.#chunk;
    const attributes = (chunk[at + batchLayout.attributes]! << 8) | chunk[at + batchLayout.attributes + 1]!;
    const count = int32(chunk, at + batchLayout.recordCount);
    const producerId = int64(chunk, at + batchLayout.producerId);
    if ((attributes & controlFlag) !== 0) {
      if (count > 0) this.#passMarker(at + batchLayout.records, producerId);
      return false;
    }
    if (count <= 0) return false; // compaction keeps an emptied batch for its producer's sequence
    if ((attributes & transactionalFlag) !== 0 && this.#aborts.isAborted(producerId)) return false;

    const codec = attributes & codecMask;
    if (codec === 0) {
      this.bytes = chunk;
      this.start = at + batchLayout.records;
      this.end = end;
    } else {
      this.bytes = unpack(codec, chunk.subarray(at + batchLayout.records, end), this.#place());
      this.start = 0;
      this.end = this.bytes.length;
    }
    this.count = count;
    this.isLogAppendTime = (attributes & logAppendTimeFlag) !== 0;
    this.baseTimestampMs = int64(chunk, at + batchLayout.baseTimestamp);
    this.appendTimeMs = int64(chunk, at + batchLayout.maxTimestamp);
    return true;
  }

  #passMarker(recordAt: number, producerId: number): void {
    const isAbort = isAbortMarker(this.#chunk, recordAt);
    if (isAbort === undefined) throw this.malformed('a number of more than 10 bytes');
    if (isAbort) this.#aborts.endTransaction(producerId);
  }

  #check(at: number, end: number): void {
    const chunk = this.#chunk;
    const magic = chunk[at + batchLayout.magic]!;
    if (magic !== 2) {
      throw new StopError(
        `cannot read the batch of ${this.#topic}-${this.#partition} at offset ${this.baseOffset}: message format ${magic}, wanted 2`,
        { remedy: 'rewrite the topic with a client of Kafka 0.11 or later' },
      );
    }
    const found = crc32c(chunk, at + batchLayout.attributes, end);
    const wanted = int32(chunk, at + batchLayout.crc) >>> 0;
    if (found !== wanted) {
      const what = `check of a record batch (CRC-32C ${found.toString(16)}, wanted ${wanted.toString(16)}) of`;
      throw new KafkaError(what, errorCode.corruptMessage, this.#place(), 'reopen');
    }
  }

  #place(): { topic: string; partition: number; offset: number } {
    return { topic: this.#topic, partition: this.#partition, offset: this.baseOffset };
  }
}

const noBytes = new Uint8Array(0);
