import { createRequire } from 'node:module';
import type { BatchIdentity } from './record-batch.ts';

// kafkajs is the oracle for the bytes: its own encoder and decoder, reached by path because it does not export them.
const require = createRequire(import.meta.url);
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch: (batch: object) => Promise<{ buffer: Buffer }>;
};
const KafkajsRecord = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (o: object) => object;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (d: object) => Promise<{
  records: DecodedRecord[];
}>;
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;
const Long = require('kafkajs/src/utils/long.js') as { fromValue(value: string): object };

export interface PlainRecord {
  key: Uint8Array | null;
  value: Uint8Array | null;
  timestampMs: number;
  headers: { key: string; value: Uint8Array }[];
}

interface DecodedRecord {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: object;
}

export async function encodedByKafkajs(
  list: readonly PlainRecord[],
  identity: BatchIdentity,
): Promise<Buffer> {
  const first = list[0]!.timestampMs;
  const { buffer } = await RecordBatch({
    firstTimestamp: first,
    maxTimestamp: Math.max(...list.map((r) => r.timestampMs)),
    lastOffsetDelta: list.length - 1,
    transactional: identity.isTransactional,
    producerId: Long.fromValue(String(identity.producerId)),
    producerEpoch: identity.producerEpoch,
    firstSequence: identity.baseSequence,
    records: list.map((r, i) =>
      KafkajsRecord({
        offsetDelta: i,
        timestampDelta: r.timestampMs - first,
        key: r.key && Buffer.from(r.key),
        value: r.value && Buffer.from(r.value),
        headers: Object.fromEntries(r.headers.map((h) => [h.key, Buffer.from(h.value)])),
      }),
    ),
  });
  return buffer;
}

export async function decodedByKafkajs(batch: Uint8Array): Promise<DecodedRecord[]> {
  return (await decodeBatch(new Decoder(Buffer.from(batch)))).records;
}
