import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { SECRET, secretCleaner } from './secrets.ts';

export type Log = pino.Logger;

const SECRET_KEYS = ['password', 'KAFKA_SASL_PASSWORD', 'sasl'];

/**
 * The log of a process: JSON lines on stdout, readable ones on a terminal. Written synchronously, so that the last line
 * before the end of the process is there. `secrets` are left out wherever they turn up, texts of errors included.
 */
export function createLog(o: {
  service: string;
  level: string;
  secrets?: readonly string[];
  /** Where lines go; stdout unless given. */
  write?: (line: string) => void;
}): Log {
  const options: pino.LoggerOptions = {
    level: o.level,
    base: { service: o.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: SECRET },
  };
  const destination = o.write === undefined ? standardOutput() : { write: o.write };
  const clean = secretCleaner(o.secrets ?? []);
  return pino(options, clean ? { write: (line) => destination.write(clean(line)) } : destination);
}

function standardOutput(): pino.DestinationStream {
  if (!process.stdout.isTTY) return pino.destination({ dest: 1, sync: true });
  return PinoPretty({
    sync: true,
    singleLine: true,
    ignore: 'pid,hostname,service',
    translateTime: 'SYS:HH:MM:ss.l',
  });
}
