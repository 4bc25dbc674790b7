import { cpuSecondsSince } from './run-measured.ts';
import { spreadOf } from './spread.ts';

export interface LoopCost {
  /** CPU nanoseconds per operation. */
  ns: number;
  /** Bytes of heap per operation, in steady state. */
  heapBytes: number;
}

/** What one operation of a loop costs, once the engine has compiled it. */
export function loopCost(loop: (operations: number) => void, operations: number): LoopCost {
  loop(operations >> 1);
  const start = process.cpuUsage();
  loop(operations);
  const ns = (cpuSecondsSince(start) / operations) * 1e9;
  return { ns, heapBytes: heapPerOperation(loop) };
}

/** Slices are short, so that most of them see no garbage collection; the median leaves out those that do. */
function heapPerOperation(loop: (operations: number) => void): number {
  const operations = 1_000;
  const growths: number[] = [];
  for (let slice = 0; slice < 101; slice++) {
    const before = process.memoryUsage().heapUsed;
    loop(operations);
    growths.push(process.memoryUsage().heapUsed - before);
  }
  // Two looks at the heap with nothing between them are an allocation too.
  const looks = growths.map(() => {
    const before = process.memoryUsage().heapUsed;
    return process.memoryUsage().heapUsed - before;
  });
  return Math.max(0, spreadOf(growths).median - spreadOf(looks).median) / operations;
}
