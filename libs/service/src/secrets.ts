/** What stands in the place of a secret. */
export const SECRET = '[secret]';

/** Shorter secrets are not searched for in texts: leaving out every "a" would leave no log. */
const SECRET_LENGTH_MIN = 4;

/** Takes the secrets out of a text, also as JSON and URLs write them and in base64. Undefined: there is nothing to look for. */
export function secretCleaner(secrets: readonly string[]): ((text: string) => string) | undefined {
  const needles = secrets
    .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]);
  if (needles.length === 0) return undefined;
  return (text) => needles.reduce((clean, needle) => clean.replaceAll(needle, SECRET), text);
}

/** The password in `user:password@host`, wherever somebody writes one although no setting of ours takes it. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/([^\s:@/,]*):[^\s@/,]+@/g, `$1:${SECRET}@`);
}
