import { countText } from '../format.js';

/** @import { LoadState, Status } from '../types.d.ts' */

/**
 * Why there is nothing to draw, and what happens next.
 * @param {Status | undefined} status undefined when the sink does not answer
 * @param {string} symbol '' while none is picked
 * @param {LoadState | undefined} load of the symbol's rows
 * @returns {{ title: string, detail: string }}
 */
export function emptyWords(status, symbol, load) {
  if (status === undefined) {
    const detail = 'Is its process running? The page tries again every second.';
    return { title: 'The sink does not answer', detail };
  }
  if (load?.state === 'failed') {
    return {
      title: `${symbol} could not be loaded`,
      detail: `${load.reason}. The page tries again in two seconds.`,
    };
  }
  if (status.state.state !== 'ready') {
    return { title: 'Starting up', detail: sentence(status.state.reason ?? status.state.state) };
  }
  if (load?.state === 'loading') return { title: `Loading ${symbol}`, detail: 'Asking for what is stored.' };
  if (symbol !== '') {
    return {
      title: 'No averages of this symbol yet',
      detail: 'The first one is drawn here as soon as it is written. Press / to find another symbol.',
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

/** @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
