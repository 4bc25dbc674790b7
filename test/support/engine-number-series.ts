/** Records of a phase before the next kind of numbers begins. */
export const PHASE_RECORDS = 20_000;
export const PHASES = [
  'prices',
  'spikes of 1e15',
  'values that cancel',
  'equal values',
  'cents on 1e9',
] as const;
export const SPIKE_EVERY = 500;

export function phaseAt(index: number): (typeof PHASES)[number] {
  return PHASES[Math.floor(index / PHASE_RECORDS) % PHASES.length]!;
}

/** The value at a place of an endless series that is hard on sums; the same at every call, so that nothing need be kept. */
export function hardValue(index: number): number {
  switch (phaseAt(index)) {
    case 'prices':
      return 90 + (mix(index) % 2_000) / 100;
    case 'spikes of 1e15':
      if (index % SPIKE_EVERY !== 0) return 90 + (mix(index) % 2_000) / 100;
      return index % (2 * SPIKE_EVERY) === 0 ? 1e15 : -1e15;
    case 'values that cancel': {
      const magnitude = mix(index >> 1) / 1_000;
      return index % 2 === 0 ? magnitude : -magnitude;
    }
    case 'equal values':
      // Another one each time, with all bits of a double: for some, total / count is not the value itself.
      return mix(Math.floor(index / SPIKE_EVERY)) / 3e7;
    default:
      return 1e9 + (mix(index) % 3) / 100;
  }
}

/** A number in [0, 2^32) that looks random (the finalizer of MurmurHash3). */
function mix(index: number): number {
  let bits = index | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
