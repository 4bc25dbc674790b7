/** The highest time of ECMAScript's Date, ms. */
const TIME_MAX_MS = 8_640_000_000_000_000;
/** With a zone: a time without one would mean another moment on every machine. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** Ms since the epoch from digits or an ISO 8601 time with its zone; undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const timeMs = /^[0-9]{1,16}$/.test(text)
    ? Number(text)
    : ISO_TIME.test(text)
      ? Date.parse(text)
      : Number.NaN;
  return timeMs >= 0 && timeMs <= TIME_MAX_MS ? timeMs : undefined;
}
