import { clientCode, errorCode, KafkaError } from './errors.ts';

/** What no repetition changes: rights, a session time-out that the broker does not allow, members of another kind. */
const HOPELESS: ReadonlySet<number> = new Set([
  errorCode.topicAuthorizationFailed,
  errorCode.groupAuthorizationFailed,
  errorCode.inconsistentGroupProtocol,
  errorCode.invalidSessionTimeout,
]);

interface ClientError {
  code?: unknown;
  name?: string;
  cause?: ClientError;
}

/**
 * The broker's refusal in an error of kafkajs, which wraps it into "retries exceeded" and the like and leaves the group out.
 *
 * @returns undefined if trying again may help
 */
export function refusalIn(error: Error, groupId: string): KafkaError | undefined {
  const refused = (code: number) =>
    new KafkaError(`JoinGroup of group ${groupId}`, code, { cause: error }, 'stop');
  for (let at = error as ClientError | undefined; at; at = at.cause) {
    if (at.name === 'KafkaJSSASLAuthenticationError') return refused(clientCode.authentication);
    if (typeof at.code === 'number' && HOPELESS.has(at.code)) return refused(at.code);
  }
  return undefined;
}
