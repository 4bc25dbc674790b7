import type { DeadLetterReason } from '@meanwhile/records';
import { spokenCount, spokenTime } from '../spoken.ts';
import { type Column, textTable } from '../text-table.ts';
import { type LaneResult, laneGroup, type Replay } from './replay-lane.ts';
import type { WaitingLane } from './scan-dead-letters.ts';

/** What waits for one reason in all partitions. Times in ms: when the record became a dead letter. */
export interface ReasonReport {
  reason: DeadLetterReason;
  /** Holds the places of this reason. */
  group: string;
  /** What can be sent and is not replayed yet; what was sent now is no longer among it. */
  waiting: number;
  sent: number;
  left_out: number;
  oldest: number;
  newest: number;
  example: { partition: number; offset: number; before: string; after: string } | null;
}

export interface ReplayReport {
  dry_run: boolean;
  dead_letters: string;
  input: string;
  /** What is sent with `--yes`, or was. */
  to_send: number;
  sent: number;
  reasons: ReasonReport[];
  /** What cannot be sent; the first hundred. */
  left_out: { reason: DeadLetterReason; partition: number; offset: number }[];
}

const LEFT_OUT_NAMED_MAX = 100;
/** A terminal wants fewer. */
const LEFT_OUT_SHOWN_MAX = 10;

/** @param o.results undefined: a dry run */
export function reportOf(
  replay: Pick<Replay, 'deadLetters' | 'input' | 'groupId'>,
  waiting: readonly WaitingLane[],
  o: { results: ReadonlyMap<WaitingLane, LaneResult> | undefined; recordsMax: number },
): ReplayReport {
  const reasons = new Map<DeadLetterReason, ReasonReport>();
  for (const lane of waiting) {
    const sent = o.results?.get(lane)?.sent ?? 0;
    const before = reasons.get(lane.reason) ?? emptyReport(replay.groupId, lane);
    reasons.set(lane.reason, {
      ...before,
      waiting: before.waiting + lane.toSend - sent,
      sent: before.sent + sent,
      left_out: before.left_out + lane.leftOut.length,
      oldest: Math.min(before.oldest, lane.oldestMs),
      newest: Math.max(before.newest, lane.newestMs),
      example: before.example ?? exampleOf(lane),
    });
  }
  const leftOut = waiting.flatMap(({ reason, partition, leftOut: offsets }) =>
    offsets.map((offset) => ({ reason, partition, offset })),
  );
  const toSend = waiting.reduce((sum, lane) => sum + lane.toSend, 0);
  const sent = [...(o.results?.values() ?? [])].reduce((sum, result) => sum + result.sent, 0);
  return {
    dry_run: o.results === undefined,
    dead_letters: replay.deadLetters,
    input: replay.input,
    to_send: Math.min(o.recordsMax, toSend),
    sent,
    reasons: [...reasons.values()].toSorted((a, b) => b.waiting + b.sent - a.waiting - a.sent),
    left_out: leftOut.slice(0, LEFT_OUT_NAMED_MAX),
  };
}

function emptyReport(groupId: string, { reason, oldestMs, newestMs }: WaitingLane): ReasonReport {
  const group = laneGroup(groupId, reason);
  return {
    reason,
    group,
    waiting: 0,
    sent: 0,
    left_out: 0,
    oldest: oldestMs,
    newest: newestMs,
    example: null,
  };
}

function exampleOf({ partition, toSend, example }: WaitingLane): ReasonReport['example'] {
  return toSend === 0 ? null : { partition, ...example };
}

const columns: Column[] = [
  { title: 'reason' },
  { title: 'waiting', align: 'right' },
  { title: 'sent', align: 'right' },
  { title: 'left out', align: 'right' },
  { title: 'oldest (UTC)' },
  { title: 'newest (UTC)' },
];

/** A report as lines for people. */
export function reportTable(report: ReplayReport): string[] {
  const { dead_letters, input, reasons, left_out, dry_run, to_send, sent } = report;
  if (reasons.length === 0) return [`${dead_letters}: no dead letters wait for a replay.`];
  const rows = reasons.map((reason) => [
    reason.reason,
    ...[reason.waiting, reason.sent, reason.left_out].map(spokenCount),
    ...[reason.oldest, reason.newest].map((timeMs) => spokenTime(timeMs).slice(0, -1)),
  ]);
  return [
    `${dead_letters} → ${input}`,
    '',
    ...textTable(columns, rows),
    '',
    ...(dry_run ? reasons.flatMap(exampleLines) : []),
    ...leftOutLines(left_out),
    dry_run
      ? `Nothing is sent. With --yes ${spokenCount(to_send)} are.`
      : `${spokenCount(sent)} sent, each once.`,
  ];
}

function exampleLines({ reason, example }: ReasonReport): string[] {
  if (example === null) return [];
  const { partition, offset, before, after } = example;
  const lines = [`${reason}, partition ${partition} offset ${offset}:`, `  ${before}`];
  return before === after ? [...lines, ''] : [...lines, `  → ${after}`, ''];
}

function leftOutLines(leftOut: ReplayReport['left_out']): string[] {
  if (leftOut.length === 0) return [];
  const shown = leftOut.slice(0, LEFT_OUT_SHOWN_MAX).map(({ partition, offset }) => `${partition}/${offset}`);
  const more = leftOut.length > shown.length ? ', …' : '';
  return [`left out, as they cannot be sent (partition/offset): ${shown.join(', ')}${more}`, ''];
}
