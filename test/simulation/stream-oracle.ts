import type { InputRecord } from './stream-input.ts';
import { IDLE_MS, WINDOW_MS } from './window-sums.ts';

export interface PartitionTruth {
  input: readonly InputRecord[];
  inputEnd: number;
  results: readonly string[];
  late: readonly string[];
  /** Values of the journal that are no snapshot chunks, parsed. */
  journal: readonly Entry[];
  groupOffset: number;
}

/** `<time>|<amount>|<extra results>` */
type Parsed = InputRecord & { timeMs: number; amount: number; extra: number };

type Entry = Record<string, unknown> & { type: string };

/**
 * Recomputes one partition from its input and compares: results, late records, journal, group offset. What the log cannot tell, when
 * a silence was seen and when settings changed, is taken from the journal, and then checked against the append times.
 *
 * @returns what is wrong, in words; empty: nothing
 */
export function problemsOf(truth: PartitionTruth): string[] {
  const problems: string[] = [];
  const expected = { results: [] as string[], late: [] as string[] };
  const input = truth.input.map(parse);
  const entered: (Parsed & { window: number })[] = [];
  const totals = { read: 0, results: 0, late: 0 };
  let label = '';
  let watermark = Number.NEGATIVE_INFINITY;
  let sequence = 0;
  let position = 0;

  for (const entry of truth.journal) {
    if (entry.type === 'settings') {
      label = (entry['settings'] as { label: string }).label;
      continue;
    }
    sequence++;
    if (label === '') problems.push(`journal entry ${sequence}: no settings before it`);
    if (entry['sequence'] !== sequence || entry['from_offset'] !== position) {
      const found = `${String(entry['sequence'])} from ${String(entry['from_offset'])}`;
      problems.push(`journal: entry ${found}, wanted ${sequence} from ${position}`);
      return problems;
    }
    const before = { results: expected.results.length, late: expected.late.length };
    const next = Number(entry['next_offset']);
    const stretch = input.filter(({ offset }) => offset >= position && offset < next);
    for (const record of stretch) enter(record);
    const told = entry['watermark'] === null ? Number.NEGATIVE_INFINITY : Number(entry['watermark']);
    if (told > watermark) {
      const silentUntilMs = told + IDLE_MS;
      const later = truth.input.find(({ offset }) => offset >= next);
      if (later && later.appendTimeMs < Math.floor(silentUntilMs))
        problems.push(
          `journal entry ${sequence}: silence until ${silentUntilMs}, but offset ${later.offset} came at ${later.appendTimeMs}`,
        );
      moveTo(told);
    }
    if (told !== watermark)
      problems.push(`journal entry ${sequence}: watermark ${told}, wanted ${watermark}`);
    const counted = {
      read: stretch.length,
      results: expected.results.length - before.results,
      late: expected.late.length - before.late,
    };
    for (const [name, count] of Object.entries(counted)) {
      totals[name as keyof typeof totals] += count;
      if (entry[name] !== count)
        problems.push(`journal entry ${sequence}: ${name} is ${String(entry[name])}, wanted ${count}`);
    }
    const told2 = JSON.stringify(entry['totals']);
    if (told2 !== JSON.stringify(totals))
      problems.push(`journal entry ${sequence}: totals ${told2}, wanted ${JSON.stringify(totals)}`);
    position = next;
  }
  compareLists('results', truth.results, expected.results, problems);
  compareLists('late', truth.late, expected.late, problems);
  const missed = truth.input.filter(({ offset }) => offset >= position);
  if (missed.length > 0)
    problems.push(
      `lost: ${missed.length} records from offset ${missed[0]!.offset}, journal ends at ${position}`,
    );
  if (truth.groupOffset !== position)
    problems.push(`group offset ${truth.groupOffset}, the journal's end is ${position}`);
  if (truth.inputEnd !== position)
    problems.push(`journal ends at input offset ${position}, the input at ${truth.inputEnd}`);
  return problems;

  function enter(record: Parsed): void {
    moveTo(Math.max(watermark, record.timeMs));
    const window = Math.floor(record.timeMs / WINDOW_MS);
    if ((window + 1) * WINDOW_MS <= watermark) {
      expected.late.push(`late ${record.key} ${record.offset}`);
      return;
    }
    entered.push({ ...record, window });
    const { sum, count } = sumOf(window, record.key);
    for (let i = 0; i < record.extra + 1; i++)
      expected.results.push(
        `${label} update ${record.key} ${window * WINDOW_MS} ${sum} ${count} at ${record.offset}.${i}`,
      );
  }

  /** All windows whose end lies in (old, new], recomputed from every record that entered them. */
  function moveTo(to: number): void {
    const closing = entered.filter(({ window }) => {
      const end = (window + 1) * WINDOW_MS;
      return end > watermark && end <= to;
    });
    watermark = to;
    const names = new Map(closing.map(({ window, key }) => [`${window}/${key}`, { window, key }]));
    const inOrder = [...names.values()].sort((a, b) => a.window - b.window || (a.key < b.key ? -1 : 1));
    for (const { window, key } of inOrder) {
      const { sum, count } = sumOf(window, key);
      expected.results.push(`${label} final ${key} ${window * WINDOW_MS} ${sum} ${count}`);
    }
  }

  function sumOf(window: number, key: string): { sum: number; count: number } {
    const members = entered.filter((record) => record.window === window && record.key === key);
    return { sum: members.reduce((sum, { amount }) => sum + amount, 0), count: members.length };
  }
}

function parse(record: InputRecord): Parsed {
  const [timeMs, amount, extra] = record.value.split('|').map(Number) as [number, number, number];
  return { ...record, timeMs, amount, extra };
}

function compareLists(
  what: string,
  found: readonly string[],
  wanted: readonly string[],
  problems: string[],
): void {
  const length = Math.max(found.length, wanted.length);
  for (let i = 0; i < length; i++) {
    if (found[i] === wanted[i]) continue;
    problems.push(
      `${what} ${i}: "${found[i] ?? 'nothing'}", wanted "${wanted[i] ?? 'nothing'}" (${found.length} found, ${wanted.length} wanted)`,
    );
    return;
  }
}
