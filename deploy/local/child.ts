import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** Longer than a service takes by itself (10 s for all its stop functions). */
const KILL_AFTER_MS = 11_000;
const READY_POLL_MS = 100;

export interface Child {
  name: string;
  port: number;
  logFile: string;
  /** The exit code; a signal counts as 128. */
  readonly exited: Promise<number>;
  /** Resolves when /readyz answers 200. @throws when the process ends first. */
  ready(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL for one that does not end. */
  stop(): Promise<number>;
}

export interface ChildOptions {
  /** Of the log file and in messages. */
  name: string;
  root: string;
  script: string;
  env: Record<string, string | undefined>;
  /** 0: any free one. */
  port: number;
}

/**
 * Starts one service as a child process in a process group of its own: Ctrl-C on the terminal
 * then reaches it only once, through us. Its log goes to `var/log/<name>.log`.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, root } = options;
  const port = options.port || (await freePort());
  const logFolder = join(root, 'var', 'log');
  mkdirSync(logFolder, { recursive: true });
  const logFile = join(logFolder, `${name}.log`);
  const log = createWriteStream(logFile);
  const process_ = spawn(process.execPath, [options.script], {
    cwd: root,
    env: { ...options.env, HTTP_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  process_.stdout.pipe(log, { end: false });
  process_.stderr.pipe(log, { end: false });
  const exited = exitOf(process_);

  return {
    name,
    port,
    logFile,
    exited,
    ready: () => untilReady(port, exited, () => `${name} ended while starting:\n${lastLines(logFile)}`),
    kill: (signal) => void process_.kill(signal),
    async stop() {
      process_.kill('SIGTERM');
      const timer = setTimeout(() => process_.kill('SIGKILL'), KILL_AFTER_MS);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
  };
}

/** The end of a log, for a message on the terminal. */
export function lastLines(logFile: string, lines = 5): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 128));
  });
}

async function untilReady(port: number, exited: Promise<number>, describe: () => string): Promise<void> {
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
  });
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    if (hasExited) throw new Error(describe());
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
}
