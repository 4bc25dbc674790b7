import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Broker } from '../../deploy/local/broker.ts';

/** Linux counts in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that a broker of our own on local Java has used; undefined where that cannot be seen. */
export function brokerCpuSeconds({ way }: Broker): number | undefined {
  const pidFile = resolve(import.meta.dirname, `../../var/test-kafka-${process.pid}/broker.pid`);
  if (way !== 'local' || !existsSync(pidFile)) return undefined;
  const statFile = `/proc/${readFileSync(pidFile, 'utf8').trim()}/stat`;
  if (!existsSync(statFile)) return undefined;
  // The name, in parentheses, may hold spaces. After it: state is field 3, user and system time 14 and 15.
  const fields = readFileSync(statFile, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
