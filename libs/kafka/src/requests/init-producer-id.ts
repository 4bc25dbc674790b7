import type { Request } from '../request.ts';

export interface ProducerIdentity {
  producerId: bigint;
  producerEpoch: number;
}

/**
 * InitProducerId v4. With a transactional id it shuts out every earlier owner and answers after the open transaction's markers are
 * written everywhere; without one it only hands out a new id.
 */
export function initProducerIdRequest(options: {
  transactionalId: string | null;
  timeoutMs: number;
}): Request<ProducerIdentity & { errorCode: number }> {
  return {
    apiKey: 22,
    apiVersion: 4,
    apiName: 'InitProducerId',
    isFlexible: true,
    encode(writer) {
      writer
        .compactString(options.transactionalId)
        .int32(options.timeoutMs)
        .int64(-1 /* no id so far */)
        .int16(-1 /* nor epoch */)
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      return { errorCode: reader.int16(), producerId: reader.bigint64(), producerEpoch: reader.int16() };
    },
  };
}
