import type { z } from 'zod';
import { createLog, type Log } from './create-log.ts';
import { Health } from './health.ts';
import { Lifecycle } from './lifecycle.ts';
import { type Environment, readSettings, type SettingsRule } from './load-settings.ts';
import { secretCleaner } from './secrets.ts';
import { SettingsError } from './settings-error.ts';
import { settingsTable } from './settings-table.ts';

export interface ServiceContext<T> {
  settings: T;
  /** The environment as given; the settings are read from it already. */
  env: Environment;
  log: () => Log;
  /** `stopping` and `failed` are set by the lifecycle; `ready` and `not ready` are the service's to say. */
  health: Health;
  /** Aborted when the process is asked to stop or fails: before the first stop function runs. */
  signal: AbortSignal;
  /** Runs when the process ends, last registered first. All of them together have 10 s. */
  onStop: (stop: () => unknown) => void;
  /** The service cannot go on: ends the process with the error's exit code (1 if it has none). */
  fail: (error: unknown) => void;
  /** The work is done: ends the process with 0. */
  stop: (reason: string) => void;
}

export interface ServiceOptions<S extends z.ZodObject> {
  name: string;
  /** What the service does, for `--help`. */
  help: string;
  schema: S;
  /** `process.env`, from main.ts. */
  env: Environment;
  rules?: readonly SettingsRule<z.output<S>>[];
  ignore?: readonly string[];
  /** Resolves when everything is started; the process then goes on until a signal, `fail` or `stop`. */
  start: (context: ServiceContext<z.output<S>>) => Promise<unknown>;
  /** Arguments of the command line; the process's own unless given. */
  args?: readonly string[];
}

/**
 * The life of a service process: `--help`, `--check`, settings, log, signals, orderly end, exit code. To be called once,
 * by main.ts. SIGINT and SIGTERM stop it once; a second one ends it on the spot. The last log line names the error and
 * its remedy (`error.remedy`).
 */
export function runService<S extends z.ZodObject>(o: ServiceOptions<S>): void {
  const args = o.args ?? process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpText(o));
    return;
  }
  const unknown = args.find((argument) => argument !== '--check');
  if (unknown !== undefined) {
    process.stderr.write(`unknown argument: ${unknown}, wanted --help, --check or none\n`);
    process.exitCode = 2;
    return;
  }

  // A report of Node's about a crash would carry the whole environment, passwords included.
  process.report.excludeEnv = true;
  const read = readSettings({ ...o, service: o.name });
  const { LOG_LEVEL: level = 'info' } = read.values as { LOG_LEVEL?: string };
  const log = createLog({ service: o.name, level, secrets: read.secrets });
  for (const warning of read.warnings) log.warn(warning);
  if (read.faults.length > 0) {
    const error = new SettingsError(read.faults);
    log.fatal({ faults: error.faults }, error.message);
    process.exitCode = error.exitCode;
    return;
  }
  log.info({ settings: read.effective }, args.includes('--check') ? 'settings are right' : 'settings');
  if (args.includes('--check')) return;

  const health = new Health(secretCleaner(read.secrets));
  const lifecycle = new Lifecycle({ log, health, exit: (code) => process.exit(code) });
  process.on('SIGINT', () => lifecycle.onSignal('SIGINT'));
  process.on('SIGTERM', () => lifecycle.onSignal('SIGTERM'));
  process.on('uncaughtException', (error) => lifecycle.fail(error));
  process.on('unhandledRejection', (reason) => lifecycle.fail(reason));
  void lifecycle.start(() =>
    o.start({
      settings: read.values as z.output<S>,
      env: o.env,
      log: () => log,
      health,
      signal: lifecycle.signal,
      onStop: (stop) => lifecycle.onStop(stop),
      fail: (error) => lifecycle.fail(error),
      stop: (reason) => lifecycle.stop(reason),
    }),
  );
}

function helpText<S extends z.ZodObject>(o: ServiceOptions<S>): string {
  return `${o.help.trim()}

Usage: npm run ${o.name} [-- --check | --help]
  --check   check the settings and end
  --help    show this text

Settings are environment variables; an empty one counts as unset.
Durations are written 500ms, 10s, 5m, 1h, 7d.

${settingsTable(o.schema)}

Exit codes: 0 asked to stop, or done; 2 bad settings; 3 data that must not be skipped; 1 anything else.
SIGTERM and SIGINT end it cleanly, a second one at once.
`;
}
