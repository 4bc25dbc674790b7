import type { Accounting } from '@meanwhile/records';
import type { Json } from '@meanwhile/stream';
import { AppendTimes } from './append-times.ts';
import { addCounts, noCounts } from './counts.ts';

/** What became of the records of a stretch of input and of all so far, and when they were appended: for the journal's entry. */
export class StretchSummary {
  /** Of the stretch. */
  counts = noCounts();
  readonly appendTimes = new AppendTimes();
  /** Of all stretches that were taken. */
  readonly totals: Accounting;

  constructor(totals: Accounting) {
    this.totals = totals;
  }

  /** As the entry has it; the next stretch begins. */
  take(watermarkMs: number): Json {
    addCounts(this.totals, this.counts);
    const summary = {
      watermark: Number.isFinite(watermarkMs) ? watermarkMs : null,
      ...this.counts,
      totals: { ...this.totals },
      ...this.appendTimes.take(),
    };
    this.counts = noCounts();
    return summary;
  }
}
