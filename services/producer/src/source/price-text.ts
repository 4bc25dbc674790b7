/** Magnitude up to which Date, and the contract, know a time: ms since the epoch. */
const TIME_MAX_MS = 8_640_000_000_000_000;

const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const PLAIN_DECIMAL = /^-?[0-9]+(?:\.[0-9]+)?$/;
const PLAIN_TIME = /^[0-9]+(?:\.[0-9]+)?$/;

/** The JSON text of a price written as `text`, unchanged where JSON allows it; undefined: not a finite number. */
export function jsonNumber(text: string): string | undefined {
  if (JSON_NUMBER.test(text)) return Number.isFinite(Number(text)) ? text : undefined;
  if (!PLAIN_DECIMAL.test(text)) return undefined;
  const value = Number(text); // leading zeros, which JSON does not know
  return Number.isFinite(value) ? String(value) : undefined;
}

/** An event time in whole ms, cut as the contract does; undefined: none. */
export function eventTimeMs(text: string): number | undefined {
  if (!PLAIN_TIME.test(text)) return undefined;
  const timeMs = Math.floor(Number(text));
  return timeMs <= TIME_MAX_MS ? timeMs : undefined;
}
