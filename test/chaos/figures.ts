import type { SeenCommit } from './live-reader.ts';

/**
 * How long a partition stood still around a moment: from its last commit before to its first one after, in ms by the broker's
 * append times; undefined: there is none on one side.
 */
export function gapAt(commits: readonly SeenCommit[], atMs: number): number | undefined {
  const next = commits.findIndex(({ appendMs }) => appendMs > atMs);
  if (next < 1) return undefined;
  return commits[next]!.appendMs - commits[next - 1]!.appendMs;
}

/** The longest time between two commits of one instance that follow each other within a span. */
export function longestPause(commits: readonly SeenCommit[], fromMs: number, toMs: number): number {
  return longest(commits, fromMs, toMs, (before, after) => before.instance === after.instance);
}

/** The longest time between two commits that follow each other within a span, whoever made them. */
export function longestGap(commits: readonly SeenCommit[], fromMs: number, toMs: number): number {
  return longest(commits, fromMs, toMs, () => true);
}

function longest(
  commits: readonly SeenCommit[],
  fromMs: number,
  toMs: number,
  counts: (before: SeenCommit, after: SeenCommit) => boolean,
): number {
  let longestMs = 0;
  for (let i = 1; i < commits.length; i++) {
    const [before, after] = [commits[i - 1]!, commits[i]!];
    if (after.appendMs < fromMs || before.appendMs > toMs || !counts(before, after)) continue;
    longestMs = Math.max(longestMs, after.appendMs - before.appendMs);
  }
  return longestMs;
}

/** Nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)] ?? Number.NaN;
}
