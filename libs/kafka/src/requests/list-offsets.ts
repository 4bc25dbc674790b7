import { byTopic, type Request, type TopicPartition } from '../request.ts';

export interface ListedOffset extends TopicPartition {
  errorCode: number;
  timestampMs: number;
  /** -1: no record at or after the time asked for. */
  offset: number;
}

/** Times with a meaning of their own. */
export const LATEST = -1;
export const EARLIEST = -2;

/** ListOffsets v6. With read_committed LATEST is the last stable offset, else the high watermark. */
export function listOffsetsRequest(options: {
  isolation: 'read_committed' | 'read_uncommitted';
  partitions: (TopicPartition & { timestampMs: number })[];
}): Request<ListedOffset[]> {
  return {
    apiKey: 2,
    apiVersion: 6,
    apiName: 'ListOffsets',
    isFlexible: true,
    encode(writer) {
      writer
        .int32(-1 /* a consumer */)
        .int8(options.isolation === 'read_committed' ? 1 : 0)
        .compactArray(byTopic(options.partitions), (w, group) => {
          w.compactString(group.topic)
            .compactArray(group.partitions, (inner, p) => {
              inner.int32(p.partition).int32(-1 /* leader epoch */).int64(p.timestampMs).tags();
            })
            .tags();
        })
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      const offsets: ListedOffset[] = [];
      reader.compactArray((r) => {
        const topic = r.compactString();
        r.compactArray((inner) => {
          const partition = inner.int32();
          const errorCode = inner.int16();
          const timestampMs = inner.int64();
          const offset = inner.int64();
          inner.int32(); // leader epoch
          inner.tags();
          offsets.push({ topic, partition, errorCode, timestampMs, offset });
        });
        r.tags();
      });
      return offsets;
    },
  };
}
