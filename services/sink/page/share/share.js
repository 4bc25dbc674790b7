import { element } from '../element.js';
import { dayAndTimeText } from '../format.js';
import { isShown } from '../rows/shown-rows.js';
import { createShareMenu } from './share-menu.js';

/** @import { ColourName, LegendEntry, TimeRange, View } from '../types.d.ts' */
/** @import { Feed } from '../rows/feed.js' */

/**
 * What is shown, as a link, a request, a table or a picture. What makes them is fetched when somebody wants one.
 * @param {{
 *   view: () => View,
 *   range: () => TimeRange,
 *   feeds: () => Feed[],
 *   entries: () => LegendEntry[],
 *   chart: { plot: import('uplot'), colour: (name: ColourName) => string },
 * }} o
 */
export function createShare({ view, range, feeds, entries, chart }) {
  const symbols = () => feeds().map(({ symbol }) => symbol);
  const windows = () =>
    (feeds()[0]?.store.series() ?? [])
      .map(({ window }) => window)
      .filter((window) => isShown(view(), window));

  createShareMenu(
    { menu: /** @type {HTMLDetailsElement} */ (element('share')), note: element('share-note') },
    {
      link: () => location.href,
      curl: async () => {
        const { curlText } = await import('./curl.js');
        return curlText({ base: document.baseURI, symbols: symbols(), windows: windows(), range: range() });
      },
      csv: async () => {
        const { csvOf } = await import('./csv.js');
        return csvOf({ symbols: symbols(), windows: windows(), range: range() });
      },
      picture: async () => {
        const { pictureOf } = await import('./picture.js');
        const { isUtc } = view();
        const { fromMs, toMs } = range();
        return pictureOf({
          canvas: chart.plot.ctx.canvas,
          title: symbols().join(', '),
          subtitle: `${dayAndTimeText(fromMs, isUtc)} – ${dayAndTimeText(toMs, isUtc)}${isUtc ? ' UTC' : ''}`,
          entries: entries(),
          colour: chart.colour,
        });
      },
      fileName: async () => {
        const { fileName } = await import('./file-name.js');
        return fileName(symbols(), range());
      },
    },
  );
}
