import { type Chunk, RecordCursor } from '@meanwhile/kafka';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import type { BytesArgs, BytesResult } from './bytes-args.ts';
import { priceChunks } from './price-chunks.ts';

const WARM_UP_RECORDS = 250_000;
const PART_RECORDS = 250_000;

runMeasured(drive);

/** What a plain program cannot do without: JSON.parse of a price, JSON.stringify of a result, and no window in between. */
async function drive({ keys, records }: BytesArgs): Promise<BytesResult> {
  const stream = { keys, startMs: 1_700_000_000_000, recordsPerMs: 1 };
  const cursor = new RecordCursor();
  let cpuSeconds = 0;
  let results = 0;
  for (let from = 0; from < WARM_UP_RECORDS + records; from += PART_RECORDS) {
    const chunks = priceChunks(stream, from, PART_RECORDS);
    const start = process.cpuUsage();
    const before = results;
    for (const chunk of chunks) passAll(chunk);
    if (from < WARM_UP_RECORDS) results = before;
    else cpuSeconds += cpuSecondsSince(start);
  }
  return { cpuSeconds, results };

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
