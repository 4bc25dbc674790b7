import { expect, test } from 'vitest';
import { KafkaError } from './errors.ts';

test.each([
  ['Metadata', 29, 'DESCRIBE, which comes with READ or WRITE, on topic prices'],
  ['ListOffsets', 29, 'DESCRIBE, which comes with READ or WRITE, on topic prices'],
  ['Produce', 29, 'WRITE on topic prices'],
  ['Fetch', 29, 'READ on topic prices'],
  ['DescribeConfigs', 29, 'DESCRIBE_CONFIGS on topic prices'],
  ['DeleteRecords', 29, 'DELETE on topic prices'],
  ['FindCoordinator of group meanwhile', 30, 'DESCRIBE, which comes with READ, on group meanwhile'],
  ['LeaveGroup of meanwhile', 30, 'READ on group meanwhile'],
  ['JoinGroup of group meanwhile', 30, 'READ on group meanwhile'],
  ['TxnOffsetCommit of group meanwhile', 30, 'READ on group meanwhile'],
  ['FindCoordinator of transaction averages-0', 53, 'WRITE on transactional id averages-0'],
  ['InitProducerId of averages-0', 53, 'WRITE on transactional id averages-0'],
  ['InitProducerId', 31, 'WRITE on the topic that it writes to'],
])('%s refused with %i: the right that is missing is named', (what, code, right) => {
  const error = new KafkaError(what, code, { topic: 'prices', partition: 3 });
  expect(error).toMatchObject({ kind: 'stop', remedy: `allow this user ${right}` });
});

test('an error about a refusal has the remedy of the refusal', () => {
  const cause = new KafkaError('Produce', 29, { topic: 'prices', partition: 3 });
  const error = new KafkaError('write', 29, { topic: 'prices', partition: 3, cause });
  expect(error.remedy).toBe('allow this user WRITE on topic prices');
});

test('refused credentials and old brokers have a remedy, other errors have none', () => {
  expect(new KafkaError('Metadata', -1004).remedy).toContain('password');
  expect(new KafkaError('Fetch', 35).remedy).toContain('2.7');
  expect(new KafkaError('Produce', 6, { topic: 't' }).remedy).toBeUndefined();
});
