/**
 * On every answer that could be shown by itself. Nothing may be loaded from elsewhere or run from within a document; styles that scripts set on
 * elements (as the chart does) are not inline styles in this sense.
 */
export const SECURITY_HEADERS: Record<string, string> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Text never becomes markup or script: the browser refuses to.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** What no browser shows as a document: the policy of the page that loads it holds. Half a kilobyte less for each of many modules. */
const PARTS = /^text\/(javascript|css)/;
const {
  'content-security-policy': _policy,
  'cross-origin-opener-policy': _opener,
  'referrer-policy': _referrer,
  ...PART_HEADERS
} = SECURITY_HEADERS;

/** Those that an answer of this type needs. */
export function securityHeaders(contentType: string): Record<string, string> {
  return PARTS.test(contentType) ? PART_HEADERS : SECURITY_HEADERS;
}
