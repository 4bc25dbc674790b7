import { expect, test } from 'vitest';
import { curlText } from './curl.js';

const range = { fromMs: 1_700_000_000_000, toMs: 1_700_000_060_000 };

test('the request goes into a shell as it is, whatever the symbol', () => {
  const text = curlText({
    base: 'http://host:8080/chart/?symbol=x',
    symbols: [`a'b"; rm -rf $HOME \\ \`x\``],
    windows: ['sliding-10s'],
    range,
  });
  expect(text).toMatch(/^curl -s '[^'"\\`$ ]+'$/);
  const url = new URL(text.slice("curl -s '".length, -1));
  expect(url.pathname).toBe('/chart/api/v1/averages');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    symbol: `a'b"; rm -rf $HOME \\ \`x\``,
    window: 'sliding-10s',
    from: '1700000000000',
    to: '1700000060000',
    limit: '10000',
  });
});

test('one request for each symbol and window', () => {
  const text = curlText({ base: 'http://h/', symbols: ['A', 'B'], windows: ['w', 'v'], range });
  expect(text.split('\n')).toHaveLength(4);
});
