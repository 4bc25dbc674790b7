import { explainedText, readExplained } from '../explain/explained.js';

/** @import { Theme, TimeRange, View, WallSort } from '../types.d.ts' */

export const SPAN_DEFAULT_MS = 300_000;
/** More lines cannot be told apart. */
export const COMPARED_MAX = 19;

/** Our names in the query; those of others (such as kiosk) are left as they are. */
const NAMES = [
  'symbol',
  'compare',
  'window',
  'range',
  'from',
  'to',
  'paused',
  'as',
  'band',
  'prices',
  'explain',
  'table',
  'view',
  'sort',
  'runs',
  'tz',
  'theme',
];
/** @type {[suffix: string, ms: number][]} */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];
/** The highest time that Date knows. */
const TIME_MAX_MS = 8_640_000_000_000_000;

/**
 * The view that a query names. What cannot be read is as if it were not there: a link never fails.
 * @param {string} search
 * @returns {View}
 */
export function readView(search) {
  const query = new URLSearchParams(search);
  const symbol = query.get('symbol') ?? '';
  const compared = [...new Set(query.getAll('compare'))].filter((name) => name !== '' && name !== symbol);
  return {
    symbol,
    compared: compared.slice(0, COMPARED_MAX),
    windows: query.has('window') ? query.getAll('window').filter((name) => name !== '') : null,
    spanMs: spanOf(query.get('range')) ?? SPAN_DEFAULT_MS,
    fixed: fixedOf(query.get('from'), query.get('to')),
    pausedMs: timeOf(query.get('paused')),
    hasCandles: query.get('as') === 'candles',
    hasBand: query.get('band') === '1',
    hasPrices: query.get('prices') === '1',
    explained: readExplained(query.get('explain')),
    hasTable: query.get('table') === '1',
    isWall: query.get('view') === 'wall',
    sort: sortOf(query.get('sort')),
    hasRuns: query.get('runs') === '1',
    isUtc: query.get('tz') === 'utc',
    theme: themeOf(query.get('theme')),
  };
}

/**
 * The query that names a view; what is as usual is left out.
 * @param {View} view
 * @param {string} search the query so far
 * @returns {string} with its question mark, or ''
 */
export function writeView(view, search) {
  const query = new URLSearchParams(search);
  for (const name of NAMES) query.delete(name);
  /** @type {(name: string, value: string | false) => void} */
  const add = (name, value) => value !== false && query.append(name, value);
  add('symbol', view.symbol !== '' && view.symbol);
  for (const name of view.compared) add('compare', name);
  // All switched off: one empty name.
  for (const name of view.windows?.length === 0 ? [''] : (view.windows ?? [])) add('window', name);
  add('range', view.spanMs !== SPAN_DEFAULT_MS && spanText(view.spanMs));
  add('from', view.fixed !== null && String(view.fixed.fromMs));
  add('to', view.fixed !== null && String(view.fixed.toMs));
  add('paused', view.pausedMs !== null && String(view.pausedMs));
  add('as', view.hasCandles && 'candles');
  add('band', view.hasBand && '1');
  add('prices', view.hasPrices && '1');
  add('explain', view.explained !== null && explainedText(view.explained));
  add('table', view.hasTable && '1');
  add('view', view.isWall && 'wall');
  add('sort', view.sort !== 'name' && view.sort);
  add('runs', view.hasRuns && '1');
  add('tz', view.isUtc && 'utc');
  add('theme', view.theme !== 'system' && view.theme);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * `90s`, `5m`, `all`: in the largest unit that divides it.
 * @param {number} spanMs
 */
export function spanText(spanMs) {
  if (spanMs === Number.POSITIVE_INFINITY) return 'all';
  const [suffix, unitMs] = UNITS.find(([, ms]) => spanMs % ms === 0) ?? ['ms', 1];
  return `${Math.round(spanMs / unitMs)}${suffix}`;
}

/** @param {string | null} text */
function spanOf(text) {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  const [, count, suffix] = /^([0-9]{1,12})(d|h|m|s|ms)$/.exec(text ?? '') ?? [];
  const unitMs = UNITS.find(([name]) => name === suffix)?.[1];
  const spanMs = Number(count) * (unitMs ?? Number.NaN);
  return spanMs >= 1_000 && spanMs <= TIME_MAX_MS ? spanMs : null;
}

/**
 * @param {string | null} from
 * @param {string | null} to
 * @returns {TimeRange | null}
 */
function fixedOf(from, to) {
  const fromMs = timeOf(from);
  const toMs = timeOf(to);
  return fromMs !== null && toMs !== null && fromMs < toMs ? { fromMs, toMs } : null;
}

/** @param {string | null} text */
function timeOf(text) {
  if (text === null || !/^[0-9]{1,16}$/.test(text)) return null;
  return Number(text) <= TIME_MAX_MS ? Number(text) : null;
}

/**
 * @param {string | null} text
 * @returns {WallSort}
 */
function sortOf(text) {
  return text === 'change' || text === 'freshness' ? text : 'name';
}

/**
 * @param {string | null} text
 * @returns {Theme}
 */
function themeOf(text) {
  return text === 'light' || text === 'dark' ? text : 'system';
}
