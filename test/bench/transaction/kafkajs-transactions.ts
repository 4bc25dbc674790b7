import kafkajs from 'kafkajs';
import { keysOf, priceBytes } from '../price-records.ts';
import { runMeasured } from '../run-measured.ts';
import { type CommitOne, runPaced } from './paced.ts';
import {
  JOURNAL_BYTES,
  OUTPUT_RECORDS,
  type TransactionArgs,
  type TransactionResult,
} from './transaction-result.ts';

runMeasured(commitAll);

/** The stock client as its documentation tells to use it for consume, transform, produce. */
async function commitAll(args: TransactionArgs): Promise<TransactionResult> {
  const kafka = new kafkajs.Kafka({
    clientId: 'bench',
    brokers: args.brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const writers = Array.from({ length: args.writers }, async (_, partition): Promise<CommitOne> => {
    const producer = kafka.producer({
      transactionalId: `${args.idPrefix}-stock-${partition}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    return transactions(producer, args, partition);
  });
  return runPaced(args, await Promise.all(writers));
}

function transactions(producer: kafkajs.Producer, args: TransactionArgs, partition: number): CommitOne {
  const { topics, idPrefix } = args;
  const stream = { keys: 500, startMs: Date.now(), recordsPerMs: 1 };
  const keys = keysOf(stream.keys);
  const entry = Buffer.alloc(JOURNAL_BYTES, 'j');
  return async (index) => {
    const messages = Array.from({ length: OUTPUT_RECORDS }, (_, at) => {
      const record = index * OUTPUT_RECORDS + at;
      return { partition, key: keys[record % keys.length]!, value: priceBytes(stream, record) };
    });
    const transaction = await producer.transaction();
    await transaction.sendBatch({
      acks: -1,
      topicMessages: [
        { topic: topics.output, messages },
        { topic: topics.journal, messages: [{ partition, key: 'commit', value: entry }] },
      ],
    });
    const offsets = [{ partition, offset: String(index + 1) }];
    await transaction.sendOffsets({
      consumerGroupId: idPrefix,
      topics: [{ topic: topics.input, partitions: offsets }],
    });
    await transaction.commit();
  };
}
