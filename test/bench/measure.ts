import { fork } from 'node:child_process';

export interface Measured<Result> {
  /** Resolves when the script calls `ready`; rejects when it ends before. */
  ready: Promise<void>;
  /** Rejects when it ends without a report. */
  result: Promise<Result>;
}

/** Runs a script of `runMeasured` in a process of its own and gives what it reports. Throws when it ends without a report. */
export function measure<Result>(script: string, args: object): Promise<Result> {
  return startMeasured<Result>(script, args).result;
}

/** The same for a process that others work with. */
export function startMeasured<Result>(script: string, args: object): Measured<Result> {
  // kafkajs sets timers in the past, over and over; that it does is known.
  const execArgv = [...process.execArgv, '--disable-warning=TimeoutNegativeWarning'];
  const child = fork(script, [JSON.stringify(args)], { execArgv });
  const ready = Promise.withResolvers<void>();
  const result = Promise.withResolvers<Result>();
  // Who asks for only one of the two is told of a failure by that one.
  ready.promise.catch(() => {});
  result.promise.catch(() => {});
  let report: { value: Result } | undefined;
  child.on('message', (message: MeasuredMessage<Result>) => {
    if (message.kind === 'ready') ready.resolve();
    else report = message;
  });
  const fail = (error: Error) => {
    ready.reject(error);
    result.reject(error);
  };
  child.once('error', fail);
  child.once('exit', (code, signal) => {
    if (report && code === 0) result.resolve(report.value);
    else fail(new Error(`${script}: ended with ${signal ?? code}, wanted a report and 0`));
  });
  return { ready: ready.promise, result: result.promise };
}

/** What the process tells. */
export type MeasuredMessage<Result> = { kind: 'ready' } | { kind: 'report'; value: Result };
