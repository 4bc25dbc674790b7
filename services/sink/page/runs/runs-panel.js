import { element } from '../element.js';
import { countText, timeText } from '../format.js';
import { isRebalancing, partitionsText, replicaRows } from './replica-rows.js';

/** @import { Status } from '../types.d.ts' */
/** @import { ReplicaRow } from './replica-rows.js' */

const NOT_KNOWN = '–';
/** @type {[name: string, text: (status: Status) => string][]} */
const FIGURES = [
  ['prices a second', ({ recent }) => numberText(recent.records_per_second)],
  ['behind', ({ lag }) => numberText(lag)],
  ['late', ({ totals }) => numberText(totals['late'])],
  ['dead letters', ({ totals }) => numberText(totals['dead_lettered'])],
  ['latency, median', ({ recent }) => latencyText(recent.latency_ms?.p50)],
  ['latency, 99 %', ({ recent }) => latencyText(recent.latency_ms?.p99)],
];

/** What runs: replicas, and figures. */
export function createRunsPanel() {
  const body = element('runs-rows');
  const figures = FIGURES.map(([name, text]) => ({ text, value: addFigure(name) }));
  /** @type {ReplicaRow[]} */
  let settled = [];

  return {
    /**
     * @param {Status} status
     * @param {boolean} isUtc
     */
    show(status, isUtc) {
      for (const { text, value } of figures) setText(value, text(status));
      // While the group rebalances it says of nobody what he holds, but everybody goes on with what stays his.
      if (!isRebalancing(status) || settled.length === 0) settled = replicaRows(status);
      setText(element('runs-group'), `Consumer group ${status.group.id}: ${groupWords(status)}`);
      showRows(body, settled, isUtc);
    },
  };
}

/** @param {string} name */
function addFigure(name) {
  const box = document.createElement('div');
  const term = document.createElement('dt');
  const value = document.createElement('dd');
  term.textContent = name;
  value.textContent = NOT_KNOWN;
  box.append(term, value);
  element('runs-figures').append(box);
  return value;
}

/**
 * @param {HTMLElement} body of the table
 * @param {ReplicaRow[]} rows
 * @param {boolean} isUtc
 */
function showRows(body, rows, isUtc) {
  while (body.children.length > rows.length) body.lastElementChild?.remove();
  rows.forEach((row, index) => {
    const line = body.children[index] ?? body.appendChild(emptyLine());
    line.classList.toggle('problem', row.isProblem);
    const partitions = row.partitions.length === 0 ? 'none: stands by' : partitionsText(row.partitions);
    const watermark = row.watermark === null ? NOT_KNOWN : timeText(row.watermark, isUtc);
    const texts = [row.name, partitions, watermark, numberText(row.lag)];
    for (const [column, text] of texts.entries()) {
      setText(/** @type {Element} */ (line.children[column]), text);
    }
  });
}

function emptyLine() {
  const line = document.createElement('tr');
  const name = document.createElement('th');
  name.scope = 'row';
  line.append(name, ...Array.from({ length: 3 }, () => document.createElement('td')));
  return line;
}

/** @param {Status} status */
function groupWords(status) {
  const { group, problem } = status;
  if (group.state === null) return problem ?? 'not known';
  const words = { Stable: 'stable', Empty: 'nobody in it', Dead: 'nobody in it yet' };
  if (isRebalancing(status)) return 'rebalancing';
  return words[/** @type {keyof typeof words} */ (group.state)] ?? group.state;
}

/** @param {number | null | undefined} number */
function numberText(number) {
  return number == null ? NOT_KNOWN : countText(number);
}

/** @param {number | undefined} ms */
function latencyText(ms) {
  if (ms === undefined) return NOT_KNOWN;
  if (ms >= 3_600_000) return 'over an hour';
  return ms < 10_000 ? `${countText(ms)} ms` : `${countText(ms / 1_000)} s`;
}

/**
 * @param {Element} target
 * @param {string} text
 */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
