import { spawnSync } from 'node:child_process';
import { root } from './pipeline.ts';

const IMAGES = ['apache/kafka:4.3.1', 'node:24-bookworm-slim'];

/** Why compose cannot be run here, or undefined. */
export function whyNoCompose(): string | undefined {
  const works = (...args: string[]) =>
    spawnSync('docker', args, { encoding: 'utf8', timeout: 10_000 }).status === 0;
  if (!works('info')) return 'no Docker engine answers';
  if (!works('compose', 'version')) return 'docker compose is not installed';
  for (const image of IMAGES) {
    if (!works('image', 'inspect', image) && !works('pull', '--quiet', image))
      return `no image ${image} can be had`;
  }
  return undefined;
}

/** Runs a line of a shell in the project's folder. @returns what it printed. @throws with that, unless it ends with 0 */
export function shell(line: string, env: NodeJS.ProcessEnv): string {
  const run = spawnSync('bash', ['-o', 'pipefail', '-c', line], { cwd: root, env, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${line}: exit code ${run.status}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}
