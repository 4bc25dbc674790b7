import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { averageOf } from './average.fixture.ts';
import { openStore } from './open-store.ts';
import { startCheckpoints } from './start-checkpoints.ts';

test('what is written goes from the log into the database while the store goes on, and ending the thread is clean', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
  const path = join(folder, 'averages.sqlite');
  const store = openStore(path);
  const errors: unknown[] = [];
  const write = (from: number) =>
    store.transaction(() => {
      for (let index = from; index < from + 2_000; index += 1) {
        store.upsert(averageOf({ window_end: index }), 0);
      }
    });
  write(0);
  const before = statSync(path).size;
  const stop = startCheckpoints(path, (error) => errors.push(error));
  await expect.poll(() => statSync(path).size, { timeout: 20_000 }).toBeGreaterThan(before + 100_000);
  const middle = statSync(path).size;
  write(2_000);
  await expect.poll(() => statSync(path).size, { timeout: 20_000 }).toBeGreaterThan(middle + 100_000);
  await stop();
  expect(errors).toEqual([]);
  store.close();
  rmSync(folder, { recursive: true });
});
