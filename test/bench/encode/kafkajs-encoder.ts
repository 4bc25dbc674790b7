import { createRequire } from 'node:module';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import { encodeRecords } from './encode-records.ts';
import type { EncodeArgs, EncodeResult } from './encode-result.ts';

interface ProduceRequest {
  encode: () => Promise<{ buffer: Buffer }>;
}

/** kafkajs has no way in for its encoder alone; this is what its `send` calls. */
const produceRequest: (o: object) => ProduceRequest = createRequire(import.meta.url)(
  'kafkajs/src/protocol/requests/produce/v3/request.js',
);

runMeasured(encode);

async function encode({ batches, recordsPerBatch }: EncodeArgs): Promise<EncodeResult> {
  const messages = encodeRecords(recordsPerBatch).map(({ key, value, timestampMs }) => ({
    key,
    value,
    timestamp: String(timestampMs),
    headers: {},
  }));
  const topicData = [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages }] }];
  let buffer: Buffer = Buffer.alloc(0);
  const start = process.cpuUsage();
  for (let count = 0; count < batches; count++) {
    const request = produceRequest({ acks: -1, timeout: 1, producerId: 7, producerEpoch: 1, topicData });
    buffer = (await request.encode()).buffer;
  }
  return { cpuSeconds: cpuSecondsSince(start), batchHex: batchOf(buffer).toString('hex') };
}

/** Behind transactional id, acks, timeout, topic count, topic, partition count, partition, record set's size. */
function batchOf(request: Buffer): Buffer {
  const start = 2 + 2 + 4 + 4 + (2 + 1) + 4 + 4 + 4;
  return request.subarray(start);
}
