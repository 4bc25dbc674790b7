import { byTopic, type Request, type TopicPartition } from '../request.ts';

/** How long the leader may wait for its followers; after that REQUEST_TIMED_OUT, with the records perhaps appended. */
const ACKNOWLEDGE_TIMEOUT_MS = 10_000;
const ALL_IN_SYNC_REPLICAS = -1;

export interface ProducedPartition extends TopicPartition {
  errorCode: number;
  errorMessage: string | null;
  baseOffset: number;
}

/**
 * Produce v11 or v12, the last with topic names; both look alike. In v12 the broker adds the partitions to the transaction by itself
 * (KIP-890), v11 wants AddPartitionsToTxn before. One batch per partition.
 */
export function produceRequest(options: {
  apiVersion: 11 | 12;
  transactionalId: string | null;
  batches: (TopicPartition & { bytes: Uint8Array })[];
}): Request<ProducedPartition[]> {
  return {
    apiKey: 0,
    apiVersion: options.apiVersion,
    apiName: 'Produce',
    isFlexible: true,
    waitMs: ACKNOWLEDGE_TIMEOUT_MS,
    encode(writer) {
      writer
        .compactString(options.transactionalId)
        .int16(ALL_IN_SYNC_REPLICAS)
        .int32(ACKNOWLEDGE_TIMEOUT_MS)
        .compactArray(byTopic(options.batches), (w, group) => {
          w.compactString(group.topic)
            .compactArray(group.partitions, (inner, p) => {
              inner.int32(p.partition).compactBytes(p.bytes).tags();
            })
            .tags();
        })
        .tags();
    },
    decode(reader) {
      const produced: ProducedPartition[] = [];
      reader.compactArray((r) => {
        const topic = r.compactString();
        r.compactArray((inner) => {
          const partition = inner.int32();
          const errorCode = inner.int16();
          const baseOffset = inner.int64();
          inner.int64(); // append time
          inner.int64(); // log start offset
          inner.compactArray((e) => {
            e.int32(); // index in the batch
            e.compactNullableString();
            e.tags();
          });
          const errorMessage = inner.compactNullableString();
          inner.tags();
          produced.push({ topic, partition, errorCode, errorMessage, baseOffset });
        });
        r.tags();
      });
      return produced;
    },
  };
}
