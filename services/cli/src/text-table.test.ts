import { expect, test } from 'vitest';
import { textTable } from './text-table.ts';

test('each column is as wide as its widest cell, numbers on the right', () => {
  const columns = [{ title: 'name' }, { title: 'lag', align: 'right' as const }, { title: 'owner' }];
  const rows = [
    ['prices', '7', 'a'],
    ['x', '12345', ''],
  ];
  expect(textTable(columns, rows)).toEqual(['name      lag  owner', 'prices      7  a', 'x       12345']);
});
