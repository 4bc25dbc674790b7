import { setImmediate } from 'node:timers/promises';
import { connectCluster, listOffset, RecordCursor, type Subscription, startReader } from '@meanwhile/kafka';
import { PriceScanner } from '@meanwhile/records';
import { KeyTable } from '../../../libs/averages/src/key-table.ts';
import { silent } from '../../support/pipeline.ts';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import type { ReadArgs, ReadResult } from './read-result.ts';

runMeasured(read);

/** As a task does: chunk by chunk, with a turn of the event loop between two, so that the next fetch goes out. */
async function read({ brokers, topic, records }: ReadArgs): Promise<ReadResult> {
  const settings = { brokers: brokers.split(','), clientId: 'bench' };
  const cluster = await connectCluster(settings, { logger: silent });
  const reader = startReader(cluster, { logger: silent });
  const partitions = Array.from({ length: await cluster.partitionCount(topic) }, (_, partition) => partition);
  const ends = await Promise.all(
    partitions.map((partition) => listOffset(cluster, topic, partition, 'latest')),
  );
  const start = process.cpuUsage();
  let wake = () => {};
  const onReady = () => wake();
  const subscriptions = partitions.map((partition) =>
    reader.subscribe({ topic, partition, offset: 0, toOffset: ends[partition]!, onReady }),
  );
  const sum = startSum();
  while (sum.count < records) {
    const isAny = takeAll(subscriptions, sum);
    if (isAny) await setImmediate();
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  return { cpuSeconds: cpuSecondsSince(start), sumOfCents: sum.cents };
}

function takeAll(subscriptions: readonly Subscription[], sum: ReturnType<typeof startSum>): boolean {
  let isAny = false;
  for (const subscription of subscriptions) {
    if (subscription.error) throw subscription.error;
    const chunk = subscription.take();
    if (!chunk) continue;
    isAny = true;
    sum.cursor.load(chunk);
    sum.add();
    chunk.release?.();
  }
  return isAny;
}

function startSum() {
  const cursor = new RecordCursor();
  const scanner = new PriceScanner({ valueField: 'price', timeField: 'timestamp', timeUnit: 'ms' }, null);
  const keys = new KeyTable();
  /** By key: what makes the key's number needed. */
  const centsByKey = new Float64Array(65_536);
  let count = 0;

  function add(): void {
    while (cursor.next()) {
      const { bytes, keyStart, keyEnd, valueStart, valueEnd, timestampMs } = cursor;
      let key = keys.find(bytes, keyStart, keyEnd);
      if (key === -1) key = keys.add(bytes, keyStart, keyEnd);
      if (!scanner.scan(bytes, keyStart, keyEnd, valueStart, valueEnd, timestampMs)) {
        throw new Error(`record ${cursor.offset}: ${scanner.detail}, wanted a price`);
      }
      centsByKey[key]! += Math.round(scanner.value * 100);
      count++;
    }
  }

  return {
    cursor,
    add,
    get count() {
      return count;
    },
    get cents() {
      return centsByKey.reduce((total, cents) => total + cents, 0);
    },
  };
}
