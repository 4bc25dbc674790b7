import type { Accounting, CommitEntry } from '@meanwhile/records';

const COUNTS = ['read', 'averaged', 'partly_late', 'late', 'dead_lettered', 'results'] as const;

/** What the replay's processor says of a stretch: the fields of a journal entry that it answers for. */
export type Summary = Pick<
  CommitEntry,
  'watermark' | 'totals' | 'append_time_min' | 'append_time_max' | keyof Accounting
>;

/** What the entries of a journal must be, each by itself and after the one before it. */
export class EntryCheck {
  readonly #add: (text: string) => void;
  #sequence: number;
  #position: number;
  /** Totals recorded − recomputed: an entry that is wrong is named once, and not every one after it. */
  #totalsOff: number[] = COUNTS.map(() => 0);

  /** @param start sequence and offset that the first entry goes on from */
  constructor(start: { sequence: number; position: number }, add: (text: string) => void) {
    this.#add = add;
    this.#sequence = start.sequence;
    this.#position = start.position;
  }

  /** False: the entry was there before, and is left out. */
  follows(entry: CommitEntry): boolean {
    const { sequence, from_offset: from, next_offset: next } = entry;
    if (sequence <= this.#sequence) {
      this.#add(`entry ${sequence} stands after entry ${this.#sequence}`);
      return false;
    }
    if (sequence > this.#sequence + 1)
      this.#add(`entry ${sequence} follows entry ${this.#sequence}, wanted ${this.#sequence + 1}`);
    if (from !== this.#position)
      this.#add(`entry ${sequence} begins at input offset ${from}, wanted ${this.#position}`);
    this.#sequence = sequence;
    this.#position = Math.max(this.#position, next);
    return true;
  }

  /** Compares an entry with the replay of its stretch; all that is wrong with it is one fault. */
  compare(entry: CommitEntry, recomputed: Summary, faults: string[]): void {
    for (const field of [...COUNTS, 'watermark', 'append_time_min', 'append_time_max'] as const) {
      if (entry[field] !== recomputed[field])
        faults.push(`${field} is ${entry[field]}, recomputed ${recomputed[field]}`);
    }
    const off = COUNTS.map((count) => entry.totals[count] - recomputed.totals[count]);
    const isNew = off.some((each, i) => each !== this.#totalsOff[i]) && off.some((each) => each !== 0);
    this.#totalsOff = off;
    if (isNew) faults.push(`totals are ${textOf(entry.totals)}, recomputed ${textOf(recomputed.totals)}`);
    if (faults.length > 0) this.#add(`entry ${entry.sequence}: ${faults.join('; ')}`);
  }
}

function textOf(totals: Accounting): string {
  return COUNTS.map((count) => `${count} ${totals[count]}`).join(', ');
}
