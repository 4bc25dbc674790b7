import { spokenBytes, spokenCount, spokenDuration, spokenTime } from '../spoken.ts';
import { type Column, textTable } from '../text-table.ts';
import type { PartitionStatus, Status } from './gather-status.ts';

const columns: Column[] = [
  { title: 'partition', align: 'right' },
  { title: 'owner' },
  { title: 'watermark (UTC)' },
  { title: 'behind', align: 'right' },
  { title: 'committed', align: 'right' },
  { title: 'lag', align: 'right' },
  { title: 'read', align: 'right' },
  { title: 'averaged', align: 'right' },
  { title: 'late', align: 'right' },
  { title: 'dead', align: 'right' },
  { title: 'results', align: 'right' },
  { title: 'snapshot', align: 'right' },
];

/** A status as lines for people. */
export function statusTable(status: Status): string[] {
  const { topics, group, replicas, now } = status;
  const running = replicas.length === 1 ? '1 replica' : `${replicas.length} replicas`;
  return [
    `${topics.input} → ${topics.averages}   ${spokenTime(now)}`,
    `group ${group.id}: ${spokenState(group.state)}, ${running}, lag ${spokenCount(status.lag)}`,
    ...replicas.map(
      ({ instance, member_id, host, partitions }) =>
        `  ${instance ?? member_id} at ${host}: ${partitions.length === 0 ? 'no partitions' : `partitions ${ranges(partitions)}`}`,
    ),
    '',
    ...textTable(columns, [...status.partitions.map((partition) => row(partition, now)), sums(status)]),
    '',
    ...settingsLines(status.settings),
  ];
}

function row(partition: PartitionStatus, now: number): string[] {
  const { owner, watermark, committed_at, lag, totals, snapshot } = partition;
  return [
    String(partition.partition),
    owner ?? '-',
    watermark === null ? '-' : spokenTime(watermark).slice(0, -1),
    watermark === null ? '-' : spokenDuration(now - watermark),
    committed_at === null ? 'never' : `${spokenDuration(now - committed_at)} ago`,
    spokenCount(lag),
    ...counts(totals),
    snapshot === null
      ? '-'
      : `${spokenBytes(snapshot.size_bytes)}, ${spokenDuration(now - snapshot.written_at)} ago`,
  ];
}

function sums({ lag, totals }: Status): string[] {
  return ['all', '', '', '', '', spokenCount(lag), ...counts(totals), ''];
}

function counts({ read, averaged, late, dead_lettered, results }: Status['totals']): string[] {
  return [read, averaged, late, dead_lettered, results].map(spokenCount);
}

/** Kafka's words for a group, and what they mean here. */
function spokenState(state: string): string {
  if (state === 'Dead') return 'there is none, no aggregator has run yet';
  if (state === 'Empty') return 'Empty, no aggregator is running';
  return state;
}

/** `0-3, 7`. */
function ranges(partitions: readonly number[]): string {
  const sorted = partitions.toSorted((a, b) => a - b);
  const found: [number, number][] = [];
  for (const partition of sorted) {
    const last = found.at(-1);
    if (last && partition === last[1] + 1) last[1] = partition;
    else found.push([partition, partition]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}

/** Windows by name, as in the results; everything else as the journal has it. */
function settingsLines(settings: Record<string, unknown> | null): string[] {
  if (settings === null) return ['settings: none yet, the aggregator has not run'];
  const lines = Object.entries(settings).map(([name, value]) => {
    const shown = name === 'windows' && Array.isArray(value) ? value.map(windowText).join(', ') : text(value);
    return `  ${name.padEnd(16)} ${shown}`;
  });
  return ['settings in force:', ...lines];
}

function windowText(window: { name?: unknown; emit?: unknown }): string {
  return window.emit === undefined ? text(window.name) : `${text(window.name)} (${text(window.emit)})`;
}

function text(value: unknown): string {
  if (value === null) return 'off';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
