import type { ReportedFields } from './identity.ts';

/**
 * lost: recomputed, not published. doubled: published twice. wrong: published with another key, value or header. order: published
 * in another place. unexplained: published, not recomputed. journal: the entry, not what it covers, is at fault.
 */
export const PROBLEM_KINDS = ['lost', 'doubled', 'wrong', 'order', 'unexplained', 'journal'] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** One thing that is not as it should be. Names are those of the wire, so that `--json` needs no other. */
export interface Problem extends ReportedFields {
  kind: ProblemKind;
  topic: string;
  partition: number;
  /** Of the record; for a lost one, of the record before which it is missing; null: at the end. */
  offset: number | null;
  /** What was found and what was wanted, for people. */
  text: string;
}

/** As many of each kind are kept in full. */
const FULL_MAX = 20;

/** Collects what is wrong: all of it counted, the first of each kind kept. */
export class Problems {
  readonly counts: Partial<Record<ProblemKind, number>> = {};
  readonly #full: Problem[] = [];

  add(problem: Problem): void {
    const count = (this.counts[problem.kind] ?? 0) + 1;
    this.counts[problem.kind] = count;
    if (count <= FULL_MAX) this.#full.push(problem);
  }

  get isEmpty(): boolean {
    return Object.keys(this.counts).length === 0;
  }

  /** In the order of the kinds; within a kind in the order in which they were found. */
  get full(): Problem[] {
    return PROBLEM_KINDS.flatMap((kind) => this.#full.filter((problem) => problem.kind === kind));
  }

  /** What one attempt found; an attempt that has to begin anew is forgotten. */
  addAll(other: Problems): void {
    const before = { ...this.counts };
    for (const kind of PROBLEM_KINDS) {
      const count = other.counts[kind];
      if (count !== undefined) this.counts[kind] = (before[kind] ?? 0) + count;
    }
    for (const problem of other.#full) {
      const kept = this.#full.filter(({ kind }) => kind === problem.kind).length;
      if (kept < FULL_MAX) this.#full.push(problem);
    }
  }
}
