import { inspect } from 'node:util';
import type { Command } from './command.ts';
import { explain } from './explain/explain.ts';
import { cleanerFor } from './kafka-only.ts';
import { replayDeadLetters } from './replay-dead-letters/replay-dead-letters.ts';
import { reset } from './reset/reset.ts';
import { status } from './status/status.ts';
import { topics } from './topics.ts';
import { verify } from './verify/verify.ts';

// biome-ignore format: one command, one line
const commands: Command[] = [
  explain,
  topics,
  verify,
  status,
  reset,
  replayDeadLetters,
];

// A report of Node's about a crash would carry the whole environment, passwords included.
process.report.excludeEnv = true;
const withoutSecrets = cleanerFor(process.env);
process.on('uncaughtException', (error) => {
  console.error(withoutSecrets(inspect(error)));
  process.exit(1);
});
process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || isHelp(name) || name === 'help') {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    console.error(
      `unknown command: ${name}, wanted one of ${commands.map((known) => known.name).join(', ')}`,
    );
    return 2;
  }
  if (args.some(isHelp)) {
    console.log(command.help);
    return 0;
  }
  try {
    return await command.run(args, {
      env: process.env,
      print: console.log,
      warn: (line) => console.error(withoutSecrets(line)),
      ...(process.stdout.isTTY && { terminal: { size: () => process.stdout } }),
    });
  } catch (error) {
    const { message, remedy, exitCode, code } = error as Error & {
      remedy?: string;
      exitCode?: number;
      code?: unknown; // a text of Node's or a number of Kafka's
    };
    console.error(withoutSecrets(remedy ? `${message}\n${remedy}` : message));
    return exitCode ?? (String(code).startsWith('ERR_PARSE_ARGS') ? 2 : 1);
  }
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return ['Usage: npm run meanwhile -- <command> [--help]', '', ...lines].join('\n');
}
