import type { Request } from '../request.ts';
import type { ProducerIdentity } from './init-producer-id.ts';

/** EndTxn v3 (TV1) or v5 (TV2). `next`: v5 hands out the identity of the next transaction, whose sequences start at 0. */
export function endTxnRequest(
  options: ProducerIdentity & { apiVersion: 3 | 5; transactionalId: string; verdict: 'commit' | 'abort' },
): Request<{ errorCode: number; next: ProducerIdentity | undefined }> {
  return {
    apiKey: 26,
    apiVersion: options.apiVersion,
    apiName: 'EndTxn',
    isFlexible: true,
    encode(writer) {
      writer
        .compactString(options.transactionalId)
        .int64(options.producerId)
        .int16(options.producerEpoch)
        .boolean(options.verdict === 'commit')
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      const errorCode = reader.int16();
      if (options.apiVersion < 5) return { errorCode, next: undefined };
      return { errorCode, next: { producerId: reader.bigint64(), producerEpoch: reader.int16() } };
    },
  };
}
