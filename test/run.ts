// `npm test`: everything that this machine can run. Arguments go to vitest: `npm test -- --project integration`.
import { spawnSync } from 'node:child_process';

const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=./test/support/summary-reporter.ts',
];
const run = spawnSync(process.execPath, [...vitest, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = run.status ?? 1;
