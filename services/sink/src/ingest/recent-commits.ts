import type { CommitEntry } from '@meanwhile/records';

/** Commits are remembered for this long, by the second. */
const SECONDS = 60;
/** The rate is that of the last ten whole seconds: steady enough to read, and it follows within a few. */
const RATE_SECONDS = 10;
/** Latencies are told to within 5 %; an hour and more is the last step. */
const STEP = Math.log(1.05);
const STEPS = Math.ceil(Math.log(3_600_000) / STEP) + 1;

interface Second {
  /** Since the epoch; -1: not used yet. */
  number: number;
  read: number;
  commits: number;
  /** Commits by the step of their latency. */
  latencies: Uint32Array;
}

export interface CommitSummary {
  /** Prices read a second; null before the first whole second. */
  recordsPerSecond: number | null;
  /** ms; null without a commit in the last minute. */
  latencyMs: { p50: number; p99: number; commits: number } | null;
}

/**
 * How fast the pipeline is, from the journal's entries as they come: 60 small histograms, whatever the rate. A
 * latency is that of the oldest price of a commit, from its append to the input until its results are here; a price
 * in the middle of a commit has waited less. The broker's clock and ours are taken for one. Times come from the caller.
 */
export class RecentCommits {
  readonly #seconds: Second[] = Array.from({ length: SECONDS }, () => {
    return { number: -1, read: 0, commits: 0, latencies: new Uint32Array(STEPS) };
  });
  #firstSecond: number | undefined;

  note({ read, append_time_min }: Pick<CommitEntry, 'read' | 'append_time_min'>, nowMs: number): void {
    const second = this.#at(Math.floor(nowMs / 1_000));
    second.read += read;
    if (append_time_min === null) return;
    second.commits += 1;
    second.latencies[stepOf(nowMs - append_time_min)]! += 1;
  }

  summary(nowMs: number): CommitSummary {
    const now = Math.floor(nowMs / 1_000);
    const recent = this.#seconds.filter(({ number }) => number > now - SECONDS && number <= now);
    return { recordsPerSecond: this.#rate(recent, now), latencyMs: latencyOf(recent) };
  }

  #rate(recent: Second[], now: number): number | null {
    const seconds = Math.min(RATE_SECONDS, now - (this.#firstSecond ?? now));
    if (seconds === 0) return null;
    const whole = recent.filter(({ number }) => number >= now - seconds && number < now);
    return whole.reduce((sum, { read }) => sum + read, 0) / seconds;
  }

  #at(number: number): Second {
    this.#firstSecond ??= number;
    const second = this.#seconds[number % SECONDS]!;
    if (second.number === number) return second;
    second.number = number;
    second.read = 0;
    second.commits = 0;
    second.latencies.fill(0);
    return second;
  }
}

function stepOf(ms: number): number {
  return Math.min(STEPS - 1, Math.ceil(Math.log(Math.max(1, ms)) / STEP));
}

function latencyOf(seconds: Second[]): CommitSummary['latencyMs'] {
  const commits = seconds.reduce((sum, second) => sum + second.commits, 0);
  if (commits === 0) return null;
  const quantile = (share: number) => {
    let missing = Math.ceil(commits * share);
    for (let step = 0; step < STEPS; step += 1) {
      for (const { latencies } of seconds) missing -= latencies[step]!;
      if (missing <= 0) return Math.round(Math.exp(step * STEP));
    }
    return 3_600_000;
  };
  return { p50: quantile(0.5), p99: quantile(0.99), commits };
}
