import { fetchStatus } from './api.js';
import { countText } from './format.js';

/** @import { Status } from './types.d.ts' */

const POLL_MS = 2_000;

/**
 * Asks for the pipeline's status again and again; undefined when the sink does not answer.
 * @param {(status: Status | undefined) => void} onStatus
 */
export async function pollStatus(onStatus) {
  for (;;) {
    onStatus(await fetchStatus().catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Why there is nothing to draw, in words.
 * @param {Status | undefined} status
 * @param {string} symbol '' while none is picked
 * @returns {{ title: string, detail: string }}
 */
export function emptyWords(status, symbol) {
  if (status === undefined) {
    return { title: 'The sink does not answer', detail: 'The page tries again every two seconds.' };
  }
  if (status.state.state !== 'ready') {
    return { title: 'Starting up', detail: sentence(status.state.reason ?? status.state.state) };
  }
  if (symbol !== '') {
    return {
      title: 'No averages of this symbol yet',
      detail: 'The first one is drawn here as soon as it is written.',
    };
  }
  const { input, averages } = status.topics;
  if (status.partitions.length === 0) {
    return {
      title: 'Waiting for the first average',
      detail: `The sink is ready and has read all of topic ${averages}. The aggregator has not committed anything yet: it does as soon as there is a price in topic ${input}.`,
    };
  }
  return {
    title: 'Waiting for the first average',
    detail: `The aggregator has read ${countText(status.totals['read'] ?? 0)} records of topic ${input} and written no average yet.`,
  };
}

/**
 * One line on the pipeline behind the chart.
 * @param {HTMLElement} element
 * @param {Status | undefined} status
 */
export function showPipeline(element, status) {
  const parts = status === undefined ? [] : pipelineWords(status);
  const text = parts.join('  ·  ');
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Status} status */
function pipelineWords({ partitions, lag, totals, group, replicas }) {
  const words = [];
  const working = replicas.filter((replica) => replica.partitions.length > 0).length;
  if (group.state !== null) words.push(working === 1 ? '1 aggregator' : `${countText(working)} aggregators`);
  if (partitions.length > 0) words.push(`${countText(partitions.length)} partitions`);
  if (totals['read'] !== undefined) words.push(`${countText(totals['read'])} prices read`);
  if (totals['results'] !== undefined) words.push(`${countText(totals['results'])} results`);
  if (totals['late'] !== undefined) words.push(`${countText(totals['late'])} late`);
  if (totals['dead_lettered'] !== undefined) words.push(`${countText(totals['dead_lettered'])} dead letters`);
  if (lag !== null) words.push(lag === 0 ? 'no lag' : `${countText(lag)} behind`);
  return words;
}

/** @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
