import {
  batchLayout,
  controlFlag,
  int32,
  int64,
  logAppendTimeFlag,
  transactionalFlag,
} from '../batch-layout.ts';
import { crc32c } from '../crc32c.ts';
import { BatchBuilder } from '../record-batch.ts';

/** What a broker reads in a batch's header. */
export interface BatchHeader {
  producerId: number;
  producerEpoch: number;
  baseSequence: number;
  count: number;
  isTransactional: boolean;
  isIntact: boolean;
}

export function readHeader(bytes: Uint8Array): BatchHeader {
  const view = viewOf(bytes);
  return {
    producerId: int64(bytes, batchLayout.producerId),
    producerEpoch: view.getInt16(batchLayout.producerEpoch),
    baseSequence: int32(bytes, batchLayout.baseSequence),
    count: int32(bytes, batchLayout.recordCount),
    isTransactional: (view.getInt16(batchLayout.attributes) & transactionalFlag) !== 0,
    isIntact: crc32c(bytes, batchLayout.attributes) === int32(bytes, batchLayout.crc) >>> 0,
  };
}

/** Gives a batch its place in the log, and the time of its append if the topic wants that. Changes the bytes. */
export function place(bytes: Uint8Array, baseOffset: number, appendTimeMs: number | undefined): void {
  const view = viewOf(bytes);
  view.setBigInt64(batchLayout.baseOffset, BigInt(baseOffset));
  if (appendTimeMs === undefined) return;
  view.setInt16(batchLayout.attributes, view.getInt16(batchLayout.attributes) | logAppendTimeFlag);
  view.setBigInt64(batchLayout.maxTimestamp, BigInt(Math.floor(appendTimeMs)));
  seal(bytes, view);
}

/** A transaction's end marker: a control batch with one record. Key: version, type (0 abort, 1 commit); value: version, epoch. */
export function markerBatch(o: {
  producerId: number;
  producerEpoch: number;
  verdict: 'commit' | 'abort';
  timestampMs: number;
}): Uint8Array {
  const builder = new BatchBuilder(128);
  const key = new Uint8Array([0, 0, 0, o.verdict === 'commit' ? 1 : 0]);
  const value = new Uint8Array(6);
  const bounds = { keyStart: 0, keyEnd: 4, valueStart: 0, valueEnd: 6 };
  builder.append({ key, value, ...bounds, timestampMs: Math.floor(o.timestampMs) });
  const { producerEpoch } = o;
  const identity = {
    producerId: BigInt(o.producerId),
    producerEpoch,
    baseSequence: -1,
    isTransactional: true,
  };
  const bytes = new Uint8Array(builder.seal(identity));
  const view = viewOf(bytes);
  view.setInt16(batchLayout.attributes, transactionalFlag | controlFlag);
  seal(bytes, view);
  return bytes;
}

function seal(bytes: Uint8Array, view: DataView): void {
  view.setUint32(batchLayout.crc, crc32c(bytes, batchLayout.attributes));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
