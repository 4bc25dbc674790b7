import { resolve } from 'node:path';
import { AGGREGATES, type Aggregate } from '@meanwhile/records';
import type { Bench, Row } from '../bench.ts';
import type { LoopCost } from '../loop-cost.ts';
import { measure } from '../measure.ts';
import { ratioText, spreadText } from '../spread.ts';
import type { WriteArgs, WriteCost } from './write-result.ts';

const own = resolve(import.meta.dirname, 'own-writer.ts');
const plain = resolve(import.meta.dirname, 'json-writer.ts');
const text = resolve(import.meta.dirname, 'text-of-doubles.ts');

export const writeBench: Bench = {
  name: 'write',
  summary: 'a result to JSON bytes: CPU beside JSON.stringify, and beside String(x) of its doubles alone',
  async run(context) {
    const rows: Row[] = [];
    for (const aggregates of [[...AGGREGATES], ['average']] as Aggregate[][]) {
      const args: WriteArgs = { aggregates, operations: context.isQuick ? 20_000 : 500_000 };
      const ours: WriteCost[] = [];
      const theirs: WriteCost[] = [];
      const doubles: LoopCost[] = [];
      for (let run = 0; run < context.runs; run++) {
        ours.push(await measure<WriteCost>(own, args));
        theirs.push(await measure<WriteCost>(plain, args));
        doubles.push(await measure<LoopCost>(text, args));
        if (ours[run]!.digest !== theirs[run]!.digest) {
          throw new Error('write: our bytes are not those of JSON.stringify');
        }
      }
      const named = aggregates.length === 1 ? 'the average alone' : 'all aggregates';
      rows.push(
        rowOf(`write, ${named}`, ours, theirs, 'JSON.stringify', '< 1 byte'),
        rowOf(`write, ${named}`, ours, doubles, `String(x) of ${aggregates.length}`, '≤ 2.5 ×'),
      );
      for (const { what, ours: cost, reference } of rows.slice(-2)) {
        context.say(`  ${what}: ${cost} beside ${reference}`);
      }
    }
    return rows;
  },
};

function rowOf(what: string, ours: LoopCost[], theirs: LoopCost[], reference: string, wanted: string): Row {
  return {
    what,
    ours: costText(ours),
    reference: `${costText(theirs)} (${reference})`,
    ratio: ratioText(
      ours.map(({ ns }) => ns),
      theirs.map(({ ns }) => ns),
    ),
    wanted,
  };
}

function costText(costs: LoopCost[]): string {
  const ns = costs.map((cost) => cost.ns);
  return `${spreadText(ns, 'ns')}, ${spreadText(costs.map(({ heapBytes }) => heapBytes))} bytes of heap`;
}
