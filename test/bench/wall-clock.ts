/** Time in ms since the epoch, with fractions; the same in all processes of a machine. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}
