import { journalKeys } from './journal.ts';
import type { CommitEntry, SettingsEntry } from './journal-entries.ts';
import { type StreamLimits, streamLimits } from './limits.ts';
import type { OutboxBuffer } from './outbox.ts';
import type { Processor } from './processor.ts';
import { writeSnapshotChunks } from './snapshot.ts';
import type { SnapshotSchedule } from './snapshot-schedule.ts';

/** A snapshot whose chunks are not all committed yet. */
interface PendingSnapshot {
  chunks: Uint8Array[];
  /** Journal offset of the transaction with the first chunk; -1 until it is committed. */
  startOffset: number;
}

/** Appends the journal's part of each transaction to an outbox. */
export class JournalWriter {
  readonly schedule: SnapshotSchedule;
  readonly #output: number;
  readonly #settings: SettingsEntry;
  readonly #limits: StreamLimits;
  #pending: PendingSnapshot | undefined;

  /** `output`: index of the journal among the outbox's topics. */
  constructor(
    output: number,
    settings: SettingsEntry,
    schedule: SnapshotSchedule,
    limits: StreamLimits = streamLimits,
  ) {
    this.#limits = limits;
    this.#output = output;
    this.#settings = settings;
    this.schedule = schedule;
  }

  settings(outbox: OutboxBuffer, nowMs: number): void {
    this.#append(outbox, journalKeys.settings, encodeJson(this.#settings), nowMs);
  }

  /** A commit entry, and as much of a snapshot as may ride along; a new one if it is due. */
  commit(outbox: OutboxBuffer, entry: CommitEntry, processor: Processor, nowMs: number): void {
    const isSnapshotDue = !this.#pending && this.schedule.isDue(nowMs);
    if (isSnapshotDue) this.settings(outbox, nowMs);
    this.#append(outbox, journalKeys.commit, encodeJson(entry), nowMs);
    if (isSnapshotDue) this.#take(processor, entry.sequence, entry.next_offset, nowMs);
    this.#appendChunks(outbox, this.#limits.chunksPerCommit, nowMs);
  }

  /** A whole new snapshot, behind the settings that it was made under. */
  wholeSnapshot(
    outbox: OutboxBuffer,
    processor: Processor,
    at: { sequence: number; offset: number },
    nowMs: number,
  ): void {
    this.settings(outbox, nowMs);
    this.#take(processor, at.sequence, at.offset, nowMs);
    this.#appendChunks(outbox, Number.POSITIVE_INFINITY, nowMs);
  }

  /** Is a snapshot due, or one under way that no commit carries on? */
  isSnapshotDue(nowMs: number): boolean {
    return this.#pending !== undefined || this.schedule.isDue(nowMs);
  }

  /** Makes the newest snapshot contain everything committed. False: it does already. */
  snapshot(
    outbox: OutboxBuffer,
    processor: Processor,
    at: { sequence: number; offset: number },
    nowMs: number,
  ): boolean {
    if (this.schedule.hasNewInput) {
      this.wholeSnapshot(outbox, processor, at, nowMs);
      return true;
    }
    if (!this.#pending) return false;
    this.#appendChunks(outbox, Number.POSITIVE_INFINITY, nowMs);
    return true;
  }

  /** After the transaction: a snapshot is complete with its last chunk. Returns where the journal may be cut, or -1. */
  committed(baseOffset: number, nowMs: number): number {
    const pending = this.#pending;
    if (!pending) return -1;
    if (pending.startOffset < 0) pending.startOffset = baseOffset;
    if (pending.chunks.length > 0) return -1;
    this.schedule.complete({ trimBefore: pending.startOffset, completeMs: nowMs });
    this.#pending = undefined;
    return this.schedule.takeTrim(nowMs);
  }

  #take(processor: Processor, sequence: number, offset: number, nowMs: number): void {
    const state = processor.snapshot();
    const watermark = Number.isFinite(processor.watermarkMs) ? processor.watermarkMs : null;
    const header = { sequence, offset, settings: this.#settings, watermark };
    const chunks = writeSnapshotChunks(state, header, this.#limits.chunkBytesMax);
    this.#pending = { chunks, startOffset: -1 };
    this.schedule.taken(nowMs, state.length);
  }

  #appendChunks(outbox: OutboxBuffer, chunksMax: number, nowMs: number): void {
    const chunks = this.#pending?.chunks.splice(0, chunksMax) ?? [];
    for (const chunk of chunks) this.#append(outbox, journalKeys.snapshot, chunk, nowMs);
  }

  #append(outbox: OutboxBuffer, key: Uint8Array, value: Uint8Array, timestampMs: number): void {
    const bounds = { keyStart: 0, keyEnd: key.length, valueStart: 0, valueEnd: value.length };
    outbox.append(this.#output, { key, value, ...bounds, timestampMs });
  }
}

function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
