import { type Chunk, RecordCursor } from '@meanwhile/kafka';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import type { BytesArgs, BytesResult } from './bytes-args.ts';
import { priceChunks } from './price-chunks.ts';

const WARM_UP_RECORDS = 250_000;

runMeasured(drive);

/** What a plain program cannot do without: JSON.parse of a price, JSON.stringify of a result, and no window in between. */
async function drive({ keys, records }: BytesArgs): Promise<BytesResult> {
  const stream = { keys, startMs: 1_700_000_000_000, recordsPerMs: keys / 500 };
  const cursor = new RecordCursor();
  let results = 0;
  const warmUp = priceChunks(stream, 0, WARM_UP_RECORDS);
  const measured = priceChunks(stream, WARM_UP_RECORDS, records);
  for (const chunk of warmUp) passAll(chunk);
  results = 0;
  const start = process.cpuUsage();
  for (const chunk of measured) passAll(chunk);
  return { cpuSeconds: cpuSecondsSince(start), results };

  function passAll(chunk: Chunk): void {
    cursor.load(chunk);
    while (cursor.next()) {
      const { bytes, valueStart, valueEnd, offset } = cursor;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + valueStart, valueEnd - valueStart).toString();
      const { symbol, price, timestamp } = JSON.parse(text);
      const result = Buffer.from(
        JSON.stringify({
          symbol,
          window: 'sliding-10s',
          window_start: timestamp - 10_000,
          window_end: timestamp,
          average: price,
          record_count: 1,
          is_final: false,
          revision: 1,
          input_offset: offset,
        }),
      );
      if (result.length > 0) results++;
    }
  }
}
