import { type LoopCost, loopCost } from '../loop-cost.ts';
import { runMeasured } from '../run-measured.ts';
import type { WriteArgs } from './write-result.ts';
import { writeResults } from './write-results.ts';

runMeasured(write);

/** String(x) of a result's doubles and nothing else: the least that a writer costs that leaves digits to the engine. */
async function write({ aggregates, operations }: WriteArgs): Promise<LoopCost> {
  const results = writeResults();
  const doubles = Float64Array.from(results.flatMap((result) => aggregates.map((name) => result[name])));
  const perResult = aggregates.length;
  let next = 0;
  let characters = 0;

  function loop(times: number): void {
    for (let index = 0; index < times * perResult; index++) {
      characters += String(doubles[next]!).length;
      next = next + 1 === doubles.length ? 0 : next + 1;
    }
  }

  const cost = loopCost(loop, operations);
  if (characters === 0) throw new Error('text of doubles: 0 characters, wanted some');
  return cost;
}
