import { clientCode, errorCode, FencedError, KafkaError } from './errors.ts';

/** Refused before anything was done; the same bytes may be sent again (the table of errors in the architecture). */
const resendCodes = new Set<number>([
  clientCode.notSent,
  errorCode.unknownTopicOrPartition,
  errorCode.leaderNotAvailable,
  errorCode.notLeaderOrFollower,
  errorCode.coordinatorLoadInProgress,
  errorCode.coordinatorNotAvailable,
  errorCode.notCoordinator,
  errorCode.notEnoughReplicas,
  errorCode.concurrentTransactions,
]);

/** Whether a request of a transaction may go out again after this error. A lost answer is none of these: the outcome is unknown. */
export function isResendable(error: KafkaError): boolean {
  return resendCodes.has(error.code);
}

/** Fenced outweighs all; what cannot be sent again outweighs what can. */
export function worstOf(errors: readonly KafkaError[]): KafkaError {
  return (
    errors.find((error) => error instanceof FencedError) ??
    errors.find((error) => !isResendable(error)) ??
    (errors[0] as KafkaError)
  );
}

/** The retries are over: no caller may take what is left for something to repeat on the same writer. */
export function finalError(error: unknown, transactionalId: string): KafkaError {
  if (error instanceof KafkaError && error.kind !== 'retry') return error;
  const code = error instanceof KafkaError ? error.code : -1;
  return new KafkaError(`transaction of ${transactionalId}`, code, { cause: error }, 'reopen');
}
