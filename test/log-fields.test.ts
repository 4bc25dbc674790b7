import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { documentedLogFields } from './support/documented.ts';

const root = resolve(import.meta.dirname, '..');
const documented = documentedLogFields(readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8'));
const calls = ['libs', 'services'].flatMap((folder) => sourcesBelow(folder)).flatMap(logCalls);

test('these rules see what they judge', () => {
  expect(documented.length).toBeGreaterThan(20);
  expect(calls.length).toBeGreaterThan(40);
});

test('every field that a log line is given is in the table of docs/OPERATIONS.md', () => {
  for (const { file, fields } of calls) {
    for (const field of fields) expect(documented, `${file}: field ${field}`).toContain(field);
  }
});

test('the table has no field that nobody writes', () => {
  const written = new Set([...calls.flatMap(({ fields }) => fields), 'time', 'level', 'service', 'msg']);
  for (const field of documented) expect([...written], `documented: ${field}`).toContain(field);
});

/** Object literals that are written into a call of a logger, or handed to a flood log as `fields`. */
function logCalls(file: string): { file: string; fields: string[] }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const literals = [
    ...text.matchAll(
      /\b(?:log|logger|log\(\))\s*\.(?:debug|info|warn|error|fatal)\(\s*\{((?:[^{}]|\{[^}]*\})*)\}/g,
    ),
    ...text.matchAll(/\bfields: \{([^}]*)\},\s*message:/g),
  ];
  // Fields that are handed over by name: `const facts = { … }; log.info(facts, …)`.
  const names = [...text.matchAll(/\b(?:log|logger)\s*\.(?:debug|info|warn|error|fatal)\(\s*(\w+),/g)];
  for (const [, name] of names)
    literals.push(...text.matchAll(new RegExp(`\\b${name} = \\{([^}]*)\\}`, 'g')));
  return literals.map(([, body]) => ({ file, fields: keysOf(body!) }));
}

/** `a, b: c, ...d` → a, b. What is spread in is written elsewhere. */
function keysOf(body: string): string[] {
  return body
    .replaceAll(/\([^)]*\)|\[[^\]]*\]|\{[^}]*\}|\/\/.*$/gm, '')
    .split(',')
    .map((part) => /^\s*(\w+)\s*(?::|$)/.exec(part)?.[1])
    .filter((name) => name !== undefined);
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|testing|test-kit|fixture|node_modules/.test(name))
    .map((name) => join(folder, name));
}
