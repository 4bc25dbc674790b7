import { readFileSync } from 'node:fs';
import type { Child } from '../../deploy/local/child.ts';

/** What the group gave a process after one of its joins, from its log. */
export interface Assignment {
  timeMs: number;
  partitions: number[];
}

export function assignmentsOf(child: Child): Assignment[] {
  return readFileSync(child.logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"partitions assigned"') && line.endsWith('}'))
    .map((line) => {
      const { time, partitions } = JSON.parse(line) as { time: string; partitions: number[] };
      return { timeMs: Date.parse(time), partitions };
    });
}

/** The partitions that a process had at a time and was never without since, however often the group has rebalanced. */
export function retainedSince(child: Child, timeMs: number): number[] {
  const all = assignmentsOf(child);
  const before = all.findLast((assignment) => assignment.timeMs <= timeMs);
  const since = all.filter((assignment) => assignment.timeMs > timeMs);
  return (before?.partitions ?? []).filter((partition) =>
    since.every(({ partitions }) => partitions.includes(partition)),
  );
}
