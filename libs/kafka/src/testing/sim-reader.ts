import { clientCode, errorCode, KafkaError, OffsetOutOfRangeError, StopError } from '../errors.ts';
import type { Loans } from '../frame-pool.ts';
import type { Reader, ReaderOptions } from '../reader.ts';
import type { FetchedPartition } from '../requests/fetch.ts';
import { fetchBytesMax, PartitionSubscription } from '../subscription.ts';
import type { SimCluster } from './sim-cluster.ts';
import type { SimPartition } from './sim-partition.ts';
import type { SimProcess } from './sim-process.ts';

const BACK_OFF_MS_MIN = 50;
const BACK_OFF_MS_MAX = 2_000;
const UNKNOWN_TOPIC_MS = 30_000;

/** Whoever gives bytes back and goes on looking at them sees what nobody wrote. */
const garbled: Loans = { lend: (bytes) => () => void bytes.fill(0xdb) };

/** Reads as `startReader` does, a fetch loop per partition; the subscription itself, with its buffer and its epochs, is the real one. */
export function startSimReader(
  cluster: SimCluster,
  process: SimProcess,
  options: Omit<ReaderOptions, 'logger'> = {},
): Reader {
  const { isolation = 'read_committed', maxWaitMs = 500, unknownTopicMs = UNKNOWN_TOPIC_MS } = options;
  const bytesMax = Math.min(options.fetchBytesMax ?? fetchBytesMax, fetchBytesMax);
  const subscriptions = new Set<PartitionSubscription>();
  let isClosed = false;

  async function run(subscription: PartitionSubscription): Promise<void> {
    while (subscription.isLive) {
      if (subscription.isComplete) return;
      if (!subscription.hasRoom) {
        await new Promise<void>((resolve) => {
          subscription.onRoom = resolve;
        });
        continue;
      }
      const sentAtMs = process.time.now();
      try {
        const answer = await fetchNext(subscription);
        if (subscription.isLive) subscription.accept(answer, sentAtMs);
      } catch (error) {
        if (subscription.isLive) await afterFailure(subscription, error);
      }
    }
  }

  function fetchNext({ topic, partition, position }: PartitionSubscription): Promise<FetchedPartition> {
    return cluster.network.call(process, 'Fetch', `${topic}-${partition} ${position}`, () => {
      const log = cluster.partition(topic, partition);
      // A broker never crosses a segment's end, nor waits for a marker: less may come than is there.
      const look = () => {
        const found = log.fetch(position, cluster.world.random.chance(0.1) ? 1 : bytesMax, isolation);
        return { ...found, records: found.records.slice() };
      };
      const answer = look();
      return answer.records.length > 0 ? answer : longPoll(log).then(look);
    });
  }

  /** Something has changed, or the time is up. */
  function longPoll(log: SimPartition): Promise<void> {
    return new Promise((resolve) => {
      const timer = cluster.world.after(maxWaitMs, () => {
        callOff();
        resolve();
      });
      const callOff = log.onChange(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  async function afterFailure(subscription: PartitionSubscription, error: unknown): Promise<void> {
    const { topic, partition, position } = subscription;
    const code = error instanceof KafkaError ? error.code : undefined;
    if (code === errorCode.offsetOutOfRange) {
      const logStart = cluster.partition(topic, partition).logStart;
      subscription.fail(new OffsetOutOfRangeError('Fetch', { topic, partition, offset: position }, logStart));
      return;
    }
    if (code === errorCode.unknownTopicOrPartition) {
      subscription.unknownSinceMs ??= process.time.now();
      const unknownMs = process.time.now() - subscription.unknownSinceMs;
      if (unknownMs >= unknownTopicMs) {
        const remedy = 'was the topic deleted? Restore it or start under other names';
        subscription.fail(
          new StopError(`cannot read ${topic}-${partition}: unknown`, { remedy, cause: error }),
        );
        return;
      }
    } else {
      subscription.unknownSinceMs = undefined;
    }
    await process.time.sleep(Math.min(BACK_OFF_MS_MIN * 2 ** subscription.failures++, BACK_OFF_MS_MAX));
  }

  return {
    subscribe(o) {
      if (isClosed) throw new KafkaError('subscribe', clientCode.closed, o);
      for (const other of subscriptions) if (other.isClosed) subscriptions.delete(other);
      const subscription = new PartitionSubscription(o, garbled);
      subscriptions.add(subscription);
      void run(subscription);
      return subscription;
    },
    async close() {
      isClosed = true;
      const error = new KafkaError('Fetch', clientCode.closed);
      for (const subscription of subscriptions) subscription.fail(error);
    },
  };
}
