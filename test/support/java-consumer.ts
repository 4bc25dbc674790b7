import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** One committed record as Kafka's own consumer sees it. */
export interface JavaRecord {
  partition: number;
  offset: number;
  /** null: none */
  timestampMs: number | null;
  isLogAppendTime: boolean;
  key: Buffer | null;
  value: Buffer | null;
}

const VERSION = '4.3.1';
const MAIN = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
/** Control characters that JSON text cannot hold, so that any line of JSON can be told apart. */
const FIELD_END = '\x1f';
const RECORD_END = '\x1e';
const NULL = '\x1d';
/** Without a record for so long, the topic is taken to be read to its end. */
const QUIET_MS = 5000;

/**
 * Reads a topic from its start with Kafka's console consumer (read_committed): a reader that shares nothing with ours.
 * @returns in the order of each partition's log; null where neither Java with Kafka's jars nor its Docker image is there
 */
export async function readWithJava(o: { brokers: string; topic: string }): Promise<JavaRecord[] | null> {
  const command = findCommand();
  if (command === null) return null;
  const [program, ...before] = command;
  const output = await run(program!, [...before, ...consumerArguments(o)]);
  return output.split(RECORD_END).slice(0, -1).map(parseRecord);
}

/** The program and its first arguments. */
function findCommand(): string[] | null {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const jars = findJars(join(cache, 'meanwhile', `kafka-${VERSION}`));
  if (jars !== null && works('java', ['-version'])) return ['java', '-Xmx256m', '-cp', join(jars, '*'), MAIN];
  const image = `apache/kafka:${VERSION}`;
  // Only on Linux does a container share the host's network, on which the broker's advertised address lies.
  if (process.platform !== 'linux' || !works('docker', ['image', 'inspect', image])) return null;
  return [
    'docker',
    'run',
    '--rm',
    '--network',
    'host',
    '--entrypoint',
    'java',
    image,
    '-cp',
    '/opt/kafka/libs/*',
    MAIN,
  ];
}

/** The folder, or a folder in it, that holds Kafka's tools. */
function findJars(folder: string): string | null {
  if (!existsSync(folder)) return null;
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const tools = entries.find((entry) => /(^|\/)kafka-tools-[\d.]+\.jar$/.test(entry));
  return tools === undefined ? null : join(folder, tools, '..');
}

function works(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function consumerArguments({ brokers, topic }: { brokers: string; topic: string }): string[] {
  const formatter = {
    'print.timestamp': 'true',
    'print.partition': 'true',
    'print.offset': 'true',
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

/** Standard output, one character for each byte. */
function run(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'latin1' as const, maxBuffer: 1024 ** 3 };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`console consumer: ${stderr.slice(-2000)}`, { cause: error }));
    });
  });
}

/** `CreateTime:1700␟Partition:0␟Offset:5␟key␟value` */
function parseRecord(line: string): JavaRecord {
  const [time, partition, offset, key, ...value] = line.split(FIELD_END);
  const timestamp = /^(CreateTime|LogAppendTime):(\d+)$/.exec(time!);
  return {
    partition: Number(partition!.replace('Partition:', '')),
    offset: Number(offset!.replace('Offset:', '')),
    timestampMs: timestamp === null ? null : Number(timestamp[2]),
    isLogAppendTime: timestamp?.[1] === 'LogAppendTime',
    key: bytes(key!),
    value: bytes(value.join(FIELD_END)),
  };
}

function bytes(text: string): Buffer | null {
  return text === NULL ? null : Buffer.from(text, 'latin1');
}
