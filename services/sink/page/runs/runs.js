import { element, loadStyles } from '../element.js';
import { countText } from '../format.js';

/** @import { Status, View } from '../types.d.ts' */

/**
 * The line below the chart that says what the pipeline does, and opens the panel, which is fetched then.
 * @param {{ onToggle: () => void }} o
 */
export function createRuns({ onToggle }) {
  const details = /** @type {HTMLDetailsElement} */ (element('runs'));
  const line = element('pipeline');
  /** @type {Promise<ReturnType<typeof import('./runs-panel.js').createRunsPanel>> | undefined} */
  let panel;
  let isUtc = false;
  /** @type {Status | undefined} */
  let status;

  // Not by itself: the address says whether it is open.
  details.querySelector('summary')?.addEventListener('click', (event) => {
    event.preventDefault();
    onToggle();
  });

  async function show() {
    const text = pipelineWords(status).join('  ·  ');
    if (line.textContent !== text) line.textContent = text;
    if (!details.open || status === undefined) return;
    panel ??= loadPanel();
    try {
      (await panel).show(status, isUtc);
    } catch {
      panel = undefined; // The sink is away, which the line says; tried again with the next status.
    }
  }

  return {
    /** @param {View} view */
    show(view) {
      isUtc = view.isUtc;
      details.open = view.hasRuns;
      void show();
    },
    /** @param {Status | undefined} answer undefined: the sink does not answer */
    setStatus(answer) {
      status = answer;
      void show();
    },
  };
}

async function loadPanel() {
  const [{ createRunsPanel }] = await Promise.all([import('./runs-panel.js'), loadStyles('runs/runs.css')]);
  return createRunsPanel();
}

/**
 * The pipeline in one line.
 * @param {Status | undefined} status undefined when the sink does not answer
 * @returns {string[]}
 */
function pipelineWords(status) {
  if (status === undefined) return ['the sink does not answer'];
  const { partitions, lag, totals, group, replicas, problem } = status;
  const words = [];
  const working = replicas.filter((replica) => replica.partitions.length > 0).length;
  if (group.state !== null) words.push(working === 1 ? '1 aggregator' : `${countText(working)} aggregators`);
  else if (problem !== undefined) words.push(problem);
  if (partitions.length > 0) words.push(`${countText(partitions.length)} partitions`);
  if (totals['read'] !== undefined) words.push(`${countText(totals['read'])} prices read`);
  if (totals['results'] !== undefined) words.push(`${countText(totals['results'])} results`);
  if (totals['late'] !== undefined) words.push(`${countText(totals['late'])} late`);
  if (totals['dead_lettered'] !== undefined) words.push(`${countText(totals['dead_lettered'])} dead letters`);
  if (lag !== null) words.push(lag === 0 ? 'no lag' : `${countText(lag)} behind`);
  return words;
}
