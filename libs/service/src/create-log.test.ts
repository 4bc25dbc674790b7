import { expect, test } from 'vitest';
import { createLog } from './create-log.ts';

function logTo(lines: string[], o: { level?: string; secrets?: string[] } = {}) {
  return createLog({ service: 'test', level: 'info', write: (line) => lines.push(line), ...o });
}

test('a line is JSON with time, level and service', () => {
  const lines: string[] = [];
  logTo(lines).info({ partition: 3 }, 'restored');
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'info',
    service: 'test',
    partition: 3,
    msg: 'restored',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
});

test('what is below the level is left out', () => {
  const lines: string[] = [];
  logTo(lines, { level: 'warn' }).info('x');
  expect(lines).toEqual([]);
});

test('passwords are left out of objects, and secrets of every text', () => {
  const lines: string[] = [];
  const log = logTo(lines, { secrets: ['hun"ter22'] });
  log.info({ kafka: { sasl: { username: 'u', password: 'other' } }, password: 'third' }, 'connecting');
  log.error({ err: new Error('login with hun"ter22 was refused') }, 'hun"ter22');
  expect(lines.join('')).not.toMatch(/ter22|other|third/);
  for (const line of lines) JSON.parse(line);
  expect(lines[1]).toContain('login with [secret] was refused');
});
