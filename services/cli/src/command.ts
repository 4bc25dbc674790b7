/** One command of the command line. */
export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  help: string;
  /** Resolves with the exit code. @throws any error: its message is printed, its `exitCode` (else 1) ends the process. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

export interface CommandContext {
  env: Record<string, string | undefined>;
  print: (line: string) => void;
  warn: (line: string) => void;
  /** Where `print` writes to; absent: not a terminal. Its size is asked for anew each time, since people change it. */
  terminal?: { size: () => { columns: number; rows: number } };
}

/** What was typed is wrong: exit code 2, as for settings. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly exitCode = 2;
}
