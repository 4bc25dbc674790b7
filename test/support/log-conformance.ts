import { startFixture } from './log-conformance-fixture.ts';
import { describeGroups } from './log-conformance-groups.ts';
import { describeReaders } from './log-conformance-readers.ts';
import type { ConformanceTarget } from './log-conformance-target.ts';
import { describeTransactions } from './log-conformance-transactions.ts';
import { describeWriters } from './log-conformance-writers.ts';

/** The same cases for every log: what the simulation is trusted for is what a real broker does. */
export function describeConformance(target: ConformanceTarget): void {
  const fixture = startFixture(target);
  describeTransactions(fixture);
  describeWriters(fixture);
  describeReaders(fixture);
  describeGroups(fixture);
}
