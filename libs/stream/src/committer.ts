import type { Logger } from '@meanwhile/kafka';
import { CommitPace } from './commit-pace.ts';
import type { CommitEntry } from './journal-entries.ts';
import { JournalWriter } from './journal-writer.ts';
import type { StreamLimits } from './limits.ts';
import type { Log, StreamTopics } from './log.ts';
import type { OpenTask } from './open.ts';
import type { BuilderPool, OutboxBuffer } from './outbox.ts';
import { OutboxPair } from './outbox-pair.ts';
import type { Processor } from './processor.ts';
import { SnapshotSchedule } from './snapshot-schedule.ts';
import type { Time } from './time.ts';
import { trimJournal } from './trim-journal.ts';

/** What one transaction published. */
export interface Committed {
  partition: number;
  entry: CommitEntry;
  durationMs: number;
  outputBytes: number;
}

export interface CommitterOptions {
  log: Log;
  topics: StreamTopics;
  partition: number;
  instanceId: string;
  commitIntervalMs: number;
  /** By this process now: they share what the brokers can commit. */
  partitionsHeld: () => number;
  pool: BuilderPool;
  limits: StreamLimits;
  time: Time;
  logger: Logger;
  onCommitted: (committed: Committed) => void;
  onCommitFailed: (failed: { partition: number; error: Error }) => void;
}

/**
 * Commits one stretch of input after the other, one transaction each:
 *
 *   1 freeze   the outbox with its journal entry; the processor goes on into the other one
 *   2 produce  all parts and the input's offset
 *   3 end      the transaction, only after every answer of 2 is good
 *   4 adopt    what was committed: pacing, snapshot marks, journal trim
 *
 * A failure of any step leaves the outcome unknown: the task is dropped and opened anew.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #task: OpenTask;
  readonly #journal: JournalWriter;
  readonly #outboxes: OutboxPair;
  readonly snapshots: SnapshotSchedule;
  readonly pace: CommitPace;
  /** Called when a commit has ended, well or not. */
  onSettled: () => void = () => {};
  #inFlight: Promise<void> | undefined;
  #trimming: Promise<void> | undefined;
  #failure: Error | undefined;
  #committedOffset: number;
  #readableOffset: number;
  #sequence: number;

  constructor(task: OpenTask, options: CommitterOptions) {
    const { topics, partition, pool, limits, time } = options;
    this.#options = options;
    this.#task = task;
    this.#committedOffset = task.position;
    this.#readableOffset = task.position;
    this.#sequence = task.sequence;
    this.pace = new CommitPace(time, options.commitIntervalMs, options.partitionsHeld);
    this.snapshots = new SnapshotSchedule(time.now(), task.marks, task.hasReplayed, limits);
    this.#journal = new JournalWriter(topics.outputs.length, task.settings, this.snapshots, limits);
    this.#outboxes = new OutboxPair({ topics: [...topics.outputs, topics.journal], partition, pool });
  }

  /** What the processor writes to now. */
  get outbox(): OutboxBuffer {
    return this.#outboxes.active;
  }

  get isCommitting(): boolean {
    return this.#inFlight !== undefined;
  }

  /** Input offset up to which everything is committed or on its way. */
  get committedOffset(): number {
    return this.#committedOffset;
  }

  /** Input offset up to which everything is committed. */
  get readableOffset(): number {
    return this.#readableOffset;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Waits for the commit on its way. @throws what it failed with. */
  async settle(): Promise<void> {
    await this.#inFlight;
    this.throwIfFailed();
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Sends a full outbox ahead in the open transaction; it becomes visible with the commit. */
  async sendAhead(): Promise<void> {
    await this.settle();
    await this.#noting(this.#task.writer.send(this.outbox.parts()));
    this.outbox.clear();
  }

  /** The first transaction of a new journal, or of changed settings (with the converted state): before any record is processed. */
  async recordSettings(processor: Processor): Promise<void> {
    const at = { sequence: this.#sequence, offset: this.#committedOffset };
    const isNew = this.#sequence === 0 && !this.snapshots.hasNewInput;
    const nowMs = this.#options.time.now();
    if (isNew) this.#journal.settings(this.outbox, nowMs);
    else this.#journal.wholeSnapshot(this.outbox, processor, at, nowMs);
    await this.#commit(this.#freeze(), at.offset, undefined);
  }

  /** Begins the commit of everything up to `position`, a record boundary; settle() tells the outcome. */
  async start(processor: Processor, position: number): Promise<void> {
    await this.settle();
    const entry: CommitEntry = {
      type: 'commit',
      sequence: ++this.#sequence,
      from_offset: this.#committedOffset,
      next_offset: position,
      watermark: null,
      ...processor.takeSummary(),
      instance: this.#options.instanceId,
    };
    this.#journal.commit(this.outbox, entry, processor, this.#options.time.now());
    this.#inFlight = this.#commit(this.#freeze(), position, entry)
      .catch((error: Error) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#inFlight = undefined;
        this.onSettled();
      });
  }

  /** In a partition that has gone quiet no commit would bring the snapshot that bounds recovery. */
  isSnapshotDue(): boolean {
    return this.#journal.isSnapshotDue(this.#options.time.now());
  }

  /** A transaction with nothing but a snapshot: the next owner replays nothing. Only with everything committed. */
  async recordSnapshot(processor: Processor): Promise<void> {
    await this.settle();
    const at = { sequence: this.#sequence, offset: this.#committedOffset };
    if (!this.#journal.snapshot(this.outbox, processor, at, this.#options.time.now())) return;
    await this.#commit(this.#freeze(), at.offset, undefined);
    await this.#trimming;
  }

  /** Gives the outboxes' memory back. */
  release(): void {
    this.#outboxes.release({ isFrozenSent: this.#inFlight === undefined });
  }

  #freeze(): OutboxBuffer {
    this.pace.frozen();
    return this.#outboxes.freeze(); // 1
  }

  async #commit(frozen: OutboxBuffer, position: number, entry: CommitEntry | undefined): Promise<void> {
    const { topics, partition, time, onCommitted } = this.#options;
    this.#committedOffset = position;
    const outputBytes = frozen.sizeBytes;
    const startMs = time.now();
    const offset = { topic: topics.input, partition, offset: position };
    const produced = await this.#noting(this.#task.writer.commit(frozen.parts(), offset)); // 2, 3
    this.#readableOffset = position;
    frozen.clear();
    const durationMs = this.pace.ended(startMs); // 4
    if (entry) onCommitted({ partition, entry, durationMs, outputBytes });
    const journal = produced.find(({ topic }) => topic === topics.journal);
    const trimBefore = this.#journal.committed(journal?.baseOffset ?? -1, time.now());
    // Not waited for: the next commit needs no shorter journal.
    this.#trimming = trimBefore < 0 ? undefined : trimJournal(this.#options, trimBefore);
  }

  /** Says that a transaction failed, before whoever waits for it hears of it. */
  async #noting<T>(outcome: Promise<T>): Promise<T> {
    try {
      return await outcome;
    } catch (error) {
      this.#options.onCommitFailed({ partition: this.#options.partition, error: error as Error });
      throw error;
    }
  }
}
