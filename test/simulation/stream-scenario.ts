import type { LogClient, Logger } from '@meanwhile/kafka';
import {
  joinSimGroup,
  type NetworkFault,
  SimCluster,
  SimProcess,
  simClient,
  World,
} from '@meanwhile/kafka/testing';
import {
  type Log,
  type ProcessorFactory,
  type Runtime,
  runStream,
  type StreamParts,
  type StreamTopics,
  streamLog,
} from '@meanwhile/stream';
import { chunkHeader, committedValues, isChunk } from './committed-records.ts';
import { InputWriter } from './stream-input.ts';
import type { Subject } from './subject.ts';

/** Clocks differ by less; see `SimProcess.skewMs`. */
const IDLE_SKEW_MS = 400;
/** An orchestrator's patience. */
const STOP_MS_MAX = 5_000;

export interface Instance {
  name: string;
  label: string;
  process: SimProcess;
  runtime: Runtime;
}

/** How a seeded bug is put in: each may replace what it is given. */
export interface Wrappers {
  log?: (log: Log, at: { process: SimProcess; client: LogClient }) => Log;
  cluster?: (cluster: SimCluster) => void;
  factory?: (factory: ProcessorFactory, process: SimProcess) => ProcessorFactory;
  idleSkewMs?: number;
}

/** One seed's world: a cluster, instances of the stream that come and go, input, faults, and what has been seen of them. */
export class Scenario {
  readonly world: World;
  readonly subject: Subject;
  readonly cluster: SimCluster;
  readonly topics: StreamTopics;
  readonly groupId = 'group';
  readonly partitions: readonly number[];
  readonly inputs: InputWriter[];
  /** Faults that really hit, by name; and what else was reached. */
  readonly faults = new Map<string, number>();
  readonly faultLog: string[] = [];
  readonly seen = new Map<string, number>();
  /** Errors that would have ended a process. */
  readonly fatal: Error[] = [];
  readonly #instances = new Map<string, Instance>();
  readonly #labels = new Map<string, string>();
  readonly #wrappers: Wrappers;
  #incarnations = 0;
  #isOver = false;

  /** Of those that do harm; cut input does none. */
  get hits(): number {
    let hits = 0;
    for (const [name, times] of this.faults) if (name !== 'input truncated') hits += times;
    return hits;
  }

  constructor(seed: number, subject: Subject, wrappers: Wrappers = {}) {
    this.subject = subject;
    this.topics = { input: 'in', outputs: subject.outputs, journal: 'journal' };
    this.world = new World(seed);
    this.#wrappers = wrappers;
    this.cluster = new SimCluster(this.world);
    const count = this.world.random.int(2, 3);
    this.partitions = Array.from({ length: count }, (_, partition) => partition);
    this.cluster.createTopic(this.topics.input, count, { hasAppendTime: true });
    for (const topic of [...this.topics.outputs, this.topics.journal]) this.cluster.createTopic(topic, count);
    wrappers.cluster?.(this.cluster);
    this.inputs = this.partitions.map(
      (partition) =>
        new InputWriter(this.world, this.cluster.partition(this.topics.input, partition), subject.draft),
    );
    this.cluster.transactions.onTimeout = () => this.note('transaction timed out');
    this.cluster.onMended = (verdict) => this.note(`hanging transaction ended: ${verdict}`);
    this.cluster.network.onHit = (fate) => this.note(`network ${fate}`);
  }

  note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  hit(name: string, detail: string): void {
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
    this.faultLog.push(`${this.world.nowMs.toFixed(1)} ${name} ${detail}`);
    this.world.trace.note(this.world.nowMs, 'fault', name, detail);
  }

  /** Those that run, in a fixed order. */
  get instances(): Instance[] {
    return [...this.#instances.values()];
  }

  /** One that is neither dead nor standing still. */
  pickInstance(): Instance | undefined {
    const candidates = this.instances.filter(({ process }) => !process.isDead && !process.isPaused);
    return candidates.length === 0 ? undefined : this.world.random.pick(candidates);
  }

  start(name: string, label?: string): void {
    if (this.#instances.has(name) || this.#isOver) return;
    if (label !== undefined) this.#labels.set(name, label);
    const { world } = this;
    const process = new SimProcess(world, `${name}.${++this.#incarnations}`, world.random.int(-300, 300));
    const own = this.#labels.get(name) ?? this.subject.labels[0]!;
    const runtime = this.#run(process, name, own);
    this.#instances.set(name, { name, label: own, process, runtime });
    world.trace.note(world.nowMs, process.name, 'start', own);
  }

  crash(instance: Instance): void {
    instance.process.crash();
    if (this.#instances.get(instance.name) === instance) this.#instances.delete(instance.name);
  }

  /** A clean stop, and another one under the same name. One that hangs is killed, as an orchestrator does. */
  restart(instance: Instance, label?: string): void {
    const { world } = this;
    this.#instances.delete(instance.name);
    const kill = world.after(STOP_MS_MAX, () => {
      if (!instance.process.isDead) this.note('killed in its stop');
      instance.process.crash();
      this.start(instance.name, label);
    });
    void instance.runtime.stop().then(() => {
      if (instance.process.isDead) return;
      kill.cancel();
      this.note('clean stop');
      instance.process.crash();
      world.after(world.random.int(10, 1_000), () => this.start(instance.name, label));
    });
  }

  addNetworkFault(fault: NetworkFault, lengthMs: number, name: string): void {
    const before = this.#hits();
    this.cluster.network.faults.add(fault);
    this.world.after(lengthMs, () => {
      if (!this.cluster.network.faults.delete(fault)) return;
      const detail = `${fault.fate} ${fault.api ?? 'all'} ${fault.process?.name ?? 'everybody'} ${fault.probability}`;
      if (this.#hits() > before) this.hit(name, detail);
    });
  }

  heal(): void {
    this.cluster.network.faults.clear();
    for (const { process } of this.instances) {
      process.afterSteps(Number.POSITIVE_INFINITY, () => {});
      process.resume();
    }
  }

  #isAtRest(): boolean {
    if (this.cluster.transactions.openCount > 0 || this.inputs.some((input) => !input.isAtRest)) return false;
    return this.partitions.every(
      (partition) =>
        this.groupOffset(partition) === this.cluster.partition(this.topics.input, partition).highWatermark,
    );
  }

  /** All input is read and written down, nothing is open. A group offset that a transaction still holds throws: no rest. */
  isAtRest(): boolean {
    try {
      return this.#isAtRest();
    } catch {
      return false;
    }
  }

  groupOffset(partition: number): number {
    return this.cluster.transactions.groupOffset(this.groupId, this.topics.input, partition);
  }

  /** Input offset of the newest snapshot in the journal: what lies before it is not needed any more. */
  snapshotOffset(partition: number): number {
    const chunks = committedValues(this.cluster.partition(this.topics.journal, partition)).filter(isChunk);
    const last = chunks.map(chunkHeader).findLast(({ chunk, chunks: count }) => chunk === count - 1);
    if (last !== undefined && last.chunks > 1) this.note('snapshot of several chunks');
    return last?.offset ?? -1;
  }

  end(): void {
    this.#isOver = true;
    for (const instance of this.instances) this.crash(instance);
  }

  #hits(): number {
    let hits = 0;
    for (const [what, count] of this.seen) if (what.startsWith('network ')) hits += count;
    return hits;
  }

  #run(process: SimProcess, name: string, label: string): Runtime {
    const { cluster, topics, groupId } = this;
    const client = simClient(cluster, process);
    const readers = { reader: client.startReader({ maxWaitMs: 100 }), restoreReader: client.startReader() };
    const { limits } = this.subject;
    const { transactionTimeoutMs } = limits;
    const log = this.#watch(streamLog({ topics, groupId, client, transactionTimeoutMs, ...readers }));
    const parts: StreamParts = {
      log: this.#wrappers.log?.(log, { process, client }) ?? log,
      join: (on) =>
        joinSimGroup(cluster, process, {
          groupId,
          topic: topics.input,
          instanceId: name,
          sessionTimeoutMs: 1_500,
          ...on,
        }),
      identifyInput: async () => ({
        topicId: await client.topicId(topics.input),
        partitions: await client.partitionCount(topics.input),
      }),
      partitions: this.partitions.length,
      time: process.time,
      limits,
    };
    const factory = this.subject.factory(label, (what) => this.note(what));
    return runStream(parts, {
      topics,
      groupId,
      instanceId: name,
      start: 'earliest',
      commitIntervalMs: 120,
      idleSkewMs: this.#wrappers.idleSkewMs ?? IDLE_SKEW_MS,
      factory: this.#wrappers.factory?.(factory, process) ?? factory,
      logger: this.#logger(process),
      onTaskEnd: ({ next }) => this.note(`task ended: ${next}`),
      onFatal: (error) => {
        if (process.isDead) return;
        this.fatal.push(error);
        this.world.trace.note(this.world.nowMs, process.name, 'fatal', error.message);
        process.crash();
      },
    });
  }

  /** Counts what only the log sees. */
  #watch(log: Log): Log {
    return {
      ...log,
      fence: async (partition) => {
        const writer = await log.fence(partition);
        return {
          send: (parts) => {
            this.note('sent ahead');
            return writer.send(parts);
          },
          commit: (parts, offset) => writer.commit(parts, offset),
        };
      },
    };
  }

  #logger({ name }: SimProcess): Logger {
    const note = (fields: object, message: string) => {
      this.note(message);
      if ('replayed' in fields && Number(fields.replayed) > 0) this.note('input replayed');
      const { partition, err } = fields as { partition?: number; err?: Error };
      this.world.trace.note(this.world.nowMs, name, `${message} ${partition ?? ''}`, err?.message ?? '');
    };
    return { debug: note, info: note, warn: note, error: note };
  }
}
