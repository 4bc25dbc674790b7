import { BatchBuilder, type Chunk, type OutgoingRecord, RecordCursor } from '@meanwhile/kafka';
import type { Outbox } from '@meanwhile/stream';
import { priceFactory } from '../../../services/aggregator/src/price-factory.ts';
import { aggregatorSchema, resultSettings } from '../../../services/aggregator/src/settings.ts';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import type { BytesArgs, BytesResult } from './bytes-args.ts';
import { priceChunks } from './price-chunks.ts';

/** The machine code of a function settles within a few million calls. */
const WARM_UP_RECORDS = 1_500_000;
/** Made ahead, so that making them is not measured; then the next ones. */
const PART_RECORDS = 250_000;

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

async function drive({ windows, aggregates, keys, records }: BytesArgs): Promise<BytesResult> {
  const settings = resultSettings(aggregatorSchema.parse({ WINDOWS: windows, AGGREGATES: aggregates }));
  const source = { topic: 'prices', onSilenceContradicted: () => {}, onNoAppendTime: () => {} };
  const factory = priceFactory(settings, source);
  const processor = factory.create(factory.settings, 0);
  const outbox = new SealingOutbox();
  const cursor = new RecordCursor();
  const stream = { keys, startMs: 1_700_000_000_000, recordsPerMs: 1 };
  let cpuSeconds = 0;
  let warmUpResults = 0;
  for (let from = 0; from < WARM_UP_RECORDS + records; from += PART_RECORDS) {
    const chunks = priceChunks(stream, from, PART_RECORDS);
    if (from === WARM_UP_RECORDS) warmUpResults = outbox.results;
    const start = process.cpuUsage();
    for (const chunk of chunks) processAll(chunk);
    if (from >= WARM_UP_RECORDS) cpuSeconds += cpuSecondsSince(start);
  }
  return { cpuSeconds, results: outbox.results - warmUpResults };

  function processAll(chunk: Chunk): void {
    cursor.load(chunk);
    do {
      cursor.beginSlice(1_000);
      processor.process(cursor, outbox);
    } while (!cursor.isExhausted);
    processor.takeSummary();
  }
}
