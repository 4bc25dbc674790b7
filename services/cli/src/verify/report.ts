import { PROBLEM_KINDS, type Problem } from './problems.ts';
import type { PartitionReport } from './verify-partition.ts';
import { exitCodeOf, type VerifyReport } from './verify-topics.ts';

/** How long it took. */
export interface Cost {
  seconds: number;
  /** User and system time of this process. */
  cpuSeconds: number;
}

/** For machines: one object. Of each kind of problem the first 20 are in it, and how many there are in all. */
export function reportJson(report: VerifyReport, { seconds, cpuSeconds }: Cost): string {
  const { partitions, unverified, problems } = report;
  return JSON.stringify({
    exit_code: exitCodeOf(report),
    problem_counts: Object.fromEntries(PROBLEM_KINDS.map((kind) => [kind, problems.counts[kind] ?? 0])),
    problems: problems.full,
    partitions,
    unverified,
    records: sum(partitions, 'records'),
    seconds: rounded(seconds),
    cpu_seconds: rounded(cpuSeconds),
  });
}

/** For people. */
export function reportLines(report: VerifyReport, cost: Cost): string[] {
  const { partitions, unverified, problems } = report;
  return [
    ...partitions.map(partitionLine),
    ...unverified.map(({ partition, text, remedy }) => {
      const where = text.startsWith('partition') ? text : `partition ${partition}: ${text}`;
      return `${where}\n  not verified: ${remedy}`;
    }),
    ...PROBLEM_KINDS.flatMap((kind) => {
      const full = problems.full.filter((problem) => problem.kind === kind);
      const left = (problems.counts[kind] ?? 0) - full.length;
      return [...full.map(problemLine), ...(left > 0 ? [`${kind}: ${grouped(left)} more`] : [])];
    }),
    verdict(report),
    costLine(sum(partitions, 'records'), cost),
  ];
}

function partitionLine(report: PartitionReport): string {
  const { partition, from, from_offset, to_offset, records, averages, late, dead_letters, entries } = report;
  const where = `partition ${partition}:`;
  const behind = report.offsets_behind > 0 ? `, ${grouped(report.offsets_behind)} offsets not read yet` : '';
  if (from === 'nothing') return `${where} no journal entry${behind}`;
  const gone = report.no_longer_kept > 0 ? `, ${grouped(report.no_longer_kept)} results no longer kept` : '';
  const start = from === 'snapshot' ? 'a snapshot at ' : '';
  const counts = [
    `${grouped(records)} records`,
    `${grouped(averages)} results`,
    `${grouped(late)} late`,
    `${grouped(dead_letters)} dead letters`,
    `${grouped(entries)} journal entries`,
  ];
  return `${where} input offsets ${start}${from_offset} to ${to_offset}: ${counts.join(', ')}${gone}${behind}`;
}

function problemLine(problem: Problem): string {
  const { kind, topic, partition, offset, symbol, window, window_start, window_end, revision } = problem;
  const place =
    kind === 'lost' ? (offset === null ? ' at the end' : ` before offset ${offset}`) : ` offset ${offset}`;
  const what = [
    symbol,
    window,
    window_start === undefined ? undefined : `${window_start} to ${window_end}`,
    revision === undefined ? undefined : `revision ${revision}`,
    problem.input_offset === undefined ? undefined : `input offset ${problem.input_offset}`,
  ].filter((word) => word !== undefined);
  const about = what.length > 0 ? ` (${what.join(', ')})` : '';
  return `${kind}: ${topic}[${partition}]${place}${about}: ${problem.text}`;
}

function verdict({ partitions, unverified, problems }: VerifyReport): string {
  const counts = PROBLEM_KINDS.filter((kind) => problems.counts[kind]).map(
    (kind) => `${grouped(problems.counts[kind]!)} ${kind}`,
  );
  const found = counts.length > 0 ? `problems: ${counts.join(', ')}` : 'no problem found';
  const left = unverified.length > 0 ? `; ${unverified.length} partitions not verified` : '';
  const isNothing = partitions.every(({ entries }) => entries === 0);
  return isNothing && counts.length === 0 ? `nothing to verify${left}` : `${found}${left}`;
}

function costLine(records: number, { seconds, cpuSeconds }: Cost): string {
  const rate = cpuSeconds > 0 ? Math.round(records / cpuSeconds) : 0;
  return `${grouped(records)} records in ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU: ${grouped(rate)} records a second of CPU`;
}

function sum(partitions: PartitionReport[], field: 'records'): number {
  return partitions.reduce((total, partition) => total + partition[field], 0);
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
