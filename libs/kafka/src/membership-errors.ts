import { errorCode } from './errors.ts';

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

/** Cannot trying again help? kafkajs wraps what the broker said into "retries exceeded" and the like. */
export function isHopeless(error: unknown): boolean {
  for (let at = error as ClientError | undefined; at; at = at.cause) {
    if (at.name === 'KafkaJSSASLAuthenticationError') return true;
    if (typeof at.code === 'number' && HOPELESS.has(at.code)) return true;
  }
  return false;
}
