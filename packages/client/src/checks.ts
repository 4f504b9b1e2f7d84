/** Any wait: timers above this fire at once. */
export const MS = '1..2147483647';

/** What came, for a message: never what may be secret, the inside of an object or free text. */
export function show(value: unknown, isFree = false): string {
  if (typeof value === 'string') return isFree && value ? 'string' : JSON.stringify(value);
  return value && /object|function/.test(typeof value) ? typeof value : String(value);
}

function fits(value: unknown, kind: string): boolean {
  const [min, max] = kind.split('..');
  if (max) return typeof value === 'number' && value >= Number(min) && value <= Number(max);
  return kind === show(value) || (kind === typeof value && value !== null);
}

/**
 * Holds a value to a list of kinds, which is its own message: words and constants as they are
 * written (`"json"`, `false`), names of types (`function`), ranges of numbers (`1..10`).
 *
 * @throws {TypeError} Naming the option, what was expected and what came.
 * @throws {RangeError} The same, for a number out of range.
 */
export function check(path: string, value: unknown, kinds: string): void {
  if (kinds.split(' | ').some((kind) => fits(value, kind))) return;
  const Misuse = typeof value === 'number' && kinds.includes('..') ? RangeError : TypeError;
  throw new Misuse(`${path}: expected ${kinds}, got ${show(value, !/["\d]/.test(kinds))}`);
}

/** Per part what it may be, and what it is where it is left out. */
export type Manual<T> = { readonly [Name in keyof T]-?: readonly [kinds: string, fallback: T[Name]] };

/** Checks the parts that are there, that there are no others, and fills in those that are not. */
export function complete<T extends object>(path: string, given: unknown, manual: Manual<T>): T {
  const parts = Object.entries<readonly [kinds: string, fallback: unknown]>(manual);
  const known = new Map(parts);
  const result = Object.fromEntries(parts.map(([name, [, fallback]]) => [name, fallback]));
  for (const [name, value] of Object.entries(typeof given === 'object' && given ? given : {})) {
    const kinds = known.get(name)?.[0];
    if (!kinds) throw new TypeError(`${path}: expected ${[...known.keys()].join(', ')}, got ${show(name)}`);
    if (value === undefined) continue;
    check(`${path}.${name}`, value, kinds);
    result[name] = value;
  }
  // The manual is what vouches for it.
  return result as T;
}
