import type { Request, TopicPartition } from '../request.ts';

const TIMEOUT_MS = 5_000;

/** DeleteRecords v1 of one partition: moves its log start to `offset`. To the partition's leader. */
export function deleteRecordsRequest(
  options: TopicPartition & { offset: number },
): Request<{ errorCode: number; logStartOffset: number }> {
  return {
    apiKey: 21,
    apiVersion: 1,
    apiName: 'DeleteRecords',
    isFlexible: false,
    waitMs: TIMEOUT_MS,
    encode(writer) {
      writer
        .array([options.topic], (w, topic) => {
          w.string(topic).array([options.partition], (inner, partition) => {
            inner.int32(partition).int64(options.offset);
          });
        })
        .int32(TIMEOUT_MS);
    },
    decode(reader) {
      reader.int32(); // throttle time
      let logStartOffset = -1;
      let errorCode = 0;
      reader.array((r) => {
        r.string();
        r.array((inner) => {
          inner.int32();
          logStartOffset = inner.int64();
          errorCode = inner.int16();
        });
      });
      return { errorCode, logStartOffset };
    },
  };
}
