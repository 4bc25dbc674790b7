import type { ProcessorFactory, StreamLimits } from '@meanwhile/stream';
import type { Draft } from './stream-input.ts';
import type { Scenario } from './stream-scenario.ts';

/** What runs on the stream: a processor, input for it, and who knows what must come out. */
export interface Subject {
  /** Output topics; the journal comes last of all. */
  outputs: string[];
  /** Labels of settings that an instance may be started with. */
  labels: readonly string[];
  /** Of the instance that takes over when all others are stopped: may differ in what must not change in a mixed roll-out. */
  lastLabel: string;
  limits: StreamLimits;
  factory(label: string, note: (what: string) => void): ProcessorFactory;
  draft: Draft;
  /** At the end, with everything at rest. */
  problems(scenario: Scenario): string[];
}
