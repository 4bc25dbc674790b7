import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const dockerfile = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8');
const image = dockerfile.slice(dockerfile.indexOf('\nFROM scratch'));

describe('deploy/Dockerfile', () => {
  test('knows every workspace: npm ci refuses a lockfile with others', () => {
    for (const folder of ['libs', 'services'].flatMap((group) =>
      readdirSync(join(root, group)).map((name) => `${group}/${name}`),
    )) {
      expect(dockerfile).toContain(`\nCOPY ${folder}/package.json ${folder}/\n`);
    }
  });

  test('the image is built without a shell: it has none, and one layer of dependencies', () => {
    expect(image).not.toMatch(/^RUN /m);
    expect(image.match(/node_modules/g)).toHaveLength(2); // from and to, once
    for (const instruction of ['HEALTHCHECK .*CMD', 'ENTRYPOINT'])
      expect(image).toMatch(new RegExp(`^${instruction} \\["node"`, 'm'));
    expect(image).toMatch(/^USER 1000:1000$/m);
  });

  test('the image is labelled with the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(image).toContain(`\nARG VERSION=${version}\n`);
    for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'base.name'])
      expect(image).toContain(`org.opencontainers.image.${name}=`);
  });
});

describe('docker compose', () => {
  const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Record<string, { mem_limit?: string; security_opt?: string[]; build?: object }>;
  };
  const production = readFileSync(join(root, 'docs/production.md'), 'utf8');

  test.each(Object.keys(services))('%s has a memory limit, which docs/production.md argues for', (name) => {
    const { mem_limit: limit, security_opt: options } = services[name]!;
    expect(production).toMatch(new RegExp(`^\\| ${name} \\| ${limit} \\| .{20,}`, 'm'));
    expect(options).toEqual(['no-new-privileges:true']);
  });

  test.each(Object.entries(services).filter(([, { build }]) => build))(
    '%s, an image of ours, runs without rights and on a file system that it cannot write',
    (_, service) => {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    },
  );
});
