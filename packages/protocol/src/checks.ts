/** Any wait: timers above this fire at once. */
export const MS = '1..2147483647';

/** What came, for a message: never what may be secret, the inside of an object or free text. */
export function show(value: unknown, isFree = false): string {
  if (typeof value === 'string') return isFree && value ? 'string' : JSON.stringify(value);
  return value === Object(value) ? typeof value : String(value);
}

/** Every misuse has this form; never put in it what may be secret. */
export function misuse(path: string, expected: string, got: string, Misuse: typeof TypeError = TypeError): TypeError {
  return new Misuse(`${path}: expected ${expected}, got ${got}`);
}

function fits(value: unknown, kind: string): boolean {
  const [min, max] = kind.replace('whole ', '').split('..');
  if (max) {
    const isCounted = !kind.startsWith('whole ') || Number.isInteger(value);
    return typeof value === 'number' && value >= Number(min) && value <= Number(max) && isCounted;
  }
  return kind === show(value) || (kind === typeof value && value !== null);
}

/**
 * Holds a value to a list of kinds, which is its own message: words and constants as they are
 * written (`"json"`, `false`), names of types (`function`), ranges of numbers (`1..10`, `whole 1..10`).
 *
 * @throws {TypeError} Naming the option, what was expected and what came.
 * @throws {RangeError} The same, for a number out of range.
 */
export function check(path: string, value: unknown, kinds: string): void {
  if (kinds.split(' | ').some((kind) => fits(value, kind))) return;
  const Misuse = typeof value === 'number' && kinds.includes('..') ? RangeError : TypeError;
  throw misuse(path, kinds, show(value, !/["\d]/.test(kinds)), Misuse);
}

/** Per part what it is where it is left out, behind what it may be unless that is the type of this; alone: required. */
export type Manual<T> = {
  readonly [Name in keyof T]-?: T[Name] | readonly [kinds: string, fallback: T[Name]] | readonly [kinds: string];
};

/**
 * Checks the parts that are there, that there are no others and none is missing, and fills in those
 * that may be left out. Instead of parts there may be a word.
 */
export function complete<T extends object>(path: string, given: object | string | false, manual: Manual<T>): T {
  const kinds = new Map<string, string>();
  const result: Record<string, unknown> = {};
  const parts = new Map(Object.entries<unknown>(typeof given === 'object' ? { ...given } : {}));
  for (const [name, part] of Object.entries<unknown>(manual)) {
    const [kind, ...fallback]: readonly unknown[] = Array.isArray(part) ? part : [typeof part, part];
    kinds.set(name, String(kind));
    if (fallback.length > 0) [result[name]] = fallback;
    else if (typeof given === 'object') check(`${path}.${name}`, parts.get(name), String(kind));
  }
  for (const [name, value] of parts) {
    const kind = kinds.get(name);
    if (!kind) throw misuse(path, [...kinds.keys()].join(', '), show(name));
    if (value === undefined) continue;
    check(`${path}.${name}`, value, kind);
    result[name] = value;
  }
  // The manual is what vouches for it.
  return result as T;
}
