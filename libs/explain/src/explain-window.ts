import { setImmediate as turn } from 'node:timers/promises';
import type { ChosenWindow, Search } from './choose-window.ts';
import { compare } from './compare.ts';
import { countedIn, type Evidence, gatherEvidence, isClosing } from './evidence.ts';
import type {
  Comparison,
  ExplainedEntry,
  ExplainedLate,
  ExplainedRevision,
  Explanation,
  PublishedAverage,
} from './explanation.ts';
import { SIDE_RECORDS_MAX } from './limits.ts';
import type { PartitionLog } from './partition-log.ts';
import { recompute } from './recompute.ts';
import type { LateEntry } from './side-records.ts';
import type { WindowShape } from './window-shape.ts';

/** Puts what was published beside what the records give. */
export async function explainWindow(
  log: PartitionLog,
  search: Search,
  chosen: ChosenWindow,
  recordsListed: number,
): Promise<Explanation> {
  const { shape, found } = chosen;
  const published = found.revisions[0]!;
  const evidence = await gatherEvidence(log, search, chosen);
  const { settings, stretch, readTo } = evidence;
  const revisions: ExplainedRevision[] = [];
  for (const each of found.revisions) {
    revisions.push(explainRevision(each, shape, evidence));
    await turn(); // a window of many records takes a few ms for each revision
  }
  const { matches, journal } = revisions[0]!;
  const counted = countedIn(published, evidence.records);
  return {
    symbol: search.query.symbol,
    window: shape.name,
    window_start: evidence.span.startMs,
    window_end: evidence.span.endMs,
    partition: log.partition,
    state: stateOf(published, search, evidence),
    watermark: search.journal.watermarkMs,
    matches,
    published,
    comparison: comparisonOf(published, shape, evidence) ?? [],
    revisions,
    revision_count: found.count,
    records: counted.slice(-recordsListed),
    record_count: counted.length,
    late: evidence.missed.slice(-SIDE_RECORDS_MAX).map(explainedLate),
    dead_letters: evidence.letters.slice(-SIDE_RECORDS_MAX),
    journal,
    input: {
      topic: stretch.topic,
      from_offset: stretch.from,
      to_offset: readTo,
      records_read: log.recordsRead,
    },
    settings: {
      grace_ms: settings.graceMs,
      value_field: settings.valueField,
      time_field: settings.timeField,
      time_unit: settings.timeUnit,
    },
    cut: cuts(log, chosen, evidence, { counted: counted.length, listed: recordsListed }),
  };
}

function stateOf(
  { is_final }: PublishedAverage,
  { journal: { watermarkMs } }: Search,
  { lastOpenMs }: Evidence,
): Explanation['state'] {
  if (is_final) return 'final';
  return watermarkMs !== null && watermarkMs > lastOpenMs ? 'settled' : 'open';
}

function explainRevision(
  published: PublishedAverage,
  shape: WindowShape,
  evidence: Evidence,
): ExplainedRevision {
  const { revision, is_final, record_count, average, input_offset, offset, written_at } = published;
  const comparison = comparisonOf(published, shape, evidence);
  const differs = comparison?.filter(({ matches }) => !matches).map(({ field }) => field) ?? [];
  return {
    revision,
    is_final,
    record_count,
    ...(average !== undefined && { average }),
    input_offset,
    offset,
    written_at,
    matches: comparison === undefined ? null : differs.length === 0,
    differs,
    journal: entryOf(published, evidence) ?? null,
  };
}

/** undefined where not all of its records were read. */
function comparisonOf(
  published: PublishedAverage,
  shape: WindowShape,
  { records, stretch, readTo }: Evidence,
): Comparison[] | undefined {
  if (readTo < Math.min(published.input_offset + 1, stretch.to)) return undefined;
  return compare(shape, published, recompute(countedIn(published, records)));
}

/** An update is sent for the newest record that it counts, a final when the window closes. */
function entryOf(
  { is_final, input_offset }: PublishedAverage,
  { entries, lastOpenMs }: Evidence,
): ExplainedEntry | undefined {
  return entries.find((entry) =>
    is_final
      ? isClosing(entry, lastOpenMs)
      : entry.from_offset <= input_offset && input_offset < entry.next_offset,
  );
}

function explainedLate({ missed: _missed, ...late }: LateEntry): ExplainedLate {
  return late;
}

function cuts(
  log: PartitionLog,
  { isComplete }: ChosenWindow,
  { stretch, readTo, isLateWhole }: Evidence,
  o: { counted: number; listed: number },
): string[] {
  const isWhole = readTo >= stretch.to;
  const said: string[] = [];
  if (!isComplete)
    said.push('the averages were not read to the close of the window: newer revisions may stand there');
  if (!isWhole) said.push('the input was not read to the end of the window: nothing is compared');
  if (isWhole && log.isSpent) said.push('dead letters may be missing');
  if (!isLateWhole) said.push('the late records were not read to their end: some may be missing');
  if (o.counted > o.listed) said.push(`the newest ${o.listed} of ${o.counted} records are listed`);
  return said;
}
