import { isSettled, type SettledRules } from '../history/settled.ts';
import type { StoredAverage } from '../store/stored-average.ts';
import { eventText } from './event-text.ts';

/** Which rows a listener wants; undefined: all. */
export interface StreamFilter {
  symbol: string | undefined;
  window: string | undefined;
}

/** One row and, from the first time that somebody wants it, its bytes. */
export interface RecentEvent {
  row: StoredAverage;
  bytes: Buffer | undefined;
}

/** A few seconds of a busy pipeline, at most about 12 MiB. */
export const RECENT_MAX = 16_384;

/**
 * The newest rows in the order of their sequences, so that a listener who was away for a moment, or is a little
 * behind, costs no look into the database. The bytes of a row are made once, whoever asks for them.
 */
export class RecentEvents {
  readonly #settledRules: () => SettledRules;
  #events: RecentEvent[] = [];
  #databaseId: string;
  /** Every row of a higher sequence is here. */
  #floor: number;
  #head: number;

  constructor(o: { databaseId: string; sequence: number; settledRules: () => SettledRules }) {
    this.#settledRules = o.settledRules;
    this.#databaseId = o.databaseId;
    this.#floor = o.sequence;
    this.#head = o.sequence;
  }

  get databaseId(): string {
    return this.#databaseId;
  }

  /** Sequence of the newest row, of the newest in the database before the first. */
  get head(): number {
    return this.#head;
  }

  /** Rows of another database follow, all of them above `sequence`. */
  reset(databaseId: string, sequence: number): void {
    this.#databaseId = databaseId;
    this.#events = [];
    this.#floor = sequence;
    this.#head = sequence;
  }

  add(rows: StoredAverage[]): RecentEvent[] {
    const added = rows.map((row): RecentEvent => ({ row, bytes: undefined }));
    this.#events.push(...added);
    this.#head = rows.at(-1)!.sequence;
    // In stretches, so that moving what stays is paid for rarely.
    if (this.#events.length > 2 * RECENT_MAX) {
      this.#events = this.#events.slice(-RECENT_MAX);
      this.#floor = this.#events[0]!.row.sequence - 1;
    }
    return added;
  }

  /** Are all rows above this sequence here? */
  covers(sequence: number): boolean {
    return sequence >= this.#floor;
  }

  /** Events above the sequence that pass the filter, until they have `bytesMax`; `upTo` is where to go on. */
  after(sequence: number, filter: StreamFilter, bytesMax: number): { pieces: Buffer[]; upTo: number } {
    const pieces: Buffer[] = [];
    let size = 0;
    for (let index = this.#indexAfter(sequence); index < this.#events.length; index += 1) {
      const event = this.#events[index]!;
      if (!passes(event.row, filter)) continue;
      const bytes = this.bytesOf(event);
      pieces.push(bytes);
      size += bytes.length;
      if (size >= bytesMax) return { pieces, upTo: event.row.sequence };
    }
    return { pieces, upTo: this.#head };
  }

  bytesOf(event: RecentEvent): Buffer {
    event.bytes ??= Buffer.from(
      eventText(this.#databaseId, event.row, isSettled(this.#settledRules(), event.row)),
    );
    return event.bytes;
  }

  #indexAfter(sequence: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.row.sequence > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

export function passes(row: StoredAverage, { symbol, window }: StreamFilter): boolean {
  return (symbol === undefined || row.symbol === symbol) && (window === undefined || row.window === window);
}
