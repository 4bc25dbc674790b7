import { FencedError, KafkaError, type Reader, type Subscription } from '@meanwhile/kafka';
import type { SimProcess } from '@meanwhile/kafka/testing';
import type { Log, PartitionWriter, Processor, ProcessorFactory } from '@meanwhile/stream';
import type { Wrappers } from './stream-scenario.ts';

/** Mistakes that somebody could make in the runtime or its parts, each put in from outside. */
export const seededBugs: Record<string, Wrappers> = {
  'the offset is committed before the results are produced': {
    log: (log) =>
      withWriter(log, (writer) => ({
        ...writer,
        async commit(parts, offset) {
          await writer.commit([], offset);
          return writer.send(parts);
        },
      })),
  },
  'nobody is fenced: each process has a transactional id of its own': {
    log: (log, { process, client }) => ({
      ...log,
      fence: (partition) =>
        client.openWriter({
          transactionalId: `${process.name}-${partition}`,
          groupId: 'group',
          timeoutMs: 800,
        }),
    }),
  },
  'nobody looks for hanging transactions': {
    log: (log, { client }) => ({
      ...log,
      fence: (partition) =>
        client.openWriter({ transactionalId: `out-${partition}`, groupId: 'group', timeoutMs: 800 }),
    }),
  },
  'the journal is read before the fence': {
    log: (log) => ({
      ...log,
      async fence(partition) {
        let writer: Promise<PartitionWriter> | undefined;
        const fenced = () => (writer ??= log.fence(partition));
        return {
          send: async (parts) => (await fenced()).send(parts),
          commit: async (parts, offset) => (await fenced()).commit(parts, offset),
        };
      },
    }),
  },
  'a fenced writer opens another one and goes on': {
    log: (log) => repeating(log, (error) => error instanceof FencedError),
  },
  'a transaction whose outcome is unknown is repeated': {
    log: (log) => repeating(log, (error) => error instanceof KafkaError && !(error instanceof FencedError)),
  },
  'a commit follows a rejected produce': {
    cluster: (cluster) => {
      const produce = cluster.produce.bind(cluster);
      cluster.produce = (topic, partition, bytes) => {
        if (topic === 'in' || !cluster.world.random.chance(0.01)) return produce(topic, partition, bytes);
        return cluster.partition(topic, partition).highWatermark; // refused, and taken for accepted
      };
    },
  },
  'the snapshot is not restored': {
    factory: (factory) => ({
      ...factory,
      restore: (settings, partition) => factory.create(settings, partition),
    }),
  },
  'the state of before a failed commit is kept': {
    factory: (factory) => {
      const kept = new Map<number, Processor>();
      const keep = (partition: number, make: () => Processor) => {
        const processor = kept.get(partition) ?? make();
        kept.set(partition, processor);
        return processor;
      };
      return {
        ...factory,
        create: (settings, partition) => keep(partition, () => factory.create(settings, partition)),
        restore: (settings, partition, bytes) =>
          keep(partition, () => factory.restore(settings, partition, bytes)),
      };
    },
  },
  'a result comes twice after a restore': {
    factory: (factory) => ({
      ...factory,
      restore: (settings, partition, bytes) => doublingFirst(factory.restore(settings, partition, bytes)),
    }),
  },
  'the input is read uncommitted': {
    log: (log, { client }) => ({ ...log, reader: client.startReader({ isolation: 'read_uncommitted' }) }),
  },
  'the journal is read uncommitted': {
    log: (log, { client }) => ({
      ...log,
      restoreReader: client.startReader({ isolation: 'read_uncommitted' }),
      offset: (topic, partition, at) => log.offset(topic, partition, at === 'stable' ? 'latest' : at),
    }),
  },
  'the offset of another partition is committed': {
    log: (log) =>
      withWriter(log, (writer) => ({
        ...writer,
        commit: (parts, offset) =>
          writer.commit(parts, { ...offset, partition: 1 - Math.min(offset.partition, 1) }),
      })),
  },
  'a snapshot holds the state of another offset': {
    factory: (factory) => {
      const last = new Map<number, Uint8Array>();
      const stale = (processor: Processor, partition: number) =>
        replacing(processor, {
          snapshot: () => {
            const bytes = processor.snapshot();
            const before = last.get(partition) ?? bytes;
            last.set(partition, bytes);
            return before;
          },
        });
      return {
        ...factory,
        create: (settings, partition) => stale(factory.create(settings, partition), partition),
        restore: (settings, partition, bytes) =>
          stale(factory.restore(settings, partition, bytes), partition),
      };
    },
  },
  'the journal is trimmed too far': {
    log: (log) => ({
      ...log,
      trimJournal: async (partition) =>
        log.trimJournal(partition, await log.offset('journal', partition, 'stable')),
    }),
  },
  "an entry forgets the silence's watermark": {
    factory: (factory) =>
      everyProcessor(factory, (processor) => {
        let heardMs = Number.NEGATIVE_INFINITY;
        return replacing(processor, {
          process: (records, outbox) => {
            const isDone = processor.process(records, outbox);
            heardMs = processor.watermarkMs;
            return isDone;
          },
          takeSummary: () => {
            const summary = processor.takeSummary();
            return { ...summary, watermark: Number.isFinite(heardMs) ? heardMs : summary['watermark'] };
          },
        });
      }),
  },
  'a commit comes between two results of one record': {
    factory: (factory) =>
      everyProcessor(factory, (processor) =>
        replacing(processor, {
          process: (records, outbox) => {
            processor.process(records, outbox);
            return true;
          },
        }),
      ),
  },
  'silence counts from the time of the answer': {
    log: (log, { process }) => ({
      ...log,
      reader: withSubscription(log.reader, (subscription) => ({
        get emptySinceMs() {
          const { emptySinceMs } = subscription;
          return Number.isFinite(emptySinceMs) ? nowOf(process) : emptySinceMs;
        },
      })),
    }),
  },
  'silence trusts that all clocks are equal': { idleSkewMs: 0 },
  'an answer is dropped on its way to the task': {
    log: (log, { process }) => ({
      ...log,
      reader: withSubscription(log.reader, (subscription) => ({
        take() {
          const chunk = subscription.take();
          return chunk && process.world.random.chance(0.02) ? subscription.take() : chunk;
        },
      })),
    }),
  },
  'the bytes of an answer are given back while they are read': {
    log: (log, { process }) => ({
      ...log,
      reader: withSubscription(log.reader, (subscription) => ({
        take() {
          const chunk = subscription.take();
          if (process.world.random.chance(0.02)) chunk?.release?.();
          return chunk;
        },
      })),
    }),
  },
};

function withWriter(log: Log, wrap: (writer: PartitionWriter) => PartitionWriter): Log {
  return { ...log, fence: async (partition) => wrap(await log.fence(partition)) };
}

/** Commits that fail so are tried again on a new writer, as if nothing had been done. */
function repeating(log: Log, isRepeated: (error: unknown) => boolean): Log {
  return {
    ...log,
    async fence(partition) {
      let writer = await log.fence(partition);
      return {
        send: (parts) => writer.send(parts),
        async commit(parts, offset) {
          try {
            return await writer.commit(parts, offset);
          } catch (error) {
            if (!isRepeated(error)) throw error;
            writer = await log.fence(partition);
            return writer.commit(parts, offset);
          }
        },
      };
    },
  };
}

function everyProcessor(
  factory: ProcessorFactory,
  wrap: (processor: Processor) => Processor,
): ProcessorFactory {
  return {
    ...factory,
    create: (settings, partition) => wrap(factory.create(settings, partition)),
    restore: (settings, partition, bytes) => wrap(factory.restore(settings, partition, bytes)),
    convert: (processor, settings, partition) => wrap(factory.convert(processor, settings, partition)),
  };
}

/** The same processor with some methods replaced; everything else, private fields included, is the original's. */
function replacing(processor: Processor, methods: Partial<Processor>): Processor {
  return new Proxy(processor, {
    get(target, name) {
      const own = methods[name as keyof Processor];
      if (own !== undefined) return own;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Its first result in an outbox that is sent, not in a replay, is appended twice. */
function doublingFirst(processor: Processor): Processor {
  let isFirst = true;
  return replacing(processor, {
    process: (records, outbox) =>
      processor.process(records, {
        get isFull() {
          return outbox.isFull;
        },
        append(output, record) {
          if (isFirst && 'sizeBytes' in outbox) {
            isFirst = false;
            outbox.append(output, record);
          }
          outbox.append(output, record);
        },
      }),
  });
}

function withSubscription(
  reader: Reader,
  wrap: (subscription: Subscription) => Partial<Subscription>,
): Reader {
  return {
    ...reader,
    subscribe(options) {
      const subscription = reader.subscribe(options);
      const own = wrap(subscription);
      return new Proxy(subscription, {
        get(target, name) {
          if (name in own) return Reflect.get(own, name) as unknown;
          const value = Reflect.get(target, name, target) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

function nowOf(process: SimProcess): number {
  return process.time.now();
}
