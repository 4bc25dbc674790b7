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
  groupIdNotFound: 69,
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
  clusterAuthorizationFailed: 31,
  unsupportedVersion: 35,
  transactionalIdAuthorizationFailed: 53,
  throttlingQuotaExceeded: 89,
} as const;

/** Another writer with the same transactional id was opened since. */
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
  errorCode.topicAuthorizationFailed,
  errorCode.groupAuthorizationFailed,
  errorCode.clusterAuthorizationFailed,
  33 /* UNSUPPORTED_SASL_MECHANISM */,
  34 /* ILLEGAL_SASL_STATE */,
  errorCode.unsupportedVersion,
  50 /* INVALID_TRANSACTION_TIMEOUT */,
  errorCode.transactionalIdAuthorizationFailed,
  58 /* SASL_AUTHENTICATION_FAILED */,
]);

export function kindOf(code: number): ErrorKind {
  if (retryCodes.has(code)) return 'retry';
  return stopCodes.has(code) ? 'stop' : 'reopen';
}

export function isFenced(code: number): boolean {
  return fencedCodes.has(code);
}

export function codeName(code: number): string {
  return errorNames[code] ?? clientNames[code] ?? 'UNKNOWN_CODE';
}
