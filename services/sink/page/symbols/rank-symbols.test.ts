import { expect, test } from 'vitest';
import { OPTIONS_MAX, rankSymbols } from './rank-symbols.js';

const order = (text: string, recent: string[], found: string[]) =>
  rankSymbols(text, recent, found).map(({ symbol, isRecent }) => (isRecent ? `${symbol}*` : symbol));

test('recent ones first as they were used, then what begins with the text, then what has it', () => {
  expect(order('ac', ['GLOBX', 'PACK', 'ACME'], ['ACME', 'ACTO', 'BACK', 'PACK', 'acorn'])).toEqual([
    'PACK*',
    'ACME*',
    'ACTO',
    'acorn',
    'BACK',
  ]);
});

test('without a text the recent ones and then all, each once, and no more than fit', () => {
  const all = Array.from({ length: 200 }, (_, index) => `S${index}`);
  const ranked = order('', ['S7', 'S3'], all);
  expect(ranked.slice(0, 4)).toEqual(['S7*', 'S3*', 'S0', 'S1']);
  expect([ranked.length, new Set(ranked).size]).toEqual([OPTIONS_MAX, OPTIONS_MAX]);
});
