import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { provideBroker } from './broker.ts';
import { isAlive } from './broker-leftovers.ts';

const provide = (env: Record<string, string>) =>
  provideBroker({ purpose: 'test', log: () => {}, env: { ...env } });

describe('provideBroker', () => {
  let server: Server;
  let address: string;

  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    address = `127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
  });

  afterEach(() => {
    server.close();
    vi.unstubAllEnvs();
  });

  test('takes the broker that is named when one of its addresses accepts a connection', async () => {
    const broker = await provide({ KAFKA_BROKERS: `127.0.0.1:1,${address}` });
    expect(broker).toMatchObject({ way: 'given', brokers: `127.0.0.1:1,${address}` });
    await broker.stop();
    expect(await provide({ KAFKA_BOOTSTRAP_SERVERS: address })).toMatchObject({ way: 'given' });
  });

  test('starts no other broker when the one that is named is away', async () => {
    await expect(provide({ KAFKA_BROKERS: '127.0.0.1:1' })).rejects.toThrow(
      'KAFKA_BROKERS: none of 127.0.0.1:1 accepts a connection',
    );
  });

  test('names each way and why it failed when nothing can be had', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const failing = provide({});
    await expect(failing).rejects.toThrow('KAFKA_BROKERS: not set');
    await expect(failing).rejects.toThrow('docker: the engine does not answer: docker is not installed');
    await expect(failing).rejects.toThrow('local: java is not installed, wanted Java 17 or later');
  });

  test('tries the forced way alone', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const failing = provide({ MEANWHILE_BROKER: 'local', KAFKA_BROKERS: address });
    await expect(failing).rejects.toThrow('local: java');
    await expect(failing).rejects.not.toThrow('docker: ');
    await expect(provide({ MEANWHILE_BROKER: 'cloud' })).rejects.toThrow('cloud, wanted docker or local');
  });
});

describe('guard.sh', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'guard-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('ends its command when the process that started it is killed', async () => {
    const pidFile = join(folder, 'pid');
    // The owner holds the pipe; kill -9 gives it no chance to end anything itself.
    const script = `
      import { spawn } from 'node:child_process';
      spawn('sh', ${JSON.stringify([join(import.meta.dirname, 'kafka/guard.sh'), pidFile, 'sleep', '60'])},
        { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    const pid = await vi.waitUntil(() => readPid(pidFile), { timeout: 20_000 });
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await vi.waitUntil(() => !isAlive(pid), { timeout: 20_000 });
  });

  test('gives back the exit code of a command that ends by itself', async () => {
    const guard = join(import.meta.dirname, 'kafka/guard.sh');
    const child = spawn('sh', [guard, join(folder, 'pid'), 'sh', '-c', 'exit 7'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(7);
  });
});

function readPid(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0; // not written yet
  }
}
