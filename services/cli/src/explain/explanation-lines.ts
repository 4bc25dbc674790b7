import type { CountedRecord, Explanation } from '@meanwhile/explain';
import { type Column, textTable } from '../text-table.ts';
import { plain } from './plain.ts';

/** Named on a terminal; --json has more. */
const RECORDS_SHOWN = 20;
const REVISIONS_SHOWN = 10;
const SIDE_RECORDS_SHOWN = 20;

/** An explanation for people. Names from the wire are text: nothing in them reaches the terminal as a command. */
export function explanationLines(e: Explanation): string[] {
  return [
    `${quoted(e.symbol)} ${e.window}, ${time(e.window_start)} to ${time(e.window_end)}, partition ${e.partition}`,
    stateLine(e),
    verdict(e),
    '',
    ...table(
      'field|>published|>recomputed|',
      e.comparison.map(({ field, published, recomputed, matches }) => [
        field,
        String(published),
        String(recomputed ?? '-'),
        matches ? '' : '<- differs',
      ]),
    ),
    '',
    ...recordLines(e),
    ...revisionLines(e),
    ...lateLines(e),
    ...deadLetterLines(e),
    journalLine(e),
    `read: ${e.input.records_read} records; input ${e.input.topic}-${e.partition} from offset ${e.input.from_offset} to ${e.input.to_offset}`,
    ...e.cut.map((what) => `cut short: ${what}`),
  ];
}

function stateLine({ state, published, watermark }: Explanation): string {
  const what = {
    final: 'final: no other revision will follow',
    settled: 'settled: the watermark has closed the window',
    open: 'open: newer revisions may follow',
  }[state];
  const now = watermark === null ? 'none yet' : time(watermark);
  return `revision ${published.revision}, ${what} (watermark ${now})`;
}

function verdict({ matches, comparison, record_count }: Explanation): string {
  if (matches === null) return 'NOT COMPARED: reading was cut short';
  if (matches) return `what was published is what its ${record_count} records give`;
  const fields = comparison.filter((one) => !one.matches).map(({ field }) => field);
  return `DIFFERS from what its ${record_count} records give: ${fields.join(', ')}`;
}

function recordLines({ records, record_count }: Explanation): string[] {
  const shown = records.slice(-RECORDS_SHOWN);
  const which = shown.length < record_count ? `, the newest ${shown.length}` : '';
  const row = ({ offset, timestamp, value, append_time }: CountedRecord) => [
    String(offset),
    time(timestamp),
    String(value),
    append_time === null ? '-' : time(append_time),
  ];
  return [
    `records: ${record_count}${which}`,
    ...table('>offset|event time|>value|Kafka timestamp', shown.map(row)),
    '',
  ];
}

function revisionLines({ revisions, revision_count }: Explanation): string[] {
  if (revision_count < 2) return [];
  const shown = revisions.slice(0, REVISIONS_SHOWN);
  const which = shown.length < revision_count ? `, the newest ${shown.length}` : '';
  const rows = shown.map((one) => [
    String(one.revision),
    one.is_final ? 'final' : '',
    String(one.record_count),
    String(one.average ?? '-'),
    String(one.input_offset),
    time(one.written_at),
    one.matches === null ? 'not compared' : one.matches ? '' : `<- differs: ${one.differs.join(', ')}`,
  ]);
  const titles = '>revision||>records|>average|>input offset|written|';
  return [`revisions: ${revision_count}${which}`, ...table(titles, rows), ''];
}

function lateLines({ late }: Explanation): string[] {
  if (late.length === 0) return [];
  const rows = late
    .slice(-SIDE_RECORDS_SHOWN)
    .map(({ offset, timestamp, value, late_by_ms }) => [
      String(offset),
      time(timestamp),
      String(value),
      `${late_by_ms} ms`,
    ]);
  return [
    `came too late: ${late.length}`,
    ...table('>offset|event time|>value|>behind the watermark', rows),
    '',
  ];
}

function deadLetterLines({ dead_letters }: Explanation): string[] {
  if (dead_letters.length === 0) return [];
  const rows = dead_letters
    .slice(-SIDE_RECORDS_SHOWN)
    .map(({ offset, reason, detail }) => [String(offset), plain(reason), plain(detail)]);
  return [
    `dead letters of the key meanwhile: ${dead_letters.length}`,
    ...table('>offset|reason|detail', rows),
    '',
  ];
}

function journalLine({ journal }: Explanation): string {
  if (journal === null) return 'published by: the journal no longer has the entry (it keeps about an hour)';
  const { sequence, instance, from_offset, next_offset, written_at } = journal;
  return `published by: ${plain(instance)}, journal entry ${sequence} (input offsets ${from_offset} to ${next_offset}, not included), ${time(written_at)}`;
}

/** `titles`: separated by |, with > before those whose column stands on the right. */
function table(titles: string, rows: string[][]): string[] {
  const columns = titles.split('|').map((title): Column => {
    return title.startsWith('>') ? { title: title.slice(1), align: 'right' } : { title };
  });
  return textTable(columns, rows).map((line) => `  ${line}`);
}

function time(timeMs: number): string {
  return `${new Date(timeMs).toISOString()} (${timeMs})`;
}

function quoted(text: string): string {
  return `"${plain(text)}"`;
}
