import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

/** Its figures mean nothing here; that the sums and bytes agree is checked inside. */
test('the benches of the hot path run to their end and print a table', async () => {
  const args = ['test/bench/run.ts', 'read', 'encode', '--quick', '--runs', '1'];
  const env = { ...process.env, KAFKA_BROKERS: inject('brokers'), MEANWHILE_BROKER: '' };
  const { stdout } = await run(process.execPath, args, { cwd: root, env });
  const rows = stdout.split('\n').filter((line) => /^\| (read|encode), /.test(line));
  expect(rows).toHaveLength(3);
  for (const row of rows) {
    const [ours, reference, ratio] = row
      .split('|')
      .slice(2, 5)
      .map((cell) => Number.parseFloat(cell));
    expect(ours, row).toBeGreaterThan(0);
    expect(reference, row).toBeGreaterThan(0);
    expect(ratio, row).toBeGreaterThan(0);
  }
});

test('a name that no bench has is refused with the names that there are', async () => {
  const failed = await run(process.execPath, ['test/bench/run.ts', 'reed'], { cwd: root }).catch(
    (error) => error,
  );
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('bench: reed, wanted some of read, encode');
});
