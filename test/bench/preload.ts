import { connectCluster, openIdempotentWriter } from '@meanwhile/kafka';
import { partitionFor } from '@meanwhile/records';
import { silent } from '../support/pipeline.ts';
import { keysOf, type PriceStream, priceBytes } from './price-records.ts';

/** About what a busy producer's batch holds. */
const RECORDS_PER_BATCH = 750;

/** Writes records 0 to `records` - 1 of a stream to a topic, keys where Kafka's own producer puts them. */
export async function preload(
  brokers: string,
  o: { topic: string; partitions: number; records: number; stream: PriceStream },
): Promise<void> {
  const settings = { brokers: brokers.split(','), clientId: 'bench' };
  const cluster = await connectCluster(settings, { logger: silent });
  const keys = keysOf(o.stream.keys);
  const partitionOf = new Map(keys.map((key) => [key, partitionFor(key, o.partitions)]));
  const writer = await openIdempotentWriter(cluster, {
    topic: o.topic,
    // The same key objects come again and again: their hash is known.
    partitionFor: (key) => partitionOf.get(key as Buffer)!,
    lingerMs: 60_000, // the flushes decide
    logger: silent,
  });
  const flushEvery = RECORDS_PER_BATCH * o.partitions;
  for (let index = 0; index < o.records; index++) {
    void writer.append(keys[index % keys.length]!, priceBytes(o.stream, index), o.stream.startMs);
    if ((index + 1) % flushEvery === 0) await writer.flush();
  }
  await writer.close();
  await cluster.close();
}
