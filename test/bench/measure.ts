import { fork } from 'node:child_process';

/**
 * Runs a script of `runMeasured` in a process of its own and gives what it reports.
 *
 * @throws Error when it ends without a report
 */
export function measure<Result>(script: string, args: object): Promise<Result> {
  return new Promise((resolve, reject) => {
    // kafkajs sets timers in the past, over and over; that it does is known.
    const execArgv = [...process.execArgv, '--disable-warning=TimeoutNegativeWarning'];
    const child = fork(script, [JSON.stringify(args)], { execArgv });
    let result: { value: Result } | undefined;
    child.once('message', (message) => {
      result = { value: message as Result };
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (result && code === 0) resolve(result.value);
      else reject(new Error(`${script}: ended with ${signal ?? code}, wanted a report and 0`));
    });
  });
}
