import { countText } from '../format.js';

/** @import { Status } from '../types.d.ts' */

/**
 * The pipeline in one line.
 * @param {Status | undefined} status undefined when the sink does not answer
 * @returns {string[]}
 */
export function pipelineWords(status) {
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
