import type { CheckReport, CheckSeen, ProblemKind } from './checker-types.ts';

const LINES_MAX = 20;

/** Collects what is wrong: all of it counted, the first lines kept. */
export class Problems {
  readonly seen: CheckSeen = {
    partitions: 0,
    read: 0,
    unprocessed: 0,
    results: 0,
    late: 0,
    deadLetters: 0,
    journalEntries: 0,
    silences: 0,
    silencesContradicted: 0,
  };
  readonly #kinds: Partial<Record<ProblemKind, number>> = {};
  readonly #lines: string[] = [];

  add(kind: ProblemKind, text: string): void {
    this.#kinds[kind] = (this.#kinds[kind] ?? 0) + 1;
    if (this.#lines.length < LINES_MAX) this.#lines.push(`${kind}: ${text}`);
  }

  report(): CheckReport {
    const isClean = Object.keys(this.#kinds).length === 0;
    return { isClean, problems: this.#lines, problemCounts: this.#kinds, counts: this.seen };
  }
}
