import { spawn } from 'node:child_process';

export interface CommandResult {
  isOk: boolean;
  stdout: string;
  /** One line for an error text: why it failed. */
  failure: string;
}

/** Runs a program to its end, output collected; never throws: a missing program is a result too. */
export async function runCommand(
  command: string,
  args: string[],
  options: { timeoutMs: number; cwd?: string },
): Promise<CommandResult> {
  return await new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      ...(options.cwd ? { cwd: options.cwd } : {}),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => {
      stdout += piece;
    });
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const failure =
        error.code === 'ENOENT' ? `${command} is not installed` : `${command}: ${error.message}`;
      resolve({ isOk: false, stdout, failure });
    });
    child.once('close', (code, signal) => {
      const said = lastLine(stderr) || lastLine(stdout);
      const how = signal ? `no end within ${options.timeoutMs / 1000} s` : `exit ${code}`;
      const failure = `${command} ${args[0] ?? ''}: ${how}${said ? `: ${said}` : ''}`;
      resolve({ isOk: code === 0, stdout: `${stdout}${code === 0 ? stderr : ''}`, failure });
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
}
