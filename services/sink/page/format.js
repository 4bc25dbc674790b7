/** Numbers and times in the reader's own language and time zone. */

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minutes = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** @param {number} timeMs */
export const timeText = (timeMs) => clock.format(timeMs);

/** @param {number} timeMs */
export const minuteText = (timeMs) => minutes.format(timeMs);

/** @param {number} count */
export const countText = (count) => whole.format(count);

/**
 * A value with two decimals, or as many as it takes to show a small one.
 * @param {number | undefined} value
 */
export function valueText(value) {
  if (value === undefined) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e12)) return value.toExponential(3);
  const decimals = size >= 1 || size === 0 ? 2 : Math.min(8, 2 - Math.floor(Math.log10(size)));
  return value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: decimals });
}
