import type { ChosenWindow, Search } from './choose-window.ts';
import { ExplainError } from './explain-error.ts';
import type { CountedRecord, ExplainedDeadLetter, ExplainedEntry } from './explanation.ts';
import { readInputRecords } from './input-records.ts';
import { type JournalPart, readJournalPart } from './journal.ts';
import type { JournalSettings } from './journal-settings.ts';
import type { PartitionLog, Stretch } from './partition-log.ts';
import { findDeadLetters, findLate, type LateEntry } from './side-records.ts';
import { holds, lastOpenMs, startOf, type WindowShape, type WindowSpan } from './window-shape.ts';

/** What the topics tell about a window's results. */
export interface Evidence {
  span: WindowSpan;
  /** How its records were read. */
  settings: JournalSettings;
  /** The highest watermark at which the window is open. */
  lastOpenMs: number;
  entries: ExplainedEntry[];
  /** Records of the window that came too late, and dead letters of the key until it closed. */
  missed: LateEntry[];
  /** All late records there are were read. */
  isLateWhole: boolean;
  letters: ExplainedDeadLetter[];
  /** The others, in the order of their offsets. */
  records: CountedRecord[];
  /** The stretch of input that was to be read, and where reading ended. */
  stretch: Stretch;
  readTo: number;
}

/** @throws ExplainError `input_gone` */
export async function gatherEvidence(
  log: PartitionLog,
  { key, topics, journal }: Search,
  { shape, found, inputFloor }: ChosenWindow,
): Promise<Evidence> {
  const published = found.revisions[0]!;
  const span = {
    startMs: startOf(shape, published.window_end) ?? published.window_start,
    endMs: published.window_end,
  };
  const highest = Math.max(...found.revisions.map(({ input_offset }) => input_offset));

  // 1: where the window's records can begin
  const whole = await log.whole(topics.input);
  const gone = () =>
    new ExplainError(
      'input_gone',
      `${topics.input}-${log.partition}: the input begins at offset ${whole.from}, records of the window stand below it`,
    );
  const floor = Math.max(
    journal.settings.startOffset,
    inputFloor ?? (await firstByTime(log, topics.input, span, journal.settings)),
  );

  // 2: the transactions that published it, and the settings that it was made under
  const openMs = lastOpenMs(shape, span.endMs, journal.settings.graceMs);
  const part = await readJournalPart(
    log,
    topics.journal,
    floor,
    (entry) => entry.next_offset > highest && isClosing(entry, openMs),
  );
  const settings = settingsAt(part, published.input_offset) ?? journal.settings;
  const from = Math.max(floor, definedFrom(part, shape.name, published.input_offset));

  // 3: what is not counted
  const side = { key: key.key, window: shape.name, fromInput: from };
  const late = await findLate(log, topics.late, side);
  const missed = late.entries.filter((entry) => hasMissed(entry, shape, span, openMs));
  const last = part.entries.find((entry) => isClosing(entry, openMs)) ?? part.entries.at(-1);
  const toInput = Math.max(highest + 1, last?.next_offset ?? 0);
  const letters = await findDeadLetters(log, topics.deadLetters, { ...side, toInput });

  // 4: what is
  // What somebody else published may name an offset that is not there yet: nobody waits for it.
  const to = Math.min(highest + 1, whole.to);
  const stretch = { topic: topics.input, from: Math.max(from, whole.from), to };
  const input = await readInputRecords(log, stretch, { key: key.key, shape, span, settings });
  const leftOut = new Set([...missed, ...letters].map(({ offset }) => offset));
  const records = input.records.filter(({ offset }) => !leftOut.has(offset));
  const isShort = countedIn(published, records).length < published.record_count;
  if (whole.from > from && input.end >= stretch.to && isShort) throw gone();

  return {
    span,
    settings,
    lastOpenMs: openMs,
    entries: part.entries,
    missed,
    isLateWhole: late.isWhole,
    letters,
    records,
    stretch,
    readTo: input.end,
  };
}

/**
 * A record of the window counts in a revision if its offset is not above the revision's `input_offset`: at that record the window was
 * open, and what is open was open before.
 */
export function countedIn(
  { input_offset }: { input_offset: number },
  records: CountedRecord[],
): CountedRecord[] {
  return records.filter(({ offset }) => offset <= input_offset);
}

/** Was the window closed after the entry's stretch of input? */
export function isClosing({ watermark }: ExplainedEntry, openMs: number): boolean {
  return watermark !== null && watermark > openMs;
}

/** A record that is further ahead of its Kafka timestamp than MAX_AHEAD is a dead letter: so none of the window is older. */
async function firstByTime(
  log: PartitionLog,
  topic: string,
  { startMs }: WindowSpan,
  { maxAheadMs }: JournalSettings,
): Promise<number> {
  return maxAheadMs === null ? 0 : log.offsetAt(topic, Math.max(0, startMs - maxAheadMs));
}

function settingsAt({ settings }: JournalPart, inputOffset: number): JournalSettings | undefined {
  return settings.findLast(({ fromOffset }) => fromOffset <= inputOffset)?.settings;
}

/** A definition that was added counts from the next record on: its first windows are partial. */
function definedFrom({ settings }: JournalPart, window: string, inputOffset: number): number {
  const past = settings.filter(({ fromOffset }) => fromOffset <= inputOffset);
  const lastWithout = past.findLastIndex((one) => !one.settings.windows.includes(window));
  return lastWithout < 0 ? 0 : (past[lastWithout + 1]?.fromOffset ?? 0);
}

/** Did the record come when the window was closed? A session that it missed may have been open all the same, too far away. */
function hasMissed(entry: LateEntry, shape: WindowShape, span: WindowSpan, openMs: number): boolean {
  if (shape.kind !== 'session') return holds(shape, span, entry.timestamp) && entry.watermark > openMs;
  const near = { startMs: span.startMs - shape.sizeMs, endMs: span.endMs + shape.sizeMs };
  return holds(shape, near, entry.timestamp) && !entry.accepted.includes(shape.name);
}
