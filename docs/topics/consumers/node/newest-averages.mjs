// Reads Meanwhile's averages with kafkajs: the newest revision of each result, up to the topic's present end.
//
//   node newest-averages.mjs localhost:9092 averages
//
// Caveat: kafkajs's filter of aborted transactions is right when it reads from the beginning of a topic that one writer at a
// time writes to, as ours are. It shows aborted records when reading starts inside of an aborted transaction, and when
// several of them overlap: seek to the beginning, or use the HTTP API.
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

const groupId = `newest-averages-${randomUUID()}`;
const consumer = kafka.consumer({ groupId, readUncommitted: false });
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
await admin.deleteGroups([groupId]);
await admin.disconnect();
for (const result of newest.values()) console.log(JSON.stringify(result));
