import { isThenable } from './thenable.ts';

/** Types whose listeners are remembered, and characters of one; a server may send any number of names, of any length. */
const MAX_REMEMBERED = 256;

export type AnyListener = (first: never, second: never) => void;

/** One listener's. */
interface Registration {
  readonly pattern: string;
  readonly listener: AnyListener;
  readonly once: boolean;
  /** Not one of the caller's own, who may forget them by name. */
  readonly isOurs: boolean;
}

/** Names and patterns to listeners. */
export interface Dispatcher {
  on(pattern: string, listener: AnyListener, once?: boolean, isOurs?: boolean): () => void;
  /** Without a listener: all of that name or pattern that are the caller's own. */
  off(pattern: string, listener?: AnyListener): void;
  /** Who listens to a type, in the order of registration. */
  find(type: string): readonly Registration[];
  /** Calls those that still listen; one that throws or rejects is reported and harms nothing. */
  call(found: readonly Registration[], first: unknown, second?: unknown): void;
  clear(): void;
  /** What is listened to: names and patterns, with the number of listeners. */
  readonly patterns: ReadonlyMap<string, number>;
}

/** `*` alone matches everything, a `*` segment exactly one segment. Linear in the length of both. */
function matches(pattern: string, type: string): boolean {
  if (pattern === type || pattern === '*') return true;
  if (!pattern.includes('*')) return false;
  const want = pattern.split('.');
  const have = type.split('.');
  return want.length === have.length && want.every((segment, at) => segment === '*' || segment === have[at]);
}

/** `changed`: somebody came or left. */
export function createDispatcher(reportError: (error: unknown) => void, changed: () => void = () => {}): Dispatcher {
  const registrations = new Set<Registration>();
  /** Never written to after it was made: a listener may subscribe or unsubscribe while it is walked. */
  const byType = new Map<string, readonly Registration[]>();

  function find(type: string): readonly Registration[] {
    let found = byType.get(type);
    if (!found) {
      found = [...registrations].filter(({ pattern }) => matches(pattern, type));
      if (byType.size === MAX_REMEMBERED) byType.clear();
      if (type.length <= MAX_REMEMBERED) byType.set(type, found);
    }
    return found;
  }

  function remove(registration: Registration): void {
    if (!registrations.delete(registration)) return;
    byType.clear();
    changed();
  }

  return {
    on(pattern, listener, once = false, isOurs = false) {
      const registration: Registration = { pattern, listener, once, isOurs };
      registrations.add(registration);
      byType.clear();
      changed();
      return () => remove(registration);
    },
    off(pattern, listener) {
      for (const registration of registrations) {
        const isMeant = listener ? registration.listener === listener : !registration.isOurs;
        if (registration.pattern === pattern && isMeant) remove(registration);
      }
    },
    find,
    call(found, first, second) {
      for (const registration of found) {
        if (!registrations.has(registration)) continue;
        if (registration.once) remove(registration);
        try {
          // The one cast: listeners of different types share this map; `on` is what typed them.
          const result = (registration.listener as (first: unknown, second: unknown) => unknown)(first, second);
          if (isThenable(result)) result.then(undefined, reportError);
        } catch (error) {
          reportError(error);
        }
      }
    },
    clear() {
      registrations.clear();
      byType.clear();
      changed();
    },
    get patterns() {
      const patterns = new Map<string, number>();
      for (const { pattern } of registrations) patterns.set(pattern, (patterns.get(pattern) ?? 0) + 1);
      return patterns;
    },
  };
}
