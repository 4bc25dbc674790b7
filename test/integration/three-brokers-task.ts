import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchBuilder,
  type Cluster,
  clientCode,
  groupOffset,
  KafkaError,
  listOffset,
  RecordCursor,
  readRange,
  startReader,
  TransactionalWriter,
} from '@meanwhile/kafka';
import { silent } from '../support/pipeline.ts';

export interface TaskOptions {
  cluster: Cluster;
  transactionalId: string;
  groupId: string;
  inputTopic: string;
  outputTopic: string;
  /** Of input and output. */
  partition: number;
}

/** Copies the input 0, 1, 2, … to its output as a task of libs/stream would: one transaction with the group's offset after the other. */
export interface CopyTask {
  readonly commits: number;
  /** Writers that failed and were replaced. */
  readonly reopened: number;
  /** What it failed with for good. */
  readonly failure: Error | undefined;
  /** @returns how many of the input are committed @throws what it failed with for good */
  stop(): Promise<number>;
}

const OPEN_PAUSE_MS = 50;
const RECORDS_PER_COMMIT = 4;

export function startCopyTask(o: TaskOptions): CopyTask {
  let isStopping = false;
  let failure: Error | undefined;
  let commits = 0;
  let reopened = -1;

  async function run(): Promise<number> {
    for (;;) {
      reopened++;
      try {
        return await copy();
      } catch (error) {
        if (!(error instanceof KafkaError) || error.kind === 'stop') throw error;
        await sleep(OPEN_PAUSE_MS);
      }
    }
  }

  /** 1 fence, 2 locate, 3 run, until stopped. */
  async function copy(): Promise<number> {
    const { transactionalId, groupId } = o;
    const writer = await TransactionalWriter.open(o.cluster, {
      transactionalId,
      groupId,
      timeoutMs: 45_000,
      logger: silent,
    });
    let position = await locate(o);
    while (!isStopping) {
      const next = position + RECORDS_PER_COMMIT;
      // Every third transaction goes out in two parts.
      const middle = commits % 3 === 0 ? position + 1 : position;
      if (middle > position) await writer.send([batchOf(o, position, middle)]);
      const offset = { topic: o.inputTopic, partition: o.partition, offset: next };
      await writer.commit([batchOf(o, middle, next)], offset);
      commits++;
      position = next;
    }
    return position;
  }

  const running = run();
  running.catch((error: Error) => {
    failure = error;
  });
  return {
    get commits() {
      return commits;
    },
    get reopened() {
      return reopened;
    },
    get failure() {
      return failure;
    },
    stop() {
      isStopping = true;
      return running;
    },
  };
}

/** Where the group stands, which must be where the output stands: they were committed together. */
async function locate({
  cluster,
  groupId,
  inputTopic,
  outputTopic,
  partition,
}: TaskOptions): Promise<number> {
  const position = Math.max(0, await groupOffset(cluster, groupId, inputTopic, partition));
  const { length } = await committedValues(cluster, outputTopic, partition);
  if (length === position) return position;
  throw new Error(
    `output ${outputTopic}-${partition}: ${length} records, wanted ${position} as the group's offset`,
  );
}

/** A cluster that tells what is on its way to each broker and what was never answered. */
export interface WatchedCluster extends Cluster {
  inFlight(nodeId: number): string[];
  /** Names of the requests whose answer was lost. */
  readonly lost: string[];
}

export function watchCalls(cluster: Cluster): WatchedCluster {
  const inFlight = new Set<{ nodeId: number; apiName: string }>();
  const lost: string[] = [];
  return {
    ...cluster,
    lost,
    inFlight: (nodeId) =>
      [...inFlight].filter((call) => call.nodeId === nodeId).map(({ apiName }) => apiName),
    async call(nodeId, request, options) {
      const call = { nodeId, apiName: request.apiName };
      inFlight.add(call);
      try {
        return await cluster.call(nodeId, request, options);
      } catch (error) {
        if (error instanceof KafkaError && error.code === clientCode.noAnswer) lost.push(request.apiName);
        throw error;
      } finally {
        inFlight.delete(call);
      }
    },
  };
}

/** All committed values of a partition, in order. */
export async function committedValues(cluster: Cluster, topic: string, partition: number): Promise<number[]> {
  const toOffset = await listOffset(cluster, topic, partition, 'stable');
  const reader = startReader(cluster, { logger: silent });
  const values: number[] = [];
  const cursor = new RecordCursor();
  try {
    for await (const chunk of readRange(reader, { topic, partition, fromOffset: 0, toOffset })) {
      cursor.load(chunk);
      cursor.stopAt(toOffset);
      while (cursor.next()) values.push(valueAt(cursor));
    }
  } finally {
    await reader.close();
  }
  return values;
}

/** The number that a record's value is. */
export function valueAt(cursor: RecordCursor): number {
  return Number(Buffer.from(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)).toString());
}

function batchOf({ outputTopic, partition }: TaskOptions, from: number, to: number) {
  const batch = new BatchBuilder(10_000);
  for (let i = from; i < to; i++) {
    const value = Buffer.from(String(i));
    const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: value.length };
    batch.append({ key: null, value, ...bounds, timestampMs: Date.now() });
  }
  return { topic: outputTopic, partition, batch };
}

/** 0, 1, … count - 1 */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
