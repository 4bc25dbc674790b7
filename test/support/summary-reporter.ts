import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node';

/** Suites that take too long for every run; of the first two it runs a cut. */
const NOT_RUN: readonly string[] = [
  '  npm run test:chaos: kills, pauses, broker failures and cut connections at full length, with times of failover',
  '  npm run test:nightly: 10,000 seeds of the simulation, and ten times the property tests',
  '  npm run test:interop: the documented consumers and producers in Python, Java, Go, Flink SQL and a shell',
  '  npm run bench: figures in time',
];

/** Ends the run with what was skipped and why, and a line `N passed, N failed`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    _reason: TestRunEndReason,
  ): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const skips: string[] = [];
    for (const module of modules) {
      const before = counts.failed;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'pending') continue;
        counts[result.state]++;
        if (result.state === 'skipped') skips.push(`  ${test.fullName}: ${result.note ?? 'no reason given'}`);
      }
      // A file that fails outside its tests (an import, a hook) is a failure too.
      if (module.state() === 'failed' && counts.failed === before) counts.failed++;
    }
    if (skips.length > 0) console.log(`\nSkipped on this machine:\n${skips.join('\n')}`);
    if (process.env['TEST_SCALE'] !== 'full') console.log(`\nNot part of npm test:\n${NOT_RUN.join('\n')}`);
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
  }
}
