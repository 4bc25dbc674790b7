import { BatchBuilder, connectCluster, TransactionalWriter } from '@meanwhile/kafka';
import { silent } from '../../support/pipeline.ts';
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

async function commitAll(args: TransactionArgs): Promise<TransactionResult> {
  const settings = { brokers: args.brokers.split(','), clientId: 'bench' };
  const cluster = await connectCluster(settings, { logger: silent });
  const writers = Array.from({ length: args.writers }, async (_, partition): Promise<CommitOne> => {
    const writer = await TransactionalWriter.open(cluster, {
      transactionalId: `${args.idPrefix}-own-${partition}`,
      groupId: args.idPrefix,
      timeoutMs: 45_000,
      logger: silent,
    });
    return transactions(writer, args, partition);
  });
  return runPaced(args, await Promise.all(writers));
}

function transactions(writer: TransactionalWriter, args: TransactionArgs, partition: number): CommitOne {
  const output = new BatchBuilder();
  const journal = new BatchBuilder();
  const stream = { keys: 500, startMs: Date.now(), recordsPerMs: 1 };
  const keys = keysOf(stream.keys);
  const entryKey = Buffer.from('commit');
  const entry = Buffer.alloc(JOURNAL_BYTES, 'j');
  return async (index) => {
    output.reset();
    journal.reset();
    for (let record = index * OUTPUT_RECORDS; record < (index + 1) * OUTPUT_RECORDS; record++) {
      append(output, keys[record % keys.length]!, priceBytes(stream, record));
    }
    append(journal, entryKey, entry);
    const parts = [
      { topic: args.topics.output, partition, batch: output },
      { topic: args.topics.journal, partition, batch: journal },
    ];
    await writer.commit(parts, { topic: args.topics.input, partition, offset: index + 1 });
  };
}

function append(batch: BatchBuilder, key: Buffer, value: Buffer): void {
  const bounds = { keyStart: 0, keyEnd: key.length, valueStart: 0, valueEnd: value.length };
  batch.append({ key, value, ...bounds, timestampMs: Date.now() });
}
