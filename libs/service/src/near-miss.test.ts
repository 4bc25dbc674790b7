import { expect, test } from 'vitest';
import { editDistance, nearMiss } from './near-miss.ts';

test.each([
  ['RATE', 'RATE', 0],
  ['RAET', 'RATE', 1],
  ['RATES', 'RATE', 1],
  ['DATE', 'RATE', 1],
  ['', 'RATE', 4],
  ['kitten', 'sitting', 3],
])('%s and %s are %d edits apart', (left, right, distance) => {
  expect(editDistance(left, right)).toBe(distance);
});

const known = ['RATE', 'SEED', 'SPEED', 'KAFKA_SASL_USERNAME', 'KAFKA_BROKERS', 'OUT_OF_ORDER'];

test.each([
  ['RAET', 'RATE'],
  ['speed', 'SPEED'],
  ['OUTOFORDER', 'OUT_OF_ORDER'],
  ['KAFKA_BROKER', 'KAFKA_BROKERS'],
  ['KAFKA_SASL_USER', 'KAFKA_SASL_USERNAME'],
])('%s is probably %s', (name, meant) => {
  expect(nearMiss(name, known)).toBe(meant);
});

test.each(['RATE', 'PATH', 'GRACE', 'HOME', 'KAFKA_HOME', 'DATABASE', 'npm_config_rate', 'http_port'])(
  '%s is not meant for us',
  (name) => {
    expect(nearMiss(name, known)).toBeUndefined();
  },
);
