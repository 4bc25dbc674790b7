import { clientCode, errorCode } from './error-codes.ts';

/** By request: the operation that it needs. All others need DESCRIBE. */
const topicOperations: Record<string, string> = {
  Produce: 'WRITE',
  AddPartitionsToTxn: 'WRITE',
  Fetch: 'READ',
  TxnOffsetCommit: 'READ',
  DescribeConfigs: 'DESCRIBE_CONFIGS',
  DeleteRecords: 'DELETE',
  OffsetDelete: 'READ',
};
const groupOperations: Record<string, string> = {
  JoinGroup: 'READ',
  LeaveGroup: 'READ',
  TxnOffsetCommit: 'READ',
  AddOffsetsToTxn: 'READ',
  OffsetDelete: 'DELETE',
};
const groupIn = / of (?:group )?(\S+)/;
const transactionIn = / of transaction (\S+)|InitProducerId of (\S+)/;

/**
 * What to do about a request that was refused for who we are, as far as the code and the request tell.
 *
 * @param what as in the error: "Produce", "OffsetFetch of group prices"
 */
export function refusalRemedy(what: string, code: number, topic?: string): string | undefined {
  const request = /^\w+/.exec(what)?.[0] ?? '';
  if (code === clientCode.authentication)
    return 'check user name, password and mechanism, and the certificates';
  if (code === errorCode.topicAuthorizationFailed) {
    return allow(
      topicOperations[request] ?? 'DESCRIBE, which comes with READ or WRITE,',
      `topic ${topic ?? ''}`,
    );
  }
  if (code === errorCode.groupAuthorizationFailed) {
    const group = groupIn.exec(what)?.[1] ?? '';
    return allow(groupOperations[request] ?? 'DESCRIBE, which comes with READ,', `group ${group}`);
  }
  if (code === errorCode.transactionalIdAuthorizationFailed) {
    const found = transactionIn.exec(what);
    return allow('WRITE', `transactional id ${found?.[1] ?? found?.[2] ?? ''}`);
  }
  // Who may write to any topic gets a producer id; there is no need for a right on the cluster.
  if (code === errorCode.clusterAuthorizationFailed) return allow('WRITE', 'the topic that it writes to');
  if (code === errorCode.unsupportedVersion) return 'all brokers have to be Kafka 2.7 or later';
  return undefined;
}

function allow(operation: string, resource: string): string {
  return `allow this user ${operation} on ${resource.trim()}`;
}
