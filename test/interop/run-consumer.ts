import { spawn } from 'node:child_process';
import type { SinkRow } from '../support/sink-rows.ts';

export type Row = SinkRow & Record<string, unknown>;

export interface RunningConsumer {
  /** What it printed so far, one JSON object a line. */
  rows(): Row[];
  /** SIGTERM. */
  stop(): void;
  /** Resolves when it ended with 0, or was stopped. @throws Error with the end of standard error */
  ended: Promise<void>;
}

/** Starts a documented program with the address of the brokers and the topic, as its first comment says. */
export function startConsumer(
  command: string[],
  o: { cwd?: string; env?: Record<string, string> } = {},
): RunningConsumer {
  const [program, ...args] = command;
  const child = spawn(program!, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: o.cwd,
    env: { ...process.env, ...o.env },
  });
  let output = '';
  let errors = '';
  let isStopped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 || isStopped) resolve();
      else reject(new Error(`${command.join(' ')}: exit code ${code}\n${errors}`));
    });
  });
  return {
    rows: () =>
      output
        .slice(0, output.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Row),
    stop() {
      isStopped = true;
      child.kill('SIGTERM');
    },
    ended,
  };
}

/** Runs it to its end and gives its rows by identity; the same one twice is a fault. */
export async function runConsumer(
  command: string[],
  o: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Record<string, Row>> {
  const running = startConsumer(command, o);
  await running.ended;
  const rows = running.rows();
  const byIdentity = Object.fromEntries(rows.map((row) => [identity(row), row]));
  if (Object.keys(byIdentity).length < rows.length) {
    throw new Error(
      `${command.join(' ')}: ${rows.length} rows for ${Object.keys(byIdentity).length} results`,
    );
  }
  return byIdentity;
}

export function identity({ partition, symbol, window, window_start, window_end }: SinkRow): string {
  return JSON.stringify([partition, symbol, window, window_start, window_end]);
}
