import { errorNames } from './error-names.ts';

/**
 * What the caller does: `retry` here (refresh first), drop the task and `reopen` it, `stop` the process.
 */
export type ErrorKind = 'retry' | 'reopen' | 'stop';

/** Not codes of the broker: what happened to a request that got no answer from it. */
export const clientCode = {
  /** The connection could not be made, so the request was never written: sending again cannot double it. */
  notSent: -1001,
  /** Written, but the connection ended or the time was up before an answer: it may have been carried out. */
  noAnswer: -1002,
  /** The client was closed, or the operation aborted by its signal. */
  closed: -1003,
  /** User or password, certificate or mechanism refused: another try cannot help. */
  authentication: -1004,
  /** The writer failed before: single use. */
  writerDead: -1005,
} as const;

const clientNames: Record<number, string> = {
  [clientCode.notSent]: 'NOT_SENT',
  [clientCode.noAnswer]: 'NO_ANSWER',
  [clientCode.closed]: 'CLOSED',
  [clientCode.authentication]: 'AUTHENTICATION_FAILED',
  [clientCode.writerDead]: 'WRITER_DEAD',
};

/** Codes of the protocol that this package reacts to by name. */
export const errorCode = {
  none: 0,
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeaderOrFollower: 6,
  requestTimedOut: 7,
  networkException: 13,
  coordinatorLoadInProgress: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  notEnoughReplicas: 19,
  notEnoughReplicasAfterAppend: 20,
  outOfOrderSequenceNumber: 45,
  duplicateSequenceNumber: 46,
  invalidProducerEpoch: 47,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
  kafkaStorageError: 56,
  unknownProducerId: 59,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  offsetNotAvailable: 78,
  unstableOffsetCommit: 88,
  producerFenced: 90,
  unknownTopicId: 100,
  inconsistentGroupProtocol: 23,
  invalidSessionTimeout: 26,
  topicAuthorizationFailed: 29,
  groupAuthorizationFailed: 30,
  throttlingQuotaExceeded: 89,
} as const;

const fencedCodes = new Set<number>([
  errorCode.invalidProducerEpoch,
  errorCode.invalidProducerIdMapping,
  errorCode.producerFenced,
]);

/** Refused as a whole and before anything was done: the same request may be sent again. */
const retryCodes = new Set<number>([
  clientCode.notSent,
  clientCode.noAnswer,
  errorCode.unknownTopicOrPartition,
  errorCode.leaderNotAvailable,
  errorCode.notLeaderOrFollower,
  errorCode.requestTimedOut,
  errorCode.networkException,
  errorCode.coordinatorLoadInProgress,
  errorCode.coordinatorNotAvailable,
  errorCode.notCoordinator,
  errorCode.notEnoughReplicas,
  errorCode.notEnoughReplicasAfterAppend,
  errorCode.concurrentTransactions,
  errorCode.kafkaStorageError,
  errorCode.fencedLeaderEpoch,
  errorCode.unknownLeaderEpoch,
  errorCode.offsetNotAvailable,
  errorCode.unstableOffsetCommit,
  errorCode.throttlingQuotaExceeded,
  errorCode.unknownTopicId,
]);

/** Configuration or rights: no retry and no new writer changes them. */
const stopCodes = new Set<number>([
  clientCode.authentication,
  29 /* TOPIC_AUTHORIZATION_FAILED */,
  30 /* GROUP_AUTHORIZATION_FAILED */,
  31 /* CLUSTER_AUTHORIZATION_FAILED */,
  33 /* UNSUPPORTED_SASL_MECHANISM */,
  34 /* ILLEGAL_SASL_STATE */,
  35 /* UNSUPPORTED_VERSION */,
  50 /* INVALID_TRANSACTION_TIMEOUT */,
  53 /* TRANSACTIONAL_ID_AUTHORIZATION_FAILED */,
  58 /* SASL_AUTHENTICATION_FAILED */,
]);

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

  /** @param what what failed, without the code: "Produce". @param kind overrides what the code alone says. */
  constructor(what: string, code: number, place: ErrorPlace = {}, kind: ErrorKind = kindOf(code)) {
    super(describe(what, code, place), place.cause === undefined ? undefined : { cause: place.cause });
    this.code = code;
    this.codeName = codeName(code);
    this.kind = kind;
    this.topic = place.topic;
    this.partition = place.partition;
    this.offset = place.offset;
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
  return fencedCodes.has(code) ? new FencedError(what, code, place) : new KafkaError(what, code, place);
}

export function codeName(code: number): string {
  return errorNames[code] ?? clientNames[code] ?? 'UNKNOWN_CODE';
}

/** A request in vain that may be sent again after a look at the metadata. */
export function isRetriable(error: unknown): error is KafkaError {
  return error instanceof KafkaError && error.kind === 'retry';
}

function kindOf(code: number): ErrorKind {
  if (retryCodes.has(code)) return 'retry';
  return stopCodes.has(code) ? 'stop' : 'reopen';
}

function describe(what: string, code: number, place: ErrorPlace): string {
  const partition = place.partition === undefined ? '' : `-${place.partition}`;
  const where = place.topic === undefined ? '' : ` ${place.topic}${partition}`;
  const at = place.offset === undefined ? '' : ` at offset ${place.offset}`;
  const cause = place.cause instanceof Error ? `: ${place.cause.message}` : '';
  return `${what}${where}${at} failed: ${codeName(code)} (${code})${cause}`;
}
