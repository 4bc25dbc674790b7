// `npm test`: everything that this machine can run. Arguments go to vitest: `npm test -- --project integration`.
// `--full`: the whole of what `npm test` runs a cut of; `test:chaos` and `test:nightly` ask for it. The project `interop`
// is run only where it is named: its tool chains take minutes to download.
import { spawnSync } from 'node:child_process';

const asked = process.argv.slice(2);
const scale = asked.includes('--full') ? 'full' : 'cut';
const isNamed = asked.some((argument) => argument.startsWith('--project'));
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=./test/support/summary-reporter.ts',
  ...asked.filter((argument) => argument !== '--full'),
  ...(isNamed ? [] : ['--project=!interop']),
];
const env = { ...process.env, TEST_SCALE: scale };
const run = spawnSync(process.execPath, vitest, { stdio: 'inherit', env });
process.exitCode = run.status ?? 1;
