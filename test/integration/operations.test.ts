import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { partitionFor } from '@meanwhile/records';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { shell } from '../support/compose.ts';
import { type Message, sendMessages } from '../support/meanwhile.ts';
import { makePipeline, type Pipeline, root } from '../support/pipeline.ts';

// Every command that docs/OPERATIONS.md shows, in its order, but for those of compose: test/e2e has them.
const brokers = inject('brokers');
const operations = readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8');
const blocks = [...operations.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) =>
  block!
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +#.*/, '')),
);
const isCompose = (line: string) => /docker/.test(line);

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await makePipeline({ brokers, name: 'operations', env: { PARTITIONS: '4', GRACE: '1s' } });
  const partition = partitionFor(Buffer.from('ACME'), 4);
  // The window that is explained in the text ends here.
  const endMs = 1_700_000_040_000;
  const prices: Message[] = Array.from({ length: 120 }, (_, i) => {
    const value = { symbol: 'ACME', price: 100 + (i % 7), timestamp: endMs - 60_000 + i * 1_000 };
    return { key: 'ACME', value: JSON.stringify(value), partition };
  });
  const ahead = { symbol: 'ACME', price: 1, timestamp: Date.now() + 60_000 };
  const bad = [{ symbol: 'ACME', timestamp: endMs }, ahead].map((value) => {
    return { key: 'ACME', value: JSON.stringify(value), partition };
  });
  const aggregator = await pipeline.start('aggregator');
  await sendMessages(brokers, pipeline.inputTopic, [...prices, ...bad]);
  await pipeline.untilCommitted(60_000);
  expect(await aggregator.stop()).toBe(0);
});

afterAll(() => pipeline.stop());

describe('the commands of OPERATIONS', () => {
  test.each(blocks.filter((lines) => !lines.every(isCompose)).map((lines) => [lines.join('\n'), lines]))(
    '%s',
    (_, lines) => {
      const exported = lines.filter((line) => line.startsWith('export ')).map((line) => `${line}\n`);
      for (const line of lines.filter((each) => !each.startsWith('export '))) {
        // A service would run on: whether it would start is what its settings say.
        const isService = /npm run (aggregator|sink|producer)$/.test(line);
        const command = exported.join('') + line + (isService ? ' -- --check' : '');
        expect(shell(command, { ...process.env, ...pipeline.env }).length, line).toBeGreaterThan(20);
      }
    },
  );

  test('of compose are those of the drills, or are run by the test of compose', () => {
    const drills = /^## Drills\n([\s\S]*?)^## /m.exec(operations)![1]!;
    const ours = readFileSync(join(root, 'test/e2e/compose.test.ts'), 'utf8');
    for (const line of blocks.flat().filter(isCompose)) {
      const words = line.replace('docker compose ', '').split(' ');
      const asCalled = `compose(${words.map((word) => `'${word}'`).join(', ')})`;
      expect(drills.includes(line) || ours.includes(asCalled), line).toBe(true);
    }
  });
});
