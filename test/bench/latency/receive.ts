import { connectCluster, RecordCursor, type Subscription, startReader } from '@meanwhile/kafka';
import { silent } from '../../support/pipeline.ts';
import { runMeasured } from '../run-measured.ts';
import { wallClockMs } from '../wall-clock.ts';
import type { ReceiveArgs, ReceiveResult } from './latency-args.ts';

/** The longest time without any record before the run counts as failed. */
const QUIET_MS_MAX = 30_000;

runMeasured(receive);

/** A read_committed reader of all partitions. Ends when every record was seen: one that is lost fails the run. */
async function receive(args: ReceiveArgs, ready: () => void): Promise<ReceiveResult> {
  const settings = { brokers: args.brokers.split(','), clientId: 'bench' };
  const cluster = await connectCluster(settings, { logger: silent });
  const reader = startReader(cluster, { logger: silent });
  const partitions = await cluster.partitionCount(args.topic);
  const latenciesMs: number[] = [];
  let seen = 0;
  let lastMs = performance.now();
  let wake = () => {};
  const onReady = () => wake();
  const subscriptions = Array.from({ length: partitions }, (_, partition) =>
    reader.subscribe({ topic: args.topic, partition, offset: 0, onReady }),
  );
  ready();
  const cursor = new RecordCursor();
  while (seen < args.records) {
    const chunks = subscriptions.map(taken).filter((chunk) => chunk !== undefined);
    for (const chunk of chunks) {
      cursor.load(chunk);
      while (cursor.next()) note(cursor);
    }
    if (chunks.length > 0) continue;
    if (performance.now() - lastMs > QUIET_MS_MAX) {
      throw new Error(`latency: ${seen} records, then none for ${QUIET_MS_MAX} ms, wanted ${args.records}`);
    }
    // Empty answers wake it too, ten times a second.
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  return { latenciesMs };

  function note({ bytes, valueStart, valueEnd }: RecordCursor): void {
    const value = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset + valueStart, valueEnd - valueStart).toString(),
    );
    const dueMs = args.holds === 'prices' ? value.timestamp : sentWith(value);
    if (dueMs === undefined) return;
    seen++;
    lastMs = performance.now();
    if (seen > args.warmUpRecords) latenciesMs.push(wallClockMs() - dueMs);
  }
}

function sentWith(average: { window: string; window_end: number }): number | undefined {
  return average.window.startsWith('sliding-') ? average.window_end : undefined;
}

function taken(subscription: Subscription) {
  if (subscription.error) throw subscription.error;
  return subscription.take();
}
