import type { MeasuredMessage } from './measure.ts';

/** The other side of `measure`: takes the arguments, reports the result, ends the process, open connections or not. */
export function runMeasured<Args, Result>(work: (args: Args, ready: () => void) => Promise<Result>): void {
  const args: Args = JSON.parse(process.argv[2]!);
  const tell = (message: MeasuredMessage<Result>, then: () => void) => process.send!(message, then);
  work(args, () => tell({ kind: 'ready' }, () => {})).then(
    (value) => tell({ kind: 'report', value }, () => process.exit(0)),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
}

/** User and system time of this process since `start` (`process.cpuUsage()`), all of its threads. */
export function cpuSecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
