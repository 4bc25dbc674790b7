import { expect, test } from 'vitest';
import { frame } from './frame.ts';

test('a frame stays within the terminal and leaves nothing of the one before', () => {
  const text = frame(['one line', 'two', 'three'], { columns: 5, rows: 3 });
  expect(text).toBe('\u001b[Hone l\u001b[K\ntwo\u001b[K\u001b[J');
});
