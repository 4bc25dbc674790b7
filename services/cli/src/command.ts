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
}
