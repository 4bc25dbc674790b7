// Reads Meanwhile's averages with kafkajs: the newest revision of each result, up to the topic's present end.
//
//   node newest-averages.mjs localhost:9092 averages
//
// Caveat: kafkajs filters aborted transactions rightly as long as those of a partition do not overlap. Ours do not, since one writer
// at a time has a partition; it shows aborted records where another program, too, writes to the topic in transactions.
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';

const [brokers, topic] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.ERROR });

const admin = kafka.admin();
await admin.connect();
const pending = new Map();
for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
  if (Number(high) > Number(low)) pending.set(partition, Number(high));
}

const consumer = kafka.consumer({ groupId: `newest-averages-${randomUUID()}`, readUncommitted: false });
const newest = new Map();
const readToTheEnd = new Promise((resolve) => {
  if (pending.size === 0) resolve();
  // Batches of markers only do not reach eachMessage, but end here.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
    if (Number(lastOffset) + 1 >= pending.get(partition)) pending.delete(partition);
    if (pending.size === 0) resolve();
  });
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    const result = { partition, ...JSON.parse(message.value.toString()) };
    const { symbol, window, window_start, window_end, revision } = result;
    const identity = JSON.stringify([partition, symbol, window, window_start, window_end]);
    if (revision > (newest.get(identity)?.revision ?? 0)) newest.set(identity, result);
  },
});
await readToTheEnd;
await consumer.disconnect();
await admin.disconnect();
for (const result of newest.values()) console.log(JSON.stringify(result));
