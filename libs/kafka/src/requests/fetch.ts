import { byTopic, type Request, type TopicPartition } from '../request.ts';
import type { Reader, Writer } from '../wire.ts';

export interface FetchPartition extends TopicPartition {
  offset: number;
  /** The first batch always comes whole, whatever its size; later ones may be cut. */
  maxBytes: number;
}

export interface FetchOptions {
  maxWaitMs: number;
  maxBytes: number;
  isolation: 'read_committed' | 'read_uncommitted';
  /** Each partition once: of duplicates the last one wins silently. */
  partitions: FetchPartition[];
}

export interface FetchedPartition extends TopicPartition {
  errorCode: number;
  /** -1 together with an error. So are the next two. */
  highWatermark: number;
  lastStableOffset: number;
  logStartOffset: number;
  /** Aborted transactions that overlap the records, in no order; empty for read_uncommitted. */
  aborted: { producerId: bigint; firstOffset: number }[];
  /** Whole record batches and perhaps a cut tail. A view that keeps the whole response in memory. */
  records: Uint8Array;
}

export interface FetchResult {
  errorCode: number;
  partitions: FetchedPartition[];
}

/** Fetch v12: the last version with topic names. No fetch session. Goes over connection slot 1 (see `kafkajs-internals.ts`). */
export function fetchRequest(options: FetchOptions): Request<FetchResult> {
  return {
    apiKey: 1,
    apiVersion: 12,
    apiName: 'Fetch',
    isFlexible: true,
    waitMs: options.maxWaitMs,
    encode: (writer) => encode(writer, options),
    decode,
  };
}

const CONSUMER = -1;
const NO_SESSION = 0;
const SESSIONLESS_EPOCH = -1;
const UNKNOWN = -1;

function encode(writer: Writer, options: FetchOptions): void {
  writer
    .int32(CONSUMER)
    .int32(options.maxWaitMs)
    .int32(1 /* min bytes: answer as soon as there is anything */)
    .int32(options.maxBytes)
    .int8(options.isolation === 'read_committed' ? 1 : 0)
    .int32(NO_SESSION)
    .int32(SESSIONLESS_EPOCH)
    .compactArray(byTopic(options.partitions), (w, group) => {
      w.compactString(group.topic)
        .compactArray(group.partitions, (inner, p) => {
          inner
            .int32(p.partition)
            .int32(UNKNOWN /* leader epoch */)
            .int64(p.offset)
            .int32(UNKNOWN /* last fetched epoch */)
            .int64(UNKNOWN /* log start: followers only */)
            .int32(p.maxBytes)
            .tags();
        })
        .tags();
    })
    .compactArray([], () => {} /* forgotten topics: sessions only */)
    .compactString('' /* rack: always the leader */)
    .tags();
}

function decode(reader: Reader): FetchResult {
  reader.int32(); // throttle time
  const errorCode = reader.int16();
  reader.int32(); // session id
  const partitions: FetchedPartition[] = [];
  reader.compactArray((r) => {
    const topic = r.compactString();
    r.compactArray((inner) => partitions.push(partitionOf(topic, inner)));
    r.tags();
  });
  reader.tags();
  return { errorCode, partitions };
}

function partitionOf(topic: string, reader: Reader): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const logStartOffset = reader.int64();
  const aborted = reader.compactArray((r) => {
    const producerId = r.bigint64();
    const firstOffset = r.int64();
    r.tags();
    return { producerId, firstOffset };
  });
  reader.int32(); // preferred read replica
  const records = reader.compactBytes();
  reader.tags();
  return { topic, partition, errorCode, highWatermark, lastStableOffset, logStartOffset, aborted, records };
}
