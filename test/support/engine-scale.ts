/** `npm run test:nightly` runs the whole of what `npm test` runs a cut of. */
export function atScale(cut: number, full: number): number {
  return process.env['TEST_SCALE'] === 'full' ? full : cut;
}

/**
 * For a property over many records. A failing one is shrunk until its time is over, a passing one must not end by
 * the clock: a slow machine would check less, in silence.
 */
export function timeLimits(): {
  testMs: number;
  property: { interruptAfterTimeLimit: number; markInterruptAsFailure: true };
} {
  const propertyMs = atScale(150_000, 1_500_000);
  return {
    testMs: propertyMs + 60_000,
    property: { interruptAfterTimeLimit: propertyMs, markInterruptAsFailure: true },
  };
}
