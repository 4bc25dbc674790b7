import { setTimeout as sleep } from 'node:timers/promises';
import { connectCluster, openIdempotentWriter } from '@meanwhile/kafka';
import { partitionFor } from '@meanwhile/records';
import { silent } from '../../support/pipeline.ts';
import { keysOf, priceBytes } from '../price-records.ts';
import { runMeasured } from '../run-measured.ts';
import { wallClockMs } from '../wall-clock.ts';
import type { SendArgs } from './latency-args.ts';

/** A few in each of twelve partitions. */
const KEYS = 240;
const LEAD_MS = 500;

runMeasured(send);

/**
 * 1,000 records a second, whatever becomes of those before: a record that had to wait for its turn carries the time at which it
 * should have gone, so that a stall counts for all that it held up.
 */
async function send({ brokers, topic, records }: SendArgs): Promise<{ latestMs: number }> {
  const settings = { brokers: brokers.split(','), clientId: 'bench' };
  const cluster = await connectCluster(settings, { logger: silent });
  const writer = await openIdempotentWriter(cluster, { topic, partitionFor, lingerMs: 0, logger: silent });
  const keys = keysOf(KEYS);
  const startMs = Math.ceil(wallClockMs()) + LEAD_MS;
  const stream = { keys: KEYS, startMs, recordsPerMs: 1 };
  let latestMs = 0;
  for (let index = 0; index < records; ) {
    const nowMs = wallClockMs();
    latestMs = Math.max(latestMs, nowMs - (startMs + index));
    for (; index < records && startMs + index <= nowMs; index++) {
      void writer.append(keys[index % KEYS]!, priceBytes(stream, index), Math.floor(nowMs));
    }
    // Without lingering; a failure is reported by the last flush too.
    writer.flush().catch(() => {});
    await sleep(1);
  }
  await writer.close();
  return { latestMs };
}
