import fc from 'fast-check';
import type { OracleDefinition, OracleSettings } from './window-oracle.ts';

/** What happens to both sides between two events; `release`, `restore` and `ask` must change nothing. */
export type Action = 'none' | 'release' | 'restore' | 'ask';
type Shape =
  | { kind: 'good'; key: number; stepMs: number; behindMs: number; value: number }
  | { kind: 'bad' }
  | { kind: 'live' };
/** One event of a partition's life, relative to the one before. */
export interface Happening {
  shape: Shape;
  /** Append time since the record before. */
  appendedMs: number;
  action: Action;
}
export interface Scenario {
  settings: OracleSettings;
  /** Event time at which it begins: 0 has windows that start before the epoch. */
  startMs: number;
  hasAppendTime: boolean;
  happenings: Happening[];
}

const emit = fc.constantFrom('updates', 'final', 'both');

/** Definitions of one kind, with sizes of a few records' distance up to `sizeMsMax`. */
export function definitionsOf(
  kind: OracleDefinition['kind'],
  sizeMsMax: number,
): fc.Arbitrary<OracleDefinition> {
  const size = fc.integer({ min: 1, max: sizeMsMax });
  if (kind === 'sliding') return fc.tuple(size, emit).map(([sizeMs, mode]) => define(kind, sizeMs, 0, mode));
  if (kind === 'tumbling')
    return fc.tuple(size, emit).map(([sizeMs, mode]) => define(kind, sizeMs, sizeMs, mode));
  if (kind === 'session') return size.map((sizeMs) => define(kind, sizeMs, 0, 'final'));
  return fc
    .tuple(fc.integer({ min: 1, max: Math.ceil(sizeMsMax / 3) }), fc.integer({ min: 2, max: 5 }), emit)
    .map(([stepMs, steps, mode]) => define(kind, stepMs * steps, stepMs, mode));
}

function define(
  kind: OracleDefinition['kind'],
  sizeMs: number,
  stepMs: number,
  mode: OracleDefinition['emit'],
): OracleDefinition {
  const name = kind === 'hopping' ? `${kind}-${sizeMs}-${stepMs}` : `${kind}-${sizeMs}`;
  return { kind, name, sizeMs, stepMs, emit: mode };
}

/** Definitions of any kind. */
export function anyKind(sizeMsMax: number): fc.Arbitrary<OracleDefinition> {
  const kinds = ['sliding', 'tumbling', 'hopping', 'session'] as const;
  return fc.oneof(...kinds.map((kind) => definitionsOf(kind, sizeMsMax)));
}

export function settingsOf(
  definition: fc.Arbitrary<OracleDefinition>,
  definitionsMax: number,
): fc.Arbitrary<OracleSettings> {
  return fc.record({
    windows: fc.uniqueArray(definition, {
      minLength: 1,
      maxLength: definitionsMax,
      selector: ({ name }) => name,
    }),
    graceMs: fc.integer({ min: 0, max: 15 }),
    idleTimeoutMs: fc.option(fc.integer({ min: 0, max: 30 })),
    updateIntervalMs: fc.integer({ min: 0, max: 8 }),
    maxKeys: fc.integer({ min: 1, max: 4 }),
  });
}

export const price = fc.integer({ min: 1, max: 20_000 }).map((cents) => cents / 100);
export const hostileValue = fc.oneof(
  price,
  fc.constantFrom(0, -0, 0.1, 1e100, -1e100, 1e15, -1e15, 1e-300, 5e-324, 123_456_789.000_001),
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
);

/** Ties, small steps, now and then a jump past everything that is open; records within and beyond grace; silence. */
function happening(value: fc.Arbitrary<number>, disorder: number): fc.Arbitrary<Happening> {
  const good = fc.record({
    kind: fc.constant('good' as const),
    key: fc.integer({ min: 0, max: 3 }),
    stepMs: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }) },
      { weight: 1, arbitrary: fc.integer({ min: 7, max: 80 }) },
    ),
    behindMs: fc.oneof(
      { weight: 12, arbitrary: fc.constant(0) },
      { weight: disorder, arbitrary: fc.integer({ min: 0, max: 60 }) },
    ),
    value,
  });
  const shape: fc.Arbitrary<Shape> = fc.oneof(
    { weight: 12, arbitrary: good },
    { weight: 1, arbitrary: fc.constant({ kind: 'bad' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'live' as const }) },
  );
  const appendedMs = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -2, max: 8 }) },
    { weight: 1, arbitrary: fc.integer({ min: 9, max: 120 }) },
  );
  const action = fc.constantFrom<Action>('none', 'none', 'none', 'release', 'restore', 'ask');
  return fc.record({ shape, appendedMs, action });
}

/** Many short lives: small enough to be read when one fails. */
export function shortScenarios(
  settings: fc.Arbitrary<OracleSettings>,
  value: fc.Arbitrary<number> = price,
): fc.Arbitrary<Scenario> {
  return scenarios(settings, fc.array(happening(value, 9), { maxLength: 90, size: 'max' }));
}

/** Long lives with wide windows: rings grow, are used again, and fold. */
export function longScenarios(settings: fc.Arbitrary<OracleSettings>): fc.Arbitrary<Scenario> {
  return scenarios(
    settings,
    fc.array(happening(price, 2), { minLength: 400, maxLength: 1_200, size: 'max' }),
  );
}

function scenarios(
  settings: fc.Arbitrary<OracleSettings>,
  happenings: fc.Arbitrary<Happening[]>,
): fc.Arbitrary<Scenario> {
  return fc.record({
    settings,
    startMs: fc.constantFrom(0, 7, 1_000),
    hasAppendTime: fc.boolean(),
    happenings,
  });
}
