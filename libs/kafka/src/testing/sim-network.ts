import { clientCode, errorOf, KafkaError } from '../errors.ts';
import type { SimProcess } from './sim-process.ts';
import type { World } from './world.ts';

/** What may become of a request. */
export type Fate =
  /** Carried out, answered. */
  | 'good'
  /** The connection could not be made: never carried out, and the client knows it. */
  | 'notSent'
  /** Lost on its way: never carried out, the client hears nothing. */
  | 'lost'
  /** Carried out, its answer lost. */
  | 'answerLost'
  /** Carried out only after the client has given up. */
  | 'late'
  /** Answered after a long time, though in time. */
  | 'slow'
  /** Refused by a broker that is not the right one, or not ready. */
  | 'refused';

export interface NetworkFault {
  fate: Exclude<Fate, 'good'>;
  /** Of each request that it fits. */
  probability: number;
  /** Default: every process. */
  process?: SimProcess;
  /** Default: every request. */
  api?: string;
}

/** A client that hears nothing gives up after this. */
const TIMEOUT_MS = 1_000;
const LATE_MS_MAX = 6_000;

/** Carries requests to the simulated brokers and answers back, each with delays of its own, and loses what the faults say. */
export class SimNetwork {
  readonly #world: World;
  /** Present faults. */
  readonly faults = new Set<NetworkFault>();
  /** Called for each fault that hit. */
  onHit: (fate: Fate, api: string) => void = () => {};
  /** Counts how often all connections were broken. */
  #breaks = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** The brokers died: what is under way to them, or back, does not arrive. */
  breakConnections(): void {
    this.#breaks++;
  }

  /**
   * One request. `carryOut` runs at the broker and returns the answer, or a promise of it (a long poll); what it throws is the
   * answer as well. A dead process hears nothing.
   *
   * @throws KafkaError NOT_SENT, NO_ANSWER, or what the broker threw
   */
  call<T>(from: SimProcess, api: string, what: string, carryOut: () => T | Promise<T>): Promise<T> {
    const { random, trace } = this.#world;
    if (!from.step()) return new Promise(() => {});
    const fate = this.#fate(from, api);
    trace.note(this.#world.nowMs, from.name, fate === 'good' ? api : `${api}!${fate}`, what);
    if (fate !== 'good') this.onHit(fate, api);
    const breaks = this.#breaks;
    const unlessBroken = (): T | Promise<T> => {
      if (this.#breaks > breaks) throw new KafkaError(api, clientCode.noAnswer);
      return carryOut();
    };
    if (fate === 'late')
      this.#world.after(random.int(TIMEOUT_MS, LATE_MS_MAX), () => void this.#serve(api, unlessBroken));
    return new Promise((resolve, reject) => {
      const answer = (isGood: boolean, value: unknown, backMs: number) =>
        this.#world.after(backMs, () =>
          from.enter(() => {
            if (!from.step()) return;
            if (isGood && this.#breaks > breaks) reject(new KafkaError(api, clientCode.noAnswer));
            else if (isGood) resolve(value as T);
            else reject(value as Error);
          }),
        );
      if (fate === 'notSent') {
        answer(false, new KafkaError(api, clientCode.notSent), random.fraction());
      } else if (fate === 'lost' || fate === 'late') {
        answer(false, new KafkaError(api, clientCode.noAnswer), TIMEOUT_MS);
      } else if (fate === 'refused') {
        answer(false, errorOf(api, random.pick(refusals(api))), this.#delay());
      } else {
        this.#world.after(this.#delay(), () => {
          void this.#serve(api, unlessBroken).then(([isGood, value]) => {
            if (fate === 'answerLost') answer(false, new KafkaError(api, clientCode.noAnswer), TIMEOUT_MS);
            else answer(isGood, value, fate === 'slow' ? random.int(50, TIMEOUT_MS - 50) : this.#delay());
          });
        });
      }
    });
  }

  async #serve(api: string, carryOut: () => unknown): Promise<[isGood: boolean, value: unknown]> {
    try {
      return [true, await carryOut()];
    } catch (error) {
      const code = error instanceof KafkaError ? error.codeName : String(error);
      this.#world.trace.note(this.#world.nowMs, 'broker', `${api} refused`, code);
      return [false, error];
    }
  }

  #fate(from: SimProcess, api: string): Fate {
    for (const fault of this.faults) {
      if (fault.process !== undefined && fault.process !== from) continue;
      if (fault.api !== undefined && fault.api !== api) continue;
      if (this.#world.random.chance(fault.probability)) return fault.fate;
    }
    return 'good';
  }

  /** Mostly under a millisecond, now and then tens. */
  #delay(): number {
    const { random } = this.#world;
    return random.chance(0.05) ? random.int(5, 40) : 0.1 + random.fraction();
  }
}

/** Codes that a healthy cluster gives while leaders and coordinators move. */
function refusals(api: string): number[] {
  switch (api) {
    case 'Produce':
      return [6, 19, 3];
    case 'Fetch':
    case 'ListOffsets':
    case 'DeleteRecords':
      return [6, 5];
    case 'TxnOffsetCommit':
    case 'EndTxn':
    case 'InitProducerId':
      return [14, 15, 16, 51];
    default:
      return [14, 15, 16];
  }
}
