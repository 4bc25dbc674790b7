// Installs the dependencies from the lockfile when they are missing or stale, so that every npm
// script works on a fresh clone. Plain JavaScript for Node 20: Node 24 comes with the install.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const stamp = new URL('node_modules/.meanwhile-installed', root);
const wanted = createHash('sha256')
  .update(readFileSync(new URL('package-lock.json', root)))
  .digest('hex');

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`meanwhile: Node 20 or later is needed to begin with: found ${process.version}`);
  process.exit(1);
}
if (!isInstalled()) install();

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

function install() {
  console.error('meanwhile: installing dependencies from package-lock.json (once)');
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const run = spawnSync(
    command,
    [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (run.status !== 0) {
    console.error(`meanwhile: npm ci failed: exit ${run.status ?? run.signal}`);
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
