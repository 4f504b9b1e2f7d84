/**
 * The `retry` field's value in milliseconds, or `undefined` where the field is to be ignored.
 *
 * [standard] "If the field value consists of only ASCII digits, then interpret the field value as
 * an integer in base ten."
 */
export function parseRetry(value: string): number | undefined {
  return /^[0-9]+$/.test(value) ? Number(value) : undefined;
}
