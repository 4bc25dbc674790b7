/** `npm run test:nightly` runs the whole of what `npm test` runs a cut of. */
export function atScale(cut: number, full: number): number {
  return process.env['TEST_SCALE'] === 'full' ? full : cut;
}
