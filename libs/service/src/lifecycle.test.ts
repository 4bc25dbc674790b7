import { expect, test } from 'vitest';
import { createLog } from './create-log.ts';
import { Health } from './health.ts';
import { Lifecycle } from './lifecycle.ts';

function lifecycle(stopLimitMs: number) {
  const lines: string[] = [];
  const exited = Promise.withResolvers<number>();
  const log = createLog({ service: 'test', level: 'info', write: (line) => lines.push(line) });
  const made = new Lifecycle({ log, health: new Health(), exit: exited.resolve, stopLimitMs });
  return { made, exited: exited.promise, lastLine: () => JSON.parse(lines.at(-1)!) as { msg: string } };
}

test('a stop function that hangs is not waited for without limit', async () => {
  const { made, exited, lastLine } = lifecycle(20);
  await made.start(async () => made.onStop(() => new Promise(() => {})));
  made.stop('test');
  expect(await exited).toBe(1);
  expect(lastLine().msg).toBe('ended by an error: stopping took too long: over 20 ms');
});

test('a stop during the start cuts it short, and closes what it opened meanwhile', async () => {
  const { made, exited } = lifecycle(1_000);
  let isClosed = false;
  const started = made.start(async () => {
    await new Promise((resolve) => made.signal.addEventListener('abort', resolve));
    made.onStop(() => {
      isClosed = true;
    });
    throw new Error('cut short');
  });
  made.onSignal('SIGTERM');
  await started;
  expect(await exited).toBe(0);
  expect(isClosed).toBe(true);
});

test('the first of several failures is the one that is named', async () => {
  const { made, exited, lastLine } = lifecycle(1_000);
  await made.start(async () => {
    made.fail(Object.assign(new Error('cause'), { exitCode: 3 }));
    made.fail(new Error('consequence'));
  });
  expect(await exited).toBe(3);
  expect(lastLine().msg).toBe('ended by an error: cause');
});

test('what is thrown without being an error is named all the same', async () => {
  const { made, exited, lastLine } = lifecycle(1_000);
  made.fail('a text');
  expect(await exited).toBe(1);
  expect(lastLine().msg).toContain('a text');
});
