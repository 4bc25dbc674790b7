import { BatchBuilder, type Chunk, type OutgoingRecord, RecordCursor } from '@meanwhile/kafka';
import type { Outbox } from '@meanwhile/stream';
import { priceFactory } from '../../../libs/averages/src/price-factory.ts';
import { aggregatorSchema, resultSettings } from '../../../services/aggregator/src/settings.ts';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import type { BytesArgs, BytesResult } from './bytes-args.ts';
import { priceChunks } from './price-chunks.ts';

/** The machine code of a function settles within a million calls. */
const WARM_UP_RECORDS = 1_000_000;

/** Result bytes in record batches, sealed as they would be sent; nothing is sent. */
class SealingOutbox implements Outbox {
  readonly isFull = false;
  results = 0;
  readonly #batches = [new BatchBuilder(), new BatchBuilder(), new BatchBuilder()];

  append(output: number, record: OutgoingRecord): void {
    const batch = this.#batches[output]!;
    if (output === 0) this.results++;
    if (batch.append(record)) return;
    batch.seal({ producerId: 1n, producerEpoch: 0, baseSequence: 0, isTransactional: true });
    batch.reset();
    batch.append(record);
  }
}

runMeasured(drive);

async function drive({ windows, aggregates, emit, keys, records }: BytesArgs): Promise<BytesResult> {
  const settings = resultSettings(
    aggregatorSchema.parse({ WINDOWS: windows, AGGREGATES: aggregates, EMIT: emit }),
  );
  const source = { topic: 'prices', onSilenceContradicted: () => {}, onNoAppendTime: () => {} };
  const factory = priceFactory(settings, source);
  const processor = factory.create(factory.settings, 0);
  const outbox = new SealingOutbox();
  const cursor = new RecordCursor();
  const stream = { keys, startMs: 1_700_000_000_000, recordsPerMs: keys / 500 };
  const warmUp = priceChunks(stream, 0, WARM_UP_RECORDS);
  const measured = priceChunks(stream, WARM_UP_RECORDS, records);
  for (const chunk of warmUp) processAll(chunk);
  const warmUpResults = outbox.results;
  const start = process.cpuUsage();
  for (const chunk of measured) processAll(chunk);
  return { cpuSeconds: cpuSecondsSince(start), results: outbox.results - warmUpResults };

  function processAll(chunk: Chunk): void {
    cursor.load(chunk);
    do {
      cursor.beginSlice(1_000);
      processor.process(cursor, outbox);
    } while (!cursor.isExhausted);
    processor.takeSummary();
  }
}
