import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { withoutComments } from './without-comments.ts';

const PAGE = new URL('../../page/', import.meta.url);

test('comments with lines of their own go, lines stay, what is beside code stays', () => {
  const source = [
    '// one',
    'const a = 1; // beside',
    '/** one line */',
    '/**',
    ' * @param {string} text',
    ' */',
    'export const b = /** @type {any} */ (a);',
    '  /** @type {any} */ (b).c();',
    '/* kept */ a;',
  ].join('\n');
  expect(withoutComments(source).split('\n')).toEqual([
    '',
    'const a = 1; // beside',
    '',
    '',
    '',
    '',
    'export const b = /** @type {any} */ (a);',
    '  /** @type {any} */ (b).c();',
    '/* kept */ a;',
  ]);
});

test('every module of the page says the same without them', () => {
  const paths = globSync('**/*.js', { cwd: PAGE.pathname });
  expect(paths.length).toBeGreaterThan(40);
  const printed = (source: string) => stripTypeScriptTypes(source, { mode: 'transform' });
  let saved = 0;
  for (const path of paths) {
    const source = readFileSync(new URL(path, PAGE), 'utf8');
    const bare = withoutComments(source);
    expect(printed(bare), path).toBe(printed(source));
    expect(bare.split('\n'), path).toHaveLength(source.split('\n').length);
    saved += source.length - bare.length;
  }
  expect(saved).toBeGreaterThan(20_000);
});
