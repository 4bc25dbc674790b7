import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { SECRET } from './load-settings.ts';

export type Log = pino.Logger;

/** Shorter secrets are not searched for in the lines: leaving out every "a" would leave no log. */
const SECRET_LENGTH_MIN = 4;

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
  const secrets = (o.secrets ?? []).filter((secret) => secret.length >= SECRET_LENGTH_MIN);
  return pino(options, secrets.length === 0 ? destination : leavingOut(secrets, destination));
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

function leavingOut(secrets: readonly string[], destination: pino.DestinationStream): pino.DestinationStream {
  const needles = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return {
    write(line) {
      let clean = line;
      for (const needle of needles) clean = clean.replaceAll(needle, SECRET);
      destination.write(clean);
    },
  };
}
