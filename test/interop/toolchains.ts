import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'vitest';
import { runCommand } from '../../deploy/local/broker-command.ts';
import { findKafkaJava } from '../support/broker-java.ts';
import { root } from '../support/pipeline.ts';

/** A command line of a language's tools, or in a text why this machine has none: the reason of a skip. */
export type Tool = string[] | string;

export const consumers = resolve(root, 'docs/topics/consumers');

/** Downloads are kept for the user, as Kafka's jars are. */
const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'meanwhile', 'interop');
const INSTALL_MS = 600_000;

/** The command, or a skip of the test with the reason. */
export function usable(ctx: TestContext, tool: Tool): string[] {
  return typeof tool === 'string' ? ctx.skip(tool) : tool;
}

/** Python with the packages of a requirements file. */
export async function pythonWith(requirements: string): Promise<Tool> {
  const version = await runCommand('python3', ['--version'], { timeoutMs: 20_000 });
  if (!version.isOk) return version.failure;
  const minor = Number(/Python 3\.(\d+)/.exec(version.stdout)?.[1]);
  if (!(minor >= 11)) return `${version.stdout.trim()}, wanted 3.11 or later`;
  return prepared('python', requirements, async (folder) => {
    const made = await runCommand('python3', ['-m', 'venv', folder], { timeoutMs: INSTALL_MS });
    if (!made.isOk) return made.failure;
    const pip = ['-m', 'pip', 'install', '--quiet', '-r', requirements];
    const installed = await runCommand(join(folder, 'bin/python'), pip, { timeoutMs: INSTALL_MS });
    return installed.isOk ? [join(folder, 'bin/python')] : installed.failure;
  });
}

/** `java -cp` with the dependencies of a pom. Needs a compiler: a JDK, of version 17 or later. */
export async function javaWith(pom: string): Promise<Tool> {
  const version = await runCommand('javac', ['-version'], { timeoutMs: 20_000 });
  if (!version.isOk) return version.failure;
  const major = Number(/javac (\d+)/.exec(version.stdout)?.[1]);
  if (!(major >= 17)) return `${version.stdout.trim()}, wanted 17 or later`;
  return prepared('java', pom, async (folder) => {
    const copy = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
    const copied = await runCommand('mvn', copy, { timeoutMs: INSTALL_MS });
    return copied.isOk ? ['java', '-cp', join(folder, '*')] : copied.failure;
  });
}

/** `go run .` in a module's folder. */
export async function goRun(module: string): Promise<Tool> {
  const version = await runCommand('go', ['version'], { timeoutMs: 20_000 });
  if (!version.isOk) return version.failure;
  const wanted = /^go 1\.(\d+)/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))![1]!;
  const minor = /go1\.(\d+)/.exec(version.stdout)?.[1];
  if (Number(minor) < Number(wanted)) return `${version.stdout.trim()}, wanted 1.${wanted} or later`;
  const fetched = await runCommand('go', ['mod', 'download'], { cwd: module, timeoutMs: INSTALL_MS });
  return fetched.isOk ? ['go', 'run', '.'] : fetched.failure;
}

/** `sh`, with `kafka-console-consumer.sh` and jq on the returned PATH. */
export async function shellWithKafka(): Promise<{ command: string[]; path: string } | string> {
  const jq = await runCommand('jq', ['--version'], { timeoutMs: 20_000 });
  if (!jq.isOk) return jq.failure;
  const java = await findKafkaJava();
  if (typeof java === 'string') return java;
  const bin = join(cache, 'bin');
  mkdirSync(bin, { recursive: true });
  const main = ['org.apache.kafka.tools.consumer.ConsoleConsumer'];
  const name = `meanwhile-console-${randomUUID().slice(0, 8)}`;
  const utf8 = ['file', 'stdout', 'sun.stdout'].map((stream) => `-D${stream}.encoding=UTF-8`);
  const command = java.command({ name, folder: cache, jvm: utf8, main });
  const script = join(bin, 'kafka-console-consumer.sh');
  writeFileSync(script, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  chmodSync(script, 0o755);
  return { command: ['sh'], path: `${bin}:${process.env['PATH'] ?? ''}` };
}

/** Prepares a folder for what a file asks for, once: its name holds the file's hash, and it is whole or not there. */
async function prepared(kind: string, file: string, make: (folder: string) => Promise<Tool>): Promise<Tool> {
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
  const folder = join(cache, `${kind}-${hash}`);
  const done = `${folder}.json`;
  if (existsSync(done)) return JSON.parse(readFileSync(done, 'utf8')) as string[];
  mkdirSync(cache, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const tool = await make(folder);
  if (typeof tool === 'string') return `${kind}: ${tool}`;
  writeFileSync(`${done}.${process.pid}`, JSON.stringify(tool));
  renameSync(`${done}.${process.pid}`, done);
  return tool;
}
