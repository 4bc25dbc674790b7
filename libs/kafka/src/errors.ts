import { codeName, type ErrorKind, errorCode, isFenced, kindOf } from './error-codes.ts';
import { refusalRemedy } from './refusal-remedy.ts';

export { clientCode, type ErrorKind, errorCode } from './error-codes.ts';

export interface ErrorPlace {
  topic?: string | undefined;
  partition?: number | undefined;
  offset?: number | undefined;
  cause?: unknown;
}

/**
 * A request failed: by an error code of the broker, or (negative codes below -1000, see `clientCode`) because there was no answer.
 */
export class KafkaError extends Error {
  override name = 'KafkaError';
  readonly code: number;
  readonly codeName: string;
  readonly kind: ErrorKind;
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly offset: number | undefined;
  /** What to do about credentials or rights that are refused. */
  readonly remedy: string | undefined;

  /** @param what what failed, without the code: "Produce". @param kind overrides what the code alone says. */
  constructor(what: string, code: number, place: ErrorPlace = {}, kind: ErrorKind = kindOf(code)) {
    super(describe(what, code, place), place.cause === undefined ? undefined : { cause: place.cause });
    this.code = code;
    this.codeName = codeName(code);
    this.kind = kind;
    this.topic = place.topic;
    this.partition = place.partition;
    this.offset = place.offset;
    const { cause, topic } = place;
    this.remedy = cause instanceof KafkaError ? cause.remedy : refusalRemedy(what, code, topic);
  }
}

/** 47, 49 or 90: another writer with the same transactional id was opened since. The outputs are not ours any more. */
export class FencedError extends KafkaError {
  override name = 'FencedError';

  constructor(what: string, code: number, place: ErrorPlace = {}) {
    super(what, code, place, 'reopen');
  }
}

/** The position is no longer (or not yet) in the log. Never answered by a silent jump: the reader's owner decides. */
export class OffsetOutOfRangeError extends KafkaError {
  override name = 'OffsetOutOfRangeError';
  /** First offset still there, -1 when it could not be asked. */
  readonly logStartOffset: number;

  constructor(
    what: string,
    place: Required<Pick<ErrorPlace, 'topic' | 'partition' | 'offset'>>,
    logStartOffset: number,
  ) {
    super(`${what}: log start is ${logStartOffset}`, errorCode.offsetOutOfRange, place, 'reopen');
    this.logStartOffset = logStartOffset;
  }
}

/** Going on would skip or double records that must not be. The process ends with exit code 3 and names the remedy. */
export class StopError extends Error {
  override name = 'StopError';
  readonly exitCode = 3;
  readonly remedy: string;

  constructor(message: string, options: { remedy: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy;
  }
}

/** The right class for a code: FencedError for 47, 49, 90. */
export function errorOf(what: string, code: number, place: ErrorPlace = {}): KafkaError {
  return isFenced(code) ? new FencedError(what, code, place) : new KafkaError(what, code, place);
}

/** A request in vain that may be sent again after a look at the metadata. */
export function isRetriable(error: unknown): error is KafkaError {
  return error instanceof KafkaError && error.kind === 'retry';
}

function describe(what: string, code: number, place: ErrorPlace): string {
  const partition = place.partition === undefined ? '' : `-${place.partition}`;
  const where = place.topic === undefined ? '' : ` ${place.topic}${partition}`;
  const at = place.offset === undefined ? '' : ` at offset ${place.offset}`;
  const cause = place.cause instanceof Error ? `: ${place.cause.message}` : '';
  return `${what}${where}${at} failed: ${codeName(code)} (${code})${cause}`;
}
