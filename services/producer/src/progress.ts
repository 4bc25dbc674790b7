import type { Log } from '@meanwhile/service';
import type { Price } from './price.ts';

const INTERVAL_MS = 5_000;

export interface Progress {
  readonly records: number;
  /** Highest event time sent, ms since the epoch; -Infinity before the first. */
  readonly eventTimeMs: number;
  add(batch: readonly Price[]): void;
  /** Logs the last line: the run in one. */
  summarize(): void;
  stop(): void;
}

/** Says every few seconds how far the run has come. */
export function startProgress(o: {
  log: Pick<Log, 'info'>;
  badLines: () => number;
  pending: () => number;
  intervalMs?: number;
}): Progress {
  const startedMs = performance.now();
  let records = 0;
  let eventTimeMs = -Infinity;
  let saidRecords = 0;
  let saidMs = startedMs;

  const say = () => {
    const nowMs = performance.now();
    const rate = Math.round(((records - saidRecords) * 1_000) / (nowMs - saidMs));
    saidRecords = records;
    saidMs = nowMs;
    const facts = {
      records,
      rate,
      event_time: isoTime(eventTimeMs),
      bad_lines: o.badLines(),
      pending: o.pending(),
    };
    o.log.info(
      facts,
      `progress: ${grouped(records)} records, ${grouped(rate)}/s, event time ${facts.event_time}`,
    );
  };
  const timer = setInterval(say, o.intervalMs ?? INTERVAL_MS);
  return {
    get records() {
      return records;
    },
    get eventTimeMs() {
      return eventTimeMs;
    },
    add(batch) {
      records += batch.length;
      for (const { timeMs } of batch) if (timeMs > eventTimeMs) eventTimeMs = timeMs;
    },
    summarize() {
      const seconds = (performance.now() - startedMs) / 1_000;
      const rate = Math.round(records / seconds);
      const badLines = o.badLines();
      const facts = {
        records,
        bad_lines: badLines,
        seconds: Number(seconds.toFixed(3)),
        rate,
        event_time: isoTime(eventTimeMs),
      };
      const bad = badLines === 0 ? '' : `, ${grouped(badLines)} lines could not be read`;
      o.log.info(
        facts,
        `sent ${grouped(records)} records in ${seconds.toFixed(1)} s, ${grouped(rate)}/s${bad}`,
      );
    },
    stop: () => clearInterval(timer),
  };
}

function isoTime(timeMs: number): string {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString() : 'none yet';
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
