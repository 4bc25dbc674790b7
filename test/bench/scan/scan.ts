import { resolve } from 'node:path';
import type { Bench, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { ratioText, spreadText } from '../spread.ts';
import { LAYOUTS, type Layouts } from './scan-records.ts';
import type { ScanArgs, ScanResult } from './scan-result.ts';

const own = resolve(import.meta.dirname, 'own-scanner.ts');
const plain = resolve(import.meta.dirname, 'json-scanner.ts');

export const scanBench: Bench = {
  name: 'scan',
  summary: 'a JSON price from bytes to value and time: CPU beside JSON.parse and the same checks',
  async run(context) {
    const rows: Row[] = [];
    for (const layouts of Object.keys(LAYOUTS) as Layouts[]) {
      const args: ScanArgs = { layouts, operations: context.isQuick ? 50_000 : 2_000_000 };
      const ours: ScanResult[] = [];
      const theirs: ScanResult[] = [];
      for (let run = 0; run < context.runs; run++) {
        ours.push(await measure<ScanResult>(own, args));
        theirs.push(await measure<ScanResult>(plain, args));
        if (ours[run]!.sum !== theirs[run]!.sum) throw new Error('scan: our sum is not that of JSON.parse');
      }
      const nsOf = (results: ScanResult[]) => results.map(({ ns }) => ns);
      const heapOf = (results: ScanResult[]) => spreadText(results.map(({ heapBytes }) => heapBytes));
      const row = {
        what: `scan, prices ${LAYOUTS[layouts]}`,
        ours: `${spreadText(nsOf(ours), 'ns')}, ${heapOf(ours)} bytes of heap`,
        reference: `${spreadText(nsOf(theirs), 'ns')}, ${heapOf(theirs)} bytes of heap (JSON.parse)`,
        ratio: ratioText(nsOf(ours), nsOf(theirs)),
        wanted: layouts === 'one' ? '≤ 80 ns, < 1 byte' : '< 1 byte',
      };
      rows.push(row);
      context.say(`  ${row.what}: ${row.ours} beside ${row.reference}`);
    }
    return rows;
  },
};
