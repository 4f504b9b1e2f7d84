/**
 * A `Retry-After` header's wait in milliseconds, from seconds or an HTTP date; `undefined` where it
 * is neither. Not clamped to what we would wait.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // A date starts with its weekday; `Date.parse` alone takes "-5" for a year.
  // The oldest of the three forms leaves out that it is GMT.
  const date = /^[a-z]{3}/i.test(text) ? Date.parse(text.replace(/(\s\d{4})$/, '$1 GMT')) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
