import { BatchBuilder, type OutgoingRecord } from '@meanwhile/kafka';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import { encodeRecords } from './encode-records.ts';
import type { EncodeArgs, EncodeResult } from './encode-result.ts';

runMeasured(encode);

async function encode({ batches, recordsPerBatch }: EncodeArgs): Promise<EncodeResult> {
  const records = encodeRecords(recordsPerBatch);
  const builder = new BatchBuilder();
  const identity = { producerId: 7n, producerEpoch: 1, baseSequence: 0, isTransactional: false };
  const outgoing: OutgoingRecord = {
    key: null,
    keyStart: 0,
    keyEnd: 0,
    value: null,
    valueStart: 0,
    valueEnd: 0,
    timestampMs: 0,
  };
  let batch = new Uint8Array();
  const start = process.cpuUsage();
  for (let count = 0; count < batches; count++) {
    builder.reset();
    for (const { key, value, timestampMs } of records) {
      outgoing.key = key;
      outgoing.keyEnd = key.length;
      outgoing.value = value;
      outgoing.valueEnd = value.length;
      outgoing.timestampMs = timestampMs;
      if (!builder.append(outgoing)) throw new Error(`batch full at ${builder.count} records`);
    }
    batch = builder.seal(identity) as Uint8Array<ArrayBuffer>;
  }
  return { cpuSeconds: cpuSecondsSince(start), batchHex: Buffer.from(batch).toString('hex') };
}
