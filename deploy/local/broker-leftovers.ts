import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrokerRequest } from './broker.ts';
import { runCommand } from './broker-command.ts';

interface Owner {
  ownerPid: number;
  brokers: string;
}

/** The broker another live process runs in this folder, if there is one. */
export async function readRunning(folder: string): Promise<Owner | undefined> {
  const owner = await readOwner(folder);
  if (!owner || owner.ownerPid === process.pid || !isAlive(owner.ownerPid)) return undefined;
  return (await brokerPid(folder)) ? owner : undefined;
}

/**
 * Ends brokers whose owner is gone and removes folders of dead test runs. guard.sh ends a broker within
 * seconds of its owner; what is left is a guard that was itself killed, or a folder nobody removed.
 *
 * @param varFolder the project's `var`
 */
export async function endLeftovers(varFolder: string, request: BrokerRequest): Promise<void> {
  const names = await readdir(varFolder).catch(() => []);
  for (const name of names) {
    const testPid = /^test-kafka-(\d+)$/.exec(name)?.[1];
    if (name !== 'kafka' && !testPid) continue;
    const folder = join(varFolder, name);
    const ownerPid = testPid ? Number(testPid) : (await readOwner(folder))?.ownerPid;
    if (ownerPid !== undefined && isAlive(ownerPid)) continue;
    const pid = await brokerPid(folder);
    if (pid) {
      request.log(`broker: ending process ${pid}, left over from an earlier run`);
      await endProcess(pid);
    }
    if (testPid) await rm(folder, { recursive: true, force: true });
  }
}

/** The live process that runs on this folder's settings. A pid alone may by now be somebody else's. */
async function brokerPid(folder: string): Promise<number | undefined> {
  const pid = Number(await readFile(join(folder, 'broker.pid'), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  const listed = await runCommand('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { timeoutMs: 5000 });
  return listed.stdout.includes(join(folder, 'server.properties')) ? pid : undefined;
}

async function endProcess(pid: number): Promise<void> {
  const deadlineMs = Date.now() + 8000;
  signal(pid, 'SIGTERM');
  while (isAlive(pid) && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 100));
  if (isAlive(pid)) signal(pid, 'SIGKILL');
}

async function readOwner(folder: string): Promise<Owner | undefined> {
  const text = await readFile(join(folder, 'owner.json'), 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined; // cut off while it was written: as if there were none
  }
}

/** Whether the process exists, ours or somebody else's. */
export function isAlive(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
