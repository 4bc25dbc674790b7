import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrokerRequest } from './broker.ts';
import { runCommand } from './broker-command.ts';
import { kafkaVersion } from './broker-settings.ts';

/**
 * The folder with Apache Kafka's jars, fetched from Maven once per user and version.
 *
 * @throws Error when they are neither cached nor to be had.
 */
export async function kafkaJars(request: BrokerRequest): Promise<string> {
  const cache = join(request.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'meanwhile');
  const folder = join(cache, `kafka-${kafkaVersion}`);
  if (existsSync(folder)) return folder;

  request.log(`broker: fetching Apache Kafka ${kafkaVersion} by mvn, once (about a minute, 120 MB)`);
  await mkdir(cache, { recursive: true });
  // Into a folder of our own, renamed at the end: an interrupted fetch never looks like a complete one.
  const partial = await mkdtemp(`${folder}.`);
  try {
    const fetched = await runCommand(
      'mvn',
      ['-q', '-B', '-f', pomPath, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`],
      { timeoutMs: 600_000 },
    );
    if (!fetched.isOk) throw new Error(`fetching Apache Kafka ${kafkaVersion} failed: ${fetched.failure}`);
    await rename(partial, folder).catch((error: unknown) => {
      // Somebody else's fetch was faster: theirs is as good.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

const pomPath = fileURLToPath(new URL('kafka/pom.xml', import.meta.url));
