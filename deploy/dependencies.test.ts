import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const services = readdirSync(join(root, 'services'));

/** What the bill of materials (CycloneDX 1.5) says of a package. */
interface Component {
  name: string;
  version: string;
  licenses?: ({ license: { id: string } } | { expression: string })[];
}

/** Each lets us pass the code on under Apache-2.0 with a notice, and asks for no more. */
const LICENCES = ['Apache-2.0', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT'];
const DIRECT_MAX = 8;

describe.each(services)('services/%s', (service) => {
  test('names at most eight packages that it runs on, ours included', () => {
    expect(namedBy(`services/${service}`).length).toBeLessThanOrEqual(DIRECT_MAX);
  });

  test('has a bill of materials in which every licence is a permissive one', () => {
    const components = billOfMaterials(service);
    expect(components.length).toBeGreaterThan(20);
    for (const { name, version, licenses = [] } of components) {
      const found = licenses.map((each) => ('license' in each ? each.license.id : each.expression));
      expect(found.length, `${name} ${version} has no licence`).toBeGreaterThan(0);
      for (const licence of found) expect(LICENCES, `${name} ${version}`).toContain(licence);
    }
  });
});

test('every package that we run on is argued for in docs/ARCHITECTURE.md, and no other', () => {
  const text = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8');
  const section = text.slice(text.indexOf('### Dependencies'));
  const rows = [...section.matchAll(/^\| ([^|]+) \|([^|]+)\|/gm)].filter(
    ([, , use]) => !use!.includes('development only'),
  );
  const argued = rows
    .flatMap(([, names]) => names!.split(','))
    .map((name) => name.trim().split(' ')[0]!.toLowerCase());
  const folders = ['libs', 'services'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}`),
  );
  const named = new Set(folders.flatMap(namedBy).filter((name) => !name.startsWith('@meanwhile/')));
  expect(argued.filter((name) => name !== 'package' && !/^-+$/.test(name)).toSorted()).toEqual(
    [...named].toSorted(),
  );
});

test('no package that we run on has an install script', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean; dev?: boolean }>;
  };
  const withScript = Object.entries(packages).filter(([, entry]) => entry.hasInstallScript && !entry.dev);
  expect(withScript.map(([path]) => path)).toEqual([]);
});

function namedBy(folder: string): string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return Object.keys(dependencies);
}

/** As the image has it: deploy/Dockerfile asks npm in the same words. */
function billOfMaterials(service: string): Component[] {
  const dockerfile = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8');
  const [, words] = /^RUN npm (sbom .*) > /m.exec(dockerfile)!;
  const args = words!.replaceAll('"', '').replace('$SERVICE', service).split(' ');
  const run = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  expect(run.status, run.stderr).toBe(0);
  return (JSON.parse(run.stdout) as { components: Component[] }).components;
}
