import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventParser } from './event-parser.js';

const TEXT = [
  'retry: 1000\nid: ab-1\n\n',
  'id: ab-2\ndata: {"a":1}\n\n',
  ': heartbeat\nid: ab-7\n\n',
  'event: reset\nid: cd-0\ndata: {"database":"cd"}\n\n',
  'data:one\ndata: two\n\n',
].join('');
const WHOLE = [
  'id ab-1',
  'id ab-2',
  'message {"a":1}',
  'id ab-7',
  'id cd-0',
  'reset {"database":"cd"}',
  'message one\ntwo',
];

function read(pieces: string[]): string[] {
  const seen: string[] = [];
  const parser = createEventParser({
    onEvent: (type, text) => seen.push(`${type} ${text}`),
    onId: (id) => seen.push(`id ${id}`),
  });
  for (const piece of pieces) parser.feed(piece);
  return seen;
}

test('events, and the ids of those without data', () => {
  expect(read([TEXT])).toEqual(WHOLE);
});

test('wherever the text is cut, the same comes out', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: TEXT.length })), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), TEXT.length];
      expect(read(edges.slice(1).map((edge, index) => TEXT.slice(edges[index]!, edge)))).toEqual(WHOLE);
    }),
  );
});

test('an event that was cut off counts neither with its data nor with its id', () => {
  expect(read(['id: ab-1\n\nid: ab-2\ndata: {"a":1}\n'])).toEqual(['id ab-1']);
});
