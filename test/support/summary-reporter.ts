import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node';

/** Suites that take too long for every run. */
const NOT_RUN: readonly string[] = [];

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
    if (NOT_RUN.length > 0) console.log(`\nNot part of npm test:\n${NOT_RUN.join('\n')}`);
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
  }
}
