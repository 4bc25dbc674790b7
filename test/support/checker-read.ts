import { type Cluster, listOffset, type Reader, RecordCursor, readRange } from '@meanwhile/kafka';
import type { LogHeader, LogRecord } from './checker-types.ts';

/** All committed records of one partition up to an offset (exclusive). */
export async function readPartition(
  cluster: Cluster,
  reader: Reader,
  o: { topic: string; partition: number; toOffset: number },
): Promise<LogRecord[]> {
  const fromOffset = await listOffset(cluster, o.topic, o.partition, 'earliest');
  const records: LogRecord[] = [];
  const cursor = new RecordCursor();
  cursor.stopAt(o.toOffset);
  for await (const chunk of readRange(reader, { ...o, fromOffset })) {
    cursor.load(chunk);
    while (cursor.next()) records.push(copyRecord(cursor));
  }
  return records;
}

function copyRecord(cursor: RecordCursor): LogRecord {
  const { offset, timestampMs, isLogAppendTime, bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor;
  return {
    offset,
    timestampMs: timestampMs === -1 ? null : timestampMs,
    isLogAppendTime,
    key: keyStart === -1 ? null : bytes.slice(keyStart, keyEnd),
    value: valueStart === -1 ? null : bytes.slice(valueStart, valueEnd),
    headers: readHeaders(bytes.slice(cursor.headersStart, cursor.headersEnd), cursor.headerCount),
  };
}

/** Record headers as Kafka encodes them: zigzag varint lengths, -1 for a null value. */
export function readHeaders(bytes: Uint8Array, count: number): LogHeader[] {
  let at = 0;
  const length = (): number => {
    let zigzag = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++]!;
      zigzag += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    }
  };
  return Array.from({ length: count }, () => {
    const keyLength = length();
    const key = Buffer.from(bytes.subarray(at, at + keyLength)).toString();
    at += keyLength;
    const valueLength = length();
    const value = valueLength === -1 ? null : bytes.slice(at, at + valueLength);
    at += Math.max(0, valueLength);
    return { key, value };
  });
}
