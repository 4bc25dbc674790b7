import { countText, dayAndTimeText, fractionText } from '../format.js';
import { facts, node, table } from './nodes.js';
import { nameOf, stateWords, verdict } from './words.js';

/** @import { Explanation } from '../types.d.ts' */

/**
 * What a result is made of, as elements.
 * @param {Explanation} answer
 * @param {boolean} isUtc
 * @returns {HTMLElement[]}
 */
export function answerView(answer, isUtc) {
  const { state, text } = verdict(answer);
  const said = node('p', [text], 'verdict');
  said.dataset['state'] = state;
  const parts = [said, facts(factsOf(answer, isUtc))];
  if (answer.cut.length > 0) {
    const cut = node(
      'ul',
      answer.cut.map((words) => node('li', [sentence(words)])),
      'cut',
    );
    cut.setAttribute('aria-label', 'Left out');
    parts.push(cut);
  }
  if (answer.comparison.length > 0) parts.push(comparisonTable(answer));
  parts.push(recordsTable(answer, isUtc));
  if (answer.late.length > 0) parts.push(lateTable(answer, isUtc));
  if (answer.dead_letters.length > 0) parts.push(deadLetterTable(answer));
  if (answer.revision_count > 1) parts.push(revisionsTable(answer, isUtc));
  return parts;
}

/**
 * @param {Explanation} answer
 * @param {boolean} isUtc
 * @returns {[string, string][]}
 */
function factsOf(answer, isUtc) {
  const { published, revision_count, record_count, records, input, journal } = answer;
  const [first] = records;
  const from = dayAndTimeText(answer.window_start, isUtc);
  const to = fractionText(answer.window_end, isUtc);
  const last = records.at(-1);
  const listed = first && last ? ` (${first.offset} – ${last.offset} are listed)` : '';
  /** @type {[string, string][]} */
  const entries = [
    ['window', `${from} – ${to}`],
    ['records', countText(record_count)],
    ['revision', `${published.revision} of ${countText(revision_count)}`],
    ['state', stateWords(answer)],
    ['input', `${input.topic}, partition ${answer.partition}`],
    ['newest offset', `${published.input_offset}${listed}`],
    ['written', dayAndTimeText(published.written_at, isUtc)],
  ];
  if (journal) {
    const range = `${journal.from_offset} – ${journal.next_offset - 1}`;
    entries.push(['transaction', `${journal.sequence}, by ${journal.instance}: input ${range}`]);
  }
  return entries;
}

/** @param {Explanation} answer */
function comparisonTable({ comparison }) {
  return table({
    caption: 'As published, and recomputed now',
    head: ['field', 'published', 'recomputed', 'compared'],
    rows: comparison
      .filter(isWorthARow)
      .map(({ field, published, recomputed, matches }) => [
        nameOf(field),
        numberText(published),
        numberText(recomputed),
        matches ? '= same' : '≠ other',
      ]),
  });
}

/**
 * @param {Explanation} answer
 * @param {boolean} isUtc
 */
function recordsTable({ records, record_count }, isUtc) {
  const isAll = records.length === record_count;
  const count = countText(record_count);
  return table({
    caption: isAll
      ? `Its ${count} records`
      : `The newest ${countText(records.length)} of its ${count} records`,
    head: ['offset', 'event time', 'value'],
    rows: records
      .toReversed()
      .map(({ offset, timestamp, value }) => [
        String(offset),
        fractionText(timestamp, isUtc),
        numberText(value),
      ]),
  });
}

/**
 * @param {Explanation} answer
 * @param {boolean} isUtc
 */
function lateTable({ late }, isUtc) {
  return table({
    caption: 'Came when the window was closed, not counted',
    head: ['offset', 'event time', 'value', 'late by'],
    rows: late.map(({ offset, timestamp, value, late_by_ms }) => [
      String(offset),
      fractionText(timestamp, isUtc),
      numberText(value),
      `${countText(late_by_ms)} ms`,
    ]),
  });
}

/** @param {Explanation} answer */
function deadLetterTable({ dead_letters }) {
  return table({
    caption: 'Could not be averaged meanwhile',
    head: ['offset', 'reason', 'detail'],
    rows: dead_letters.map(({ offset, reason, detail }) => [String(offset), nameOf(reason), detail]),
  });
}

/**
 * @param {Explanation} answer
 * @param {boolean} isUtc
 */
function revisionsTable({ revisions, revision_count }, isUtc) {
  const isAll = revisions.length === revision_count;
  return table({
    caption: isAll
      ? 'Its revisions'
      : `The newest ${revisions.length} of its ${countText(revision_count)} revisions`,
    head: ['revision', 'written', 'records', 'average'],
    rows: revisions.map(({ revision, is_final, written_at, record_count, average }) => [
      is_final ? `${revision}, final` : String(revision),
      fractionText(written_at, isUtc),
      countText(record_count),
      numberText(average ?? null),
    ]),
  });
}

/**
 * The facts above have the window's ends already.
 * @param {Explanation['comparison'][number]} compared
 */
const isWorthARow = ({ field, matches }) => !matches || !field.startsWith('window_');

/**
 * All digits: here it is about their being the same.
 * @param {number | null} value
 */
const numberText = (value) => (value === null ? '–' : String(value));

/** @param {string} text */
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
