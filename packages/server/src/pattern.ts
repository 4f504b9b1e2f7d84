import { misuse } from 'pushstream-protocol';
import { isName, MAX_WORD_LENGTH, quote } from './grammar.ts';

const PATTERN_EXPECTED = 'a name, or a pattern such as "orders.*" or "*"';

/** A pattern in its segments. */
type Segments = readonly string[];

/** A name, or one with `*` in place of whole segments; `*` alone is a pattern too. */
export function isPattern(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_WORD_LENGTH) return false;
  // A star is no part of a name, so one that stays behind makes it none.
  return isName(
    value
      .split('.')
      .map((segment) => (segment === '*' ? '-' : segment))
      .join('.'),
  );
}

/** @throws {TypeError} For what is neither a name nor a pattern. */
export function checkPattern(path: string, value: unknown): void {
  if (!isPattern(value)) throw misuse(path, PATTERN_EXPECTED, quote(value));
}

/** @throws {TypeError} For what is no list of patterns. */
export function checkPatterns(path: string, value: unknown): void {
  if (!Array.isArray(value)) throw misuse(path, 'a list of patterns', quote(value));
  for (const [at, pattern] of value.entries()) checkPattern(`${path}[${at}]`, pattern);
}

/** `*` matches whatever is in its place; both have the same number of segments. */
function fits(pattern: Segments, name: Segments): boolean {
  return pattern.every((segment, at) => segment === '*' || segment === name[at]);
}

/**
 * Whether a name matches one of some patterns; of none, no name does. `*` alone matches every name,
 * a `*` segment exactly one segment. Takes time by the length of the name, times the patterns with
 * stars and as many segments as it has: nothing is ever tried again.
 */
export function matchesAny(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.includes('*')) return () => true;
  const names = new Set<string>();
  const byLength = new Map<number, Segments[]>();
  for (const pattern of new Set(patterns)) {
    if (!pattern.includes('*')) {
      names.add(pattern);
      continue;
    }
    const segments = pattern.split('.');
    const others = byLength.get(segments.length);
    if (others) others.push(segments);
    else byLength.set(segments.length, [segments]);
  }
  if (byLength.size === 0) return (name) => names.has(name);
  return (name) => {
    if (names.has(name)) return true;
    const segments = name.split('.');
    return byLength.get(segments.length)?.some((pattern) => fits(pattern, segments)) ?? false;
  };
}

/** Whether `granted` matches every name that `requested`, a name or a pattern, matches. */
export function covers(granted: string, requested: string): boolean {
  if (granted === '*' || granted === requested) return true;
  if (!granted.includes('*')) return false;
  const [wide, narrow] = [granted.split('.'), requested.split('.')];
  // A star of `requested` is covered by a star alone, which `fits` holds it to: it is no segment of a name.
  return wide.length === narrow.length && fits(wide, narrow);
}
