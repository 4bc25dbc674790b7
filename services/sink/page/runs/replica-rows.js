/** @import { Status } from '../types.d.ts' */

/**
 * One replica, or the partitions that nobody holds.
 * @typedef {{
 *   id: string,
 *   name: string,
 *   isProblem: boolean,
 *   partitions: number[],
 *   watermark: number | null,
 *   lag: number | null,
 * }} ReplicaRow `watermark`: the lowest of its partitions, ms; `lag`: of all of them
 */

/**
 * Who holds what, by name; what nobody holds comes last.
 * @param {Status} status
 * @returns {ReplicaRow[]}
 */
export function replicaRows(status) {
  const rows = status.replicas.map(({ member_id, instance, partitions }) => {
    return row(status, { id: member_id, name: instance ?? 'joining', isProblem: false, partitions });
  });
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  const held = new Set(status.replicas.flatMap(({ partitions }) => partitions));
  const count = status.kafka.input_partitions ?? 0;
  const free = Array.from({ length: count }, (_, partition) => partition).filter((each) => !held.has(each));
  // In a rebalance the group does not say who holds what.
  if (free.length === 0 || status.group.state === null || isRebalancing(status)) return rows;
  return [...rows, row(status, { id: '', name: 'nobody', isProblem: true, partitions: free })];
}

/** @param {Status} status */
export const isRebalancing = ({ group }) => group.state?.endsWith('Rebalance') ?? false;

/**
 * `0–3, 7`: runs of neighbours in one.
 * @param {number[]} partitions
 */
export function partitionsText(partitions) {
  const sorted = partitions.toSorted((a, b) => a - b);
  /** @type {[first: number, last: number][]} */
  const runs = [];
  for (const each of sorted) {
    const run = runs.at(-1);
    if (run && run[1] === each - 1) run[1] = each;
    else runs.push([each, each]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}

/**
 * @param {Status} status
 * @param {Pick<ReplicaRow, 'id' | 'name' | 'isProblem' | 'partitions'>} of
 * @returns {ReplicaRow}
 */
function row(status, of) {
  const own = status.partitions.filter(({ partition }) => of.partitions.includes(partition));
  const watermarks = own.flatMap(({ watermark }) => (watermark === null ? [] : [watermark]));
  const lags = own.flatMap(({ lag }) => (lag === null ? [] : [lag]));
  return {
    ...of,
    watermark: watermarks.length > 0 ? Math.min(...watermarks) : null,
    lag: lags.length > 0 ? lags.reduce((sum, lag) => sum + lag, 0) : null,
  };
}
