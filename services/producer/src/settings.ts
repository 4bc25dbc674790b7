import { commonSettings, httpPort, type SettingsRule, settings } from '@meanwhile/service';
import { z } from 'zod';
import { SYMBOLS_MAX, tickers } from './symbols.ts';

export type SourceName = { kind: 'simulate' | 'walk' | 'stdin' } | { kind: 'file'; path: string };

export const producerSchema = z.object({
  ...commonSettings,
  HTTP_PORT: httpPort(8081),
  INPUT_TOPIC: settings.topic().prefault('prices').describe('topic the prices are written to'),
  SOURCE: settings
    .parsed(sourceOf, { syntax: 'source' })
    .prefault('simulate')
    .describe('where prices come from: simulate, walk, file:<path>, stdin'),
  SYMBOLS: settings
    .parsed(symbolsOf, { syntax: 'a,b,…|number' })
    .prefault('8')
    .describe('of simulate and walk: names, or how many'),
  RATE: settings
    .number({ above: 0, max: 1_000_000 })
    .optional()
    .describe('of simulate and walk: records per second in all (unless set: one per symbol)'),
  SEED: settings
    .integer({ min: 0 })
    .optional()
    .describe('makes simulate, walk and the disturbances repeatable (random unless set, and logged)'),
  SPEED: settings
    .parsed(speedOf, { syntax: '1x|10x|max' })
    .prefault('1x')
    .describe('of a file: how much faster than its event times it is sent'),
  RESTAMP: settings
    .choice(['off', 'now'])
    .prefault('off')
    .describe('of a file: now shifts its event times so that the first is now'),
  LOOP: settings
    .onOff()
    .prefault('off')
    .describe('of a file: from the start again at its end, later in event time'),
  OUT_OF_ORDER: settings
    .duration({ max: '1h' })
    .prefault('0')
    .describe('event times come out of order by up to this much'),
  LATE_RATIO: settings
    .number({ min: 0, max: 1 })
    .prefault('0')
    .describe('share of records that lie a further 60 s behind'),
});

export type ProducerSettings = z.output<typeof producerSchema>;

export const producerRules: SettingsRule<ProducerSettings>[] = [
  ({ RESTAMP, SPEED }, fault) => {
    if (RESTAMP === 'now' && SPEED === Infinity) {
      fault('RESTAMP', 'off, or a SPEED other than max: event times cannot go on faster than any clock');
    }
  },
  ({ SOURCE, RESTAMP, LOOP }, fault) => {
    if (SOURCE?.kind !== 'stdin') return;
    if (LOOP === true) fault('LOOP', 'off: stdin cannot be read twice');
    if (RESTAMP === 'now') fault('RESTAMP', 'off: stdin is passed on as it comes');
  },
];

function sourceOf(text: string): SourceName {
  if (text === 'simulate' || text === 'walk' || text === 'stdin') return { kind: text };
  if (!text.startsWith('file:')) throw new Error('one of simulate, walk, file:<path>, stdin');
  const path = text.slice('file:'.length);
  if (!settings.readableFile().safeParse(path).success)
    throw new Error('file: and the path of a readable file');
  return { kind: 'file', path };
}

function symbolsOf(text: string): string[] {
  if (/^[0-9]+$/.test(text)) {
    const count = Number(text);
    if (count >= 1 && count <= SYMBOLS_MAX) return tickers(count);
    throw new Error(`a number from 1 to ${SYMBOLS_MAX}, or a comma list of names`);
  }
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new Error('a comma list without empty entries, or a number');
  if (new Set(names).size !== names.length) throw new Error('a comma list in which no name stands twice');
  return names;
}

/** Event time per wall time; Infinity for `max`. */
function speedOf(text: string): number {
  if (text === 'max') return Infinity;
  const speed = /^[0-9]+(\.[0-9]+)?x$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (speed > 0 && speed <= 1_000_000) return speed;
  throw new Error('1x, 10x (any number up to 1000000 and x) or max');
}
