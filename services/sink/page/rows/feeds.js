import { openFeed } from './feed.js';
import { openPolledFeed } from './polled-feed.js';

/** @import { Feed } from './feed.js' */
/** @import { Connection, Status, View } from '../types.d.ts' */

/**
 * The symbols that are shown, the main one first: it is streamed, those beside it are asked for.
 * @param {{ onRows: () => void, onConnection: (connection: Connection) => void }} on
 */
export function createFeeds(on) {
  /** @type {Feed | undefined} */
  let main;
  /** @type {Feed[]} */
  let others = [];
  /** @type {Status | undefined} */
  let status;

  /** @param {Feed} feed */
  function tell({ store }) {
    for (const { partition, watermark } of status?.partitions ?? []) {
      if (watermark !== null) store.passed(partition, watermark);
    }
  }

  return {
    get all() {
      return main ? [main, ...others] : [];
    },
    get main() {
      return main;
    },
    /** @param {View} view */
    show({ symbol, compared }) {
      if (main?.symbol !== symbol) {
        main?.close();
        main = undefined;
        if (symbol !== '') {
          on.onConnection({ state: 'connecting' });
          main = openFeed(symbol, on);
          tell(main);
        }
      }
      for (const feed of others) if (!compared.includes(feed.symbol)) feed.close();
      others = compared.map((name) => {
        const present = others.find((feed) => feed.symbol === name);
        if (present) return present;
        const feed = openPolledFeed(name, { onRows: on.onRows, symbolCount: () => others.length });
        tell(feed);
        return feed;
      });
    },
    /**
     * The watermarks of all partitions, which settle rows of quiet symbols too.
     * @param {Status | undefined} answer
     */
    setStatus(answer) {
      status = answer;
      for (const feed of main ? [main, ...others] : []) tell(feed);
    },
  };
}
