import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import type { ReadArgs, ReadResult } from './read-result.ts';

runMeasured(read);

/** The stock consumer with an empty eachBatch: it fetches and decodes, nobody looks at the records. */
async function read({ brokers, topic, records }: ReadArgs): Promise<ReadResult> {
  const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}` });
  let start = process.cpuUsage();
  // Joining the group is not reading.
  consumer.on(consumer.events.GROUP_JOIN, () => {
    start = process.cpuUsage();
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise, resolve } = Promise.withResolvers<number>();
  let count = 0;
  await consumer.run({
    autoCommit: false,
    async eachBatch({ batch }) {
      count += batch.messages.length;
      if (count >= records) resolve(cpuSecondsSince(start));
    },
  });
  return { cpuSeconds: await promise };
}
