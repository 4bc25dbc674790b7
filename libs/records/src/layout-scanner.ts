import { DecimalReader } from './decimal-reader.ts';
import { skipLiteral, skipNumber, skipStringInside } from './json-bytes.ts';
import { KnownLayouts } from './known-layouts.ts';
import { LayoutBackoff } from './layout-backoff.ts';
import { type PriceFields, RECORD_TIME, TIME_MAX_MS } from './price.ts';
import { FOLLOWER, type PriceLayout } from './price-layout.ts';
import type { PriceNames } from './price-names.ts';
import { UNIT_SHIFTS } from './read-price-text.ts';

/**
 * Reads prices that are written as one before was: names, punctuation and white space are compared with what
 * they were then, eight bytes at a time, instead of being taken apart. It says "good" only where FlatScanner
 * does, with the same numbers; false says nothing.
 *
 * Written for the machine: every byte counts, and so does every call. The plain version is FlatScanner.
 */
export class LayoutScanner {
  /** Set by a scan that returned true. `timeMs` is 0 where the time is the record's own. */
  value = Number.NaN;
  timeMs = Number.NaN;

  readonly #known: KnownLayouts;
  readonly #timeShift: number;
  readonly #timeAtFirst: number;
  readonly #decimal = new DecimalReader();
  /** While it rests, flat objects are left to FlatScanner at once. */
  readonly #backoff = new LayoutBackoff();
  /** The first eight digits of a time, as the double that their bytes are and as their value. */
  #timeHead = Number.NaN;
  #timeHeadValue = 0;
  /** The array at hand: records come many to an array. */
  #bytes: Uint8Array = new Uint8Array();
  #view: DataView = new DataView(this.#bytes.buffer);

  constructor(fields: PriceFields, names: PriceNames) {
    this.#known = new KnownLayouts(names);
    this.#timeShift = UNIT_SHIFTS[fields.timeUnit];
    this.#timeAtFirst = fields.timeField === RECORD_TIME ? 0 : Number.NaN;
  }

  scan(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#backoff.isResting) return false;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const { all, latest } = this.#known;
    if (all.length === 0) return false;
    if (this.#scanAs(all[latest]!, bytes, start, end) || this.#scanAsOther(bytes, start, end)) {
      this.#backoff.found();
      return true;
    }
    return false;
  }

  /** To be called with a flat object without a fault that `scan` did not read. */
  learn(bytes: Uint8Array, start: number, end: number): void {
    if (this.#backoff.isResting) {
      this.#backoff.rested();
      return;
    }
    this.#known.meet(bytes, start, end);
    this.#backoff.missed();
  }

  #scanAsOther(bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#known;
    for (let place = 0; place < known.all.length; place++) {
      if (place === known.latest || !this.#scanAs(known.all[place]!, bytes, start, end)) continue;
      known.latest = place;
      return true;
    }
    return false;
  }

  #scanAs(layout: PriceLayout, bytes: Uint8Array, start: number, end: number): boolean {
    const view = this.#view;
    this.value = Number.NaN;
    this.timeMs = this.#timeAtFirst;
    let index = start;
    for (let at = 0; ; at++) {
      const piece = layout[at]!;
      const pieceStart = index;
      index += piece.length;
      if (index > end) return false;
      if (piece.length >= 8) {
        if (view.getFloat64(pieceStart, true) !== piece.head) return false;
        if (view.getFloat64(index - 8, true) !== piece.tail) return false;
      }
      for (let rest = piece.restStart; rest < piece.restEnd; rest++) {
        if (bytes[pieceStart + rest] !== piece.bytes[rest]) return false;
      }
      const follower = piece.follower;
      if (follower === END) break;
      if (follower === TEXT) {
        while (index < end && IS_PLAIN[bytes[index]!] === 1) index++;
        if (index >= end) return false;
        if (bytes[index] !== 0x22) index = skipStringInside(bytes, index, end);
      } else if (follower === NUMBER) {
        const numberStart = index;
        const first = index < end ? bytes[index]! : 0;
        let next = first;
        while (next >= 0x30 && next <= 0x39) next = ++index < end ? bytes[index]! : 0;
        // An integer that does not begin with a zero is done.
        if (first < 0x31 || index === numberStart || next === 0x2e || (next | 0x20) === 0x65) {
          index = skipNumber(bytes, numberStart, end);
        }
      } else if (follower >= TIME) index = this.#scanTime(follower, bytes, index, end);
      else if (follower >= VALUE) index = this.#scanValue(follower, bytes, index, end);
      else index = index < end ? skipLiteral(bytes, index, end) : -1;
      if (index < 0) return false;
    }
    return index === end && !Number.isNaN(this.value) && this.timeMs >= 0 && this.timeMs <= TIME_MAX_MS;
  }

  /** Usual are up to nine digits, or eight with a point, and no exponent: one 32-bit integer and one division. */
  #scanValue(follower: number, bytes: Uint8Array, start: number, end: number): number {
    const stop = Math.min(end, start + 10);
    let index = start;
    let digits = 0;
    let next = 0;
    for (; index < stop; index++) {
      next = bytes[index]! - 0x30;
      if (next < 0 || next > 9) break;
      digits = (digits * 10 + next) | 0;
    }
    const integerDigits = index - start;
    let fractionDigits = 0;
    if (next === POINT) {
      const fractionStart = ++index;
      for (; index < stop; index++) {
        next = bytes[index]! - 0x30;
        if (next < 0 || next > 9) break;
        digits = (digits * 10 + next) | 0;
      }
      fractionDigits = index - fractionStart;
      if (fractionDigits === 0) return this.#scanUnusual(follower, bytes, start, end);
    }
    if (index >= stop || integerDigits === 0 || next === POINT || (next | 0x20) === EXPONENT) {
      return this.#scanUnusual(follower, bytes, start, end);
    }
    if (integerDigits > 1 && bytes[start] === 0x30) return this.#scanUnusual(follower, bytes, start, end);
    this.value = fractionDigits === 0 ? digits : digits / POWERS_OF_TEN[fractionDigits]!;
    return index;
  }

  /** Usual are nine to fifteen digits, the first eight as in the time before. */
  #scanTime(follower: number, bytes: Uint8Array, start: number, end: number): number {
    const stop = Math.min(end, start + 16);
    let index = start + 8;
    if (index >= stop) return this.#scanUnusual(follower, bytes, start, end);
    if (this.#view.getFloat64(start, true) !== this.#timeHead && !this.#learnTimeHead(bytes, start)) {
      return this.#scanUnusual(follower, bytes, start, end);
    }
    let digits = 0;
    let next = 0;
    for (; index < stop; index++) {
      next = bytes[index]! - 0x30;
      if (next < 0 || next > 9) break;
      digits = (digits * 10 + next) | 0;
    }
    if (index >= stop || next === POINT || (next | 0x20) === EXPONENT) {
      return this.#scanUnusual(follower, bytes, start, end);
    }
    const time = this.#timeHeadValue * POWERS_OF_TEN[index - start - 8]! + digits;
    const shift = this.#timeShift;
    this.timeMs = shift >= 0 ? time * POWERS_OF_TEN[shift]! : Math.floor(time / POWERS_OF_TEN[-shift]!);
    return index;
  }

  /** Takes the next eight bytes as head; false if they are not eight digits or begin with a zero. */
  #learnTimeHead(bytes: Uint8Array, start: number): boolean {
    let value = 0;
    for (let index = start; index < start + 8; index++) {
      const digit = bytes[index]! - 0x30;
      if (digit < 0 || digit > 9 || (digit === 0 && value === 0)) return false;
      value = value * 10 + digit;
    }
    this.#timeHead = this.#view.getFloat64(start, true);
    this.#timeHeadValue = value;
    return true;
  }

  /** As FlatScanner reads them. */
  #scanUnusual(follower: number, bytes: Uint8Array, start: number, end: number): number {
    const decimal = this.#decimal;
    const isQuoted = follower === QUOTED_VALUE || follower === QUOTED_TIME;
    const after = isQuoted ? decimal.readPlain(bytes, start, end) : decimal.readNumber(bytes, start, end);
    if (follower >= TIME) {
      decimal.convertToFloor(this.#timeShift);
      this.timeMs = decimal.result;
    } else {
      decimal.convertToDouble();
      this.value = decimal.result;
    }
    return after;
  }
}

// Constants of this file's own: an imported one is looked up at every use.
const { end: END, text: TEXT, number: NUMBER, value: VALUE, quotedValue: QUOTED_VALUE } = FOLLOWER;
const { time: TIME, quotedTime: QUOTED_TIME } = FOLLOWER;
const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));
/** ASCII that stands for itself in a string. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c ? 1 : 0,
);
/** Bytes of a number, less that of the digit 0. */
const POINT = 0x2e - 0x30;
const EXPONENT = 0x65 - 0x30;
