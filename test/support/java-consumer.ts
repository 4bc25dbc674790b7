import { runJavaTool } from './java-tools.ts';

/** One committed record as Kafka's own consumer sees it. */
export interface JavaRecord {
  partition: number;
  offset: number;
  /** null: none */
  timestampMs: number | null;
  isLogAppendTime: boolean;
  key: Buffer | null;
  value: Buffer | null;
  headers: { key: string; value: Buffer | null }[];
}

const MAIN = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
/** Control characters that JSON text cannot hold, so that any line of JSON can be told apart. */
const FIELD_END = '\x1f';
const RECORD_END = '\x1e';
const NULL = '\x1d';
const HEADER_END = '\x1c';
/** Without a record for so long, the topic is taken to be read to its end. */
const QUIET_MS = 5000;

/**
 * Reads a topic from its start with Kafka's console consumer (read_committed): a reader that shares nothing with ours.
 * @returns in the order of each partition's log; null where neither Java with Kafka's jars nor its Docker image is there
 */
export async function readWithJava(o: { brokers: string; topic: string }): Promise<JavaRecord[] | null> {
  const output = await runJavaTool({ main: MAIN, args: consumerArguments(o) });
  if (output === null) return null;
  return output.split(RECORD_END).slice(0, -1).map(parseRecord);
}

function consumerArguments({ brokers, topic }: { brokers: string; topic: string }): string[] {
  const formatter = {
    'print.timestamp': 'true',
    'print.partition': 'true',
    'print.offset': 'true',
    'print.headers': 'true',
    'headers.separator': HEADER_END,
    'print.key': 'true',
    'key.separator': FIELD_END,
    'line.separator': RECORD_END,
    'null.literal': NULL,
  };
  return [
    ...`--bootstrap-server ${brokers} --topic ${topic} --from-beginning`.split(' '),
    ...`--isolation-level read_committed --timeout-ms ${QUIET_MS}`.split(' '),
    ...Object.entries(formatter).flatMap(([name, value]) => ['--formatter-property', `${name}=${value}`]),
  ];
}

/** `CreateTime:1700␟Partition:0␟Offset:5␟name:value␜name:value␟key␟value` */
function parseRecord(line: string): JavaRecord {
  const [time, partition, offset, headers, key, ...value] = line.split(FIELD_END);
  const timestamp = /^(CreateTime|LogAppendTime):(\d+)$/.exec(time!);
  return {
    partition: Number(partition!.replace('Partition:', '')),
    offset: Number(offset!.replace('Offset:', '')),
    timestampMs: timestamp === null ? null : Number(timestamp[2]),
    isLogAppendTime: timestamp?.[1] === 'LogAppendTime',
    key: bytes(key!),
    value: bytes(value.join(FIELD_END)),
    headers: headers === 'NO_HEADERS' ? [] : headers!.split(HEADER_END).map(parseHeader),
  };
}

/** Only names without a colon can be told apart. */
function parseHeader(text: string): JavaRecord['headers'][number] {
  const colon = text.indexOf(':');
  return {
    key: Buffer.from(text.slice(0, colon), 'latin1').toString(),
    value: bytes(text.slice(colon + 1)),
  };
}

function bytes(text: string): Buffer | null {
  return text === NULL ? null : Buffer.from(text, 'latin1');
}
