import type { ResultSettings } from '@meanwhile/averages';
import { AGGREGATES, type Aggregate, outputCollision } from '@meanwhile/records';
import { commonSettings, httpPort, type SettingsRule, settings } from '@meanwhile/service';
import { type EmitMode, parseWindows, type WindowKind } from '@meanwhile/windowing';
import { z } from 'zod';

/** What a kind of window sends unless told otherwise; a session is sent only when it is over. */
const DEFAULT_EMIT: Record<WindowKind, EmitMode> = {
  sliding: 'updates',
  tumbling: 'both',
  hopping: 'both',
  session: 'final',
};
const KINDS = Object.keys(DEFAULT_EMIT) as WindowKind[];

export const aggregatorSchema = z.object({
  ...commonSettings,
  HTTP_PORT: httpPort(8082),
  INPUT_TOPIC: settings.topic().prefault('prices').describe('topic of keyed numbers to average'),
  OUTPUT_TOPIC: settings
    .topic()
    .prefault('averages')
    .describe('topic of the averages; -late, -dead-letters, -journal follow'),
  GROUP_ID: settings.text().prefault('meanwhile').describe('consumer group that the replicas share'),
  WINDOWS: settings
    .parsed(parseWindows, { syntax: 'kind:size,…' })
    .prefault('sliding:10s,tumbling:1m')
    .describe('windows, such as sliding:10s,tumbling:1m,hopping:5m/1m,session:30s'),
  GRACE: settings.duration().prefault('5s').describe('how long a window waits for records out of order'),
  IDLE_TIMEOUT: settings
    .durationOrOff()
    .prefault('5s')
    .describe('silence after which the watermark moves on by itself'),
  IDLE_SKEW: settings
    .duration()
    .prefault('1s')
    .describe('how far the clocks of this machine and the brokers may differ'),
  MAX_AHEAD: settings
    .durationOrOff()
    .prefault('5s')
    .describe('how far an event time may be past its Kafka timestamp'),
  EMIT: settings
    .parsed(parseEmit, { syntax: 'mode|kind:mode,…' })
    .optional()
    .describe('updates, final or both (sliding: updates, tumbling and hopping: both unless set)'),
  UPDATE_INTERVAL: settings
    .duration()
    .prefault('1s')
    .describe('thins the updates of EMIT=both; 0: every change'),
  AGGREGATES: settings
    .parsed(parseAggregates, { syntax: 'a,b,…' })
    .prefault(AGGREGATES.join(','))
    .describe('which of these are sent'),
  COMMIT_INTERVAL: settings
    .duration({ min: '10ms', max: '30s' })
    .prefault('100ms')
    .describe('longest time until a record is committed'),
  START: settings
    .choice(['earliest', 'latest'])
    .prefault('earliest')
    .describe('where a partition begins, first start only'),
  MAX_KEYS: settings
    .integer({ min: 1, max: 10_000_000 })
    .prefault('100000')
    .describe('active keys per partition'),
  VALUE_FIELD: settings.text().prefault('price').describe('field of the number; a.b: inside objects'),
  TIME_FIELD: settings
    .text()
    .prefault('timestamp')
    .describe("field of the event time; $record: the Kafka record's own"),
  TIME_UNIT: settings.choice(['ms', 's', 'us', 'ns']).prefault('ms').describe('unit of the event time'),
  SESSION_TIMEOUT: settings
    .duration({ min: '6s', max: '5m' })
    .prefault('10s')
    .describe('after this a dead replica loses its partitions'),
  FAST_FAILOVER: settings
    .onOff()
    .prefault('on')
    .describe('take a dead replica out of the group at once, instead of after SESSION_TIMEOUT'),
  PEER_ADDRESS: settings
    .text()
    .optional()
    .describe('host:port at which other replicas reach this one (own address and HTTP port unless set)'),
});

export type AggregatorSettings = z.output<typeof aggregatorSchema>;

export const aggregatorRules: SettingsRule<AggregatorSettings>[] = [
  ({ INPUT_TOPIC: input, OUTPUT_TOPIC: output }, fault) => {
    const wanted = input && output ? outputCollision(input, output) : undefined;
    if (wanted) fault('OUTPUT_TOPIC', wanted);
  },
  (values, fault) => {
    if (
      values.EMIT?.session &&
      values.EMIT.session !== 'final' &&
      values.WINDOWS?.some(({ kind }) => kind === 'session')
    ) {
      fault('EMIT', 'final for session: sessions are sent only when they are over');
    }
  },
];

/** The part of the settings that results depend on. */
export function resultSettings(s: AggregatorSettings): ResultSettings {
  return {
    windows: s.WINDOWS.map((window) => ({ ...window, emit: emitOf(window.kind, s.EMIT) })),
    graceMs: s.GRACE,
    idleTimeoutMs: s.IDLE_TIMEOUT,
    idleSkewMs: s.IDLE_SKEW,
    maxAheadMs: s.MAX_AHEAD,
    updateIntervalMs: s.UPDATE_INTERVAL,
    maxKeys: s.MAX_KEYS,
    aggregates: s.AGGREGATES,
    valueField: s.VALUE_FIELD,
    timeField: s.TIME_FIELD,
    timeUnit: s.TIME_UNIT,
  };
}

type EmitByKind = Partial<Record<WindowKind | 'all', EmitMode>>;

function emitOf(kind: WindowKind, emit: EmitByKind | undefined): EmitMode {
  // One value for all kinds means all but session, which has only the one.
  return emit?.[kind] ?? (kind === 'session' ? 'final' : (emit?.all ?? DEFAULT_EMIT[kind]));
}

function parseEmit(text: string): EmitByKind {
  if (isMode(text)) return { all: text };
  const byKind: EmitByKind = {};
  for (const part of text.split(',')) {
    const [kind, mode, ...rest] = part.trim().split(':');
    const isRight =
      KINDS.includes(kind as WindowKind) && isMode(mode) && rest.length === 0 && !(kind! in byKind);
    if (!isRight)
      throw new Error('updates, final or both; or one for each kind, such as sliding:updates,tumbling:both');
    byKind[kind as WindowKind] = mode;
  }
  return byKind;
}

function isMode(text: string | undefined): text is EmitMode {
  return text === 'updates' || text === 'final' || text === 'both';
}

function parseAggregates(text: string): Aggregate[] {
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !AGGREGATES.includes(name as Aggregate));
  if (unknown.length > 0) throw new Error(`some of ${AGGREGATES.join(', ')}`);
  // The order on the wire is fixed, whatever order they are named in.
  return AGGREGATES.filter((name) => wanted.includes(name));
}
