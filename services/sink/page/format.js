/** Numbers and times in the reader's own language; times in the reader's own zone, or in UTC. */

/** @type {Intl.DateTimeFormatOptions} */
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
/** @type {Intl.DateTimeFormatOptions} */
const MINUTE = { hour: '2-digit', minute: '2-digit' };
/** @type {Intl.DateTimeFormatOptions} */
const DAY = { day: 'numeric', month: 'short' };

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(undefined, {
  style: 'percent',
  signDisplay: 'exceptZero',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

const clock = inBothZones(CLOCK);
const fraction = inBothZones({ ...CLOCK, fractionalSecondDigits: 3 });
const minute = inBothZones(MINUTE);
const day = inBothZones(DAY);
const dayAndClock = inBothZones({ ...DAY, ...CLOCK });

/** @type {(timeMs: number, isUtc?: boolean) => string} */
export const timeText = (timeMs, isUtc = false) => clock(isUtc).format(timeMs);
/** @type {(timeMs: number, isUtc: boolean) => string} */
export const fractionText = (timeMs, isUtc) => fraction(isUtc).format(timeMs);
/** @type {(timeMs: number, isUtc: boolean) => string} */
export const minuteText = (timeMs, isUtc) => minute(isUtc).format(timeMs);
/** @type {(timeMs: number, isUtc: boolean) => string} */
export const dayText = (timeMs, isUtc) => day(isUtc).format(timeMs);
/** @type {(timeMs: number, isUtc: boolean) => string} */
export const dayAndTimeText = (timeMs, isUtc) => dayAndClock(isUtc).format(timeMs);

/** @param {number} count */
export const countText = (count) => whole.format(count);

/** @param {number} value in percent: 1.5 is written +1.50% */
export const percentText = (value) => percent.format(value / 100);

/** @type {Map<number, Intl.NumberFormat>} Made once: it costs more than to write a hundred numbers. */
const decimalFormats = new Map();

/** @param {number} decimals at most */
function decimalFormat(decimals) {
  let format = decimalFormats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: decimals });
    decimalFormats.set(decimals, format);
  }
  return format;
}

/**
 * A value with two decimals, or as many as it takes to show a small one.
 * @param {number | undefined} value
 */
export function valueText(value) {
  if (value === undefined) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e12)) return value.toExponential(3);
  const decimals = size >= 1 || size === 0 ? 2 : Math.min(8, 2 - Math.floor(Math.log10(size)));
  return decimalFormat(decimals).format(value);
}

/** @param {Intl.DateTimeFormatOptions} options */
function inBothZones(options) {
  const local = new Intl.DateTimeFormat(undefined, options);
  const utc = new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC' });
  return (/** @type {boolean} */ isUtc) => (isUtc ? utc : local);
}
