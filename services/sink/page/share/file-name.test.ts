import { expect, test } from 'vitest';
import { fileName } from './file-name.js';

const range = { fromMs: 1_700_000_000_000, toMs: 1_700_000_060_000 };

test('a name that any file system takes', () => {
  expect(fileName(['../a b', 'Größe:1'], range)).toBe(
    'averages_-a-b_Größe-1_20231114T221320_20231114T221420',
  );
});
