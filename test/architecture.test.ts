import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

interface Import {
  file: string;
  specifier: string;
}

interface Package {
  name: string;
  folder: string;
  dependencies: string[];
  imports: Import[];
}

const packages = ['libs', 'services'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => readPackage(`${group}/${name}`)),
);
const rootPackage = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Which of our packages each package may import. */
const ARROWS: Record<string, readonly string[]> = {
  'libs/windowing': [],
  'libs/records': [],
  'libs/kafka': [],
  'libs/stream': ['@meanwhile/kafka'],
  'libs/averages': ['@meanwhile/kafka', '@meanwhile/records', '@meanwhile/stream', '@meanwhile/windowing'],
  'libs/explain': ['@meanwhile/kafka', '@meanwhile/records', '@meanwhile/windowing'],
  'libs/service': [],
};
const PURE = ['libs/windowing', 'libs/records'];

describe('layers', () => {
  test.each(packages)('$folder imports only what lies below it', ({ folder, imports }) => {
    const allowed = ARROWS[folder];
    for (const { file, specifier } of imports.filter(isOurs)) {
      if (allowed) expect(allowed, `${file} imports ${specifier}`).toContain(specifier);
      expect(
        servicePackages(),
        `${file} imports ${specifier}: a service is imported by nobody`,
      ).not.toContain(specifier);
    }
  });

  test.each(packages.filter(({ folder }) => PURE.includes(folder)))(
    '$folder is pure: it imports nothing',
    ({ imports }) => {
      expect(imports.filter(({ file, specifier }) => !isRelative(specifier) && !isTest(file))).toEqual([]);
    },
  );

  test.each(packages)('$folder is entered by its index.ts and stays in its folder', ({ folder, imports }) => {
    for (const { file, specifier } of imports) {
      // The second entry of libs/kafka, its simulated log, is for tests.
      const isTesting = specifier === '@meanwhile/kafka/testing' && isTest(file);
      if (specifier.startsWith('@meanwhile/') && !isTesting)
        expect(specifier.split('/'), `${file} imports ${specifier}`).toHaveLength(2);
      if (!isRelative(specifier) || isTest(file)) continue;
      const target = relative(root, resolve(root, dirname(file), specifier));
      expect(target.startsWith(`${folder}/`), `${file} imports ${specifier}`).toBe(true);
    }
  });

  test.each(packages)('$folder declares what it imports', ({ folder, dependencies, imports }) => {
    for (const { file, specifier } of imports) {
      if (isRelative(specifier) || specifier.startsWith('node:') || specifier.startsWith('/')) continue;
      const name = packageName(specifier);
      const declared = isTest(file)
        ? [...dependencies, ...Object.keys(rootPackage.devDependencies)]
        : dependencies;
      if (name === `@meanwhile/${folder.split('/')[1]}`) continue;
      expect(declared, `${file} imports ${specifier}`).toContain(name);
    }
  });

  test('no package imports another in a circle', () => {
    const visit = (name: string, path: string[]): void => {
      expect(path, [...path, name].join(' → ')).not.toContain(name);
      const next = packages.find((candidate) => candidate.name === name);
      for (const dependency of next?.dependencies.filter((d) => d.startsWith('@meanwhile/')) ?? [])
        visit(dependency, [...path, name]);
    };
    for (const { name } of packages) visit(name, []);
  });
});

test('these rules see what they judge', () => {
  expect(packages.flatMap(({ imports }) => imports).length).toBeGreaterThan(500);
  expect(packages.flatMap(({ imports }) => imports.filter(isOurs)).length).toBeGreaterThan(50);
});

test.each(['README.md', 'docs', 'libs'])('the files that %s names are there', (place) => {
  const documents = place.endsWith('.md') ? [place] : filesBelow(place, /\.md$/);
  expect(documents.length).toBeGreaterThan(0);
  for (const document of documents) {
    const text = readFileSync(join(root, document), 'utf8');
    for (const [, path] of text.matchAll(/`((?:libs|services|deploy|test|docs)\/[\w./-]+)`/g)) {
      expect(existsSync(join(root, path!)), `${document} names ${path}`).toBe(true);
    }
    for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)) {
      expect(existsSync(resolve(root, dirname(document), link!)), `${document} links to ${link}`).toBe(true);
    }
  }
});

test('what a product runs on reaches no file of the simulated log', () => {
  const files = packages.flatMap(({ imports }) => imports).filter(({ file }) => !isTest(file));
  expect(files.length).toBeGreaterThan(500);
  expect(files.filter(({ specifier }) => /(^|\/)testing(\/|$)/.test(specifier))).toEqual([]);
});

describe('what only one place may touch', () => {
  test('kafkajs: only libs/kafka', () => {
    expect(
      importersOf((specifier) => specifier === 'kafkajs' || specifier.startsWith('kafkajs/')).filter(
        (file) => !file.startsWith('libs/kafka/'),
      ),
    ).toEqual([]);
  });

  test("kafkajs's inner files: only kafkajs-internals.ts", () => {
    const files = importersOf((specifier) => specifier.startsWith('kafkajs/'));
    expect(files.filter((file) => file !== 'libs/kafka/src/kafkajs-internals.ts' && !isTest(file))).toEqual(
      [],
    );
  });

  test("node:sqlite: only the sink's store", () => {
    expect(
      importersOf((specifier) => specifier === 'node:sqlite').filter(
        (file) => !file.startsWith('services/sink/src/store/'),
      ),
    ).toEqual([]);
  });

  test('process.env: only main.ts', () => {
    const users = packages
      .flatMap(({ folder }) => sourceFiles(folder))
      .filter(
        (file) =>
          !isTest(file) && /process\.env\b/.test(withoutComments(readFileSync(join(root, file), 'utf8'))),
      );
    expect(users.filter((file) => !file.endsWith('/src/main.ts'))).toEqual([]);
  });

  test('the folder beside the project: only test/support/data.ts and .ci/run', () => {
    const files = ['libs', 'services', 'deploy', 'test', 'docs'].flatMap(sourceFiles);
    const users = files.filter((file) => /\.\.\/shared\b/.test(readFileSync(join(root, file), 'utf8')));
    expect(
      users.filter((file) => file !== 'test/support/data.ts' && file !== 'test/architecture.test.ts'),
    ).toEqual([]);
  });
});

function readPackage(folder: string): Package {
  const { name, dependencies } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const imports = sourceFiles(folder).flatMap(importsOf);
  return { name, folder, dependencies: Object.keys(dependencies ?? {}), imports };
}

function sourceFiles(folder: string): string[] {
  return filesBelow(folder, /\.(ts|js|mjs)$/);
}

function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && pattern.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = withoutComments(readFileSync(join(root, file), 'utf8'));
  const found = text.matchAll(
    /(?:^|[\s;}])(?:import|export)\s+(?:[^'"`;]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/g,
  );
  return [...found].map((match) => ({ file, specifier: (match[1] ?? match[2])! }));
}

function importersOf(isWanted: (specifier: string) => boolean): string[] {
  return packages.flatMap(({ imports }) =>
    imports.filter(({ specifier }) => isWanted(specifier)).map(({ file }) => file),
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function servicePackages(): string[] {
  return packages.filter(({ folder }) => folder.startsWith('services/')).map(({ name }) => name);
}

function isOurs({ specifier }: Import): boolean {
  return specifier.startsWith('@meanwhile/');
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

function isTest(file: string): boolean {
  return /\.(test|test-kit|fixture|bench)\.ts$/.test(file) || file.includes('/testing/');
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}
