import { countText } from '../format.js';

/** @import { Explanation, ExplainFault } from '../types.d.ts' */

/**
 * Why there is no explanation, and what to do. The server's own words follow as the detail.
 * @param {ExplainFault} fault
 * @returns {{ title: string, next: string, canRetry: boolean }}
 */
export function faultWords({ status, code }) {
  const known = FAULTS[code];
  if (known) return { title: known[0], next: known[1], canRetry: known[2] };
  if (status === 429)
    return { title: 'Too many requests', next: 'Wait a moment, then try again.', canRetry: true };
  return { title: `The sink answered ${status}`, next: 'Its log says why.', canRetry: status >= 500 };
}

/** @type {Record<string, [title: string, next: string, canRetry: boolean]>} */
const FAULTS = {
  no_answer: ['The sink does not answer', 'The badge above says when it is back; then try again.', true],
  not_ready: ['The sink is not connected to Kafka yet', 'It goes on trying. Try again in a moment.', true],
  busy: [
    'Others are being explained right now',
    'Only a few are read at a time. Try again in a moment.',
    true,
  ],
  kafka_unavailable: ['Kafka cannot be reached', 'The records lie there. Try again when it is back.', true],
  timeout: ['Kafka took too long to answer', 'Try again; a busy broker may need a second look.', true],
  search_cut: [
    'Not found before the limits of reading',
    'The topic holds more than is read for one answer.',
    true,
  ],
  ended: ['The sink is stopping', 'Try again when it is back.', true],
  no_window: [
    'This result is not in Kafka',
    'No such window was published, or the topic no longer has it.',
    false,
  ],
  unknown_window: ['There is no such window', 'The legend has the names of those that there are.', false],
  unknown_symbol: ['There is no such symbol', 'The list of symbols has those that there are.', false],
  nothing_averaged: [
    'Nothing was averaged in this partition',
    'The aggregator has not committed there yet.',
    true,
  ],
  input_gone: [
    'The records are gone',
    'The input topic keeps them only for so long; the result stands.',
    false,
  ],
  kafka_refused: ['Kafka refuses', 'Waiting does not heal it: see the reason.', false],
  bad_query: ['This address names no result', 'Click a point of the chart instead.', false],
};

/**
 * Is it what its records give?
 * @param {Explanation} answer
 * @returns {{ state: 'same' | 'other' | 'unknown', text: string }}
 */
export function verdict({ matches, comparison, record_count }) {
  if (matches === null) return { state: 'unknown', text: 'Not compared: not all of its records were read.' };
  const records = record_count === 1 ? 'its 1 record' : `its ${countText(record_count)} records`;
  if (matches) return { state: 'same', text: `Recomputed from ${records}: the same.` };
  const fields = comparison.filter((each) => !each.matches).map(({ field }) => nameOf(field));
  return { state: 'other', text: `Recomputed from ${records}: not the same in ${fields.join(', ')}.` };
}

/** @param {Explanation} answer */
export function stateWords({ state }) {
  if (state === 'final') return 'final: no other revision follows';
  return state === 'settled' ? 'settled: the window is closed' : 'open: it may still change';
}

/**
 * A field as people say it.
 * @param {string} field
 */
export const nameOf = (field) => field.replaceAll('_', ' ');
