import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { findKafkaJava, type KafkaJava } from './broker-java.ts';

/** Whatever the locale: a container has none. By the names of Java 17 and of later ones. */
const utf8 = ['file', 'stdout', 'sun.stdout'].map((name) => `-D${name}.encoding=UTF-8`);

let found: Promise<KafkaJava | string> | undefined;

/** Why Kafka's own tools cannot run here; undefined: they can. For `ctx.skip`. */
export async function whyNoJavaTools(): Promise<string | undefined> {
  found ??= findKafkaJava();
  const java = await found;
  return typeof java === 'string' ? java : undefined;
}

/**
 * Runs one of the tools that come with Apache Kafka until it ends.
 *
 * @param o.main the tool's class. @param o.input its standard input
 * @returns its standard output, one character for each byte; null where neither Java nor Docker is there
 * @throws Error with the end of standard error if it fails
 */
export async function runJavaTool(o: {
  main: string;
  args: readonly string[];
  input?: string;
}): Promise<string | null> {
  found ??= findKafkaJava();
  const java = await found;
  if (typeof java === 'string') return null;
  const [program, ...args] = java.command({
    name: `meanwhile-tool-${randomUUID().slice(0, 8)}`,
    folder: tmpdir(),
    jvm: ['-Xmx256m', ...utf8],
    main: [o.main, ...o.args],
  });
  // A container reads standard input only when told to.
  if (java.way === 'docker') args.splice(1, 0, '--interactive');
  return new Promise((resolve, reject) => {
    const options = { encoding: 'latin1' as const, maxBuffer: 1024 ** 3 };
    const child = execFile(program!, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${o.main}: ${stderr.slice(-2000)}`, { cause: error }));
    });
    child.stdin!.on('error', () => {}); // it ended early: its exit tells
    child.stdin!.end(o.input ?? '');
  });
}
