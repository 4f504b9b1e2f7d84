import { type Cursor, isSendable, SENDABLE } from './cursor.ts';
import { kindOf } from './errors.ts';
import { isThenable } from './thenable.ts';

/**
 * Keeps the cursor beyond the page: any place for one string. What it does wrong never breaks the
 * stream: it is one warning, and the stream starts or goes on without.
 */
export interface CursorStore {
  /** What was saved last; asked once, before the first connection. Nothing or an empty string: none. */
  load(): string | null | undefined;
  /** Keeps the cursor, after the listeners of its event were called; a promise is not waited for. */
  save(cursor: string): unknown;
  /** Forgets it: the server took its id back. Call it yourself when the user logs out. */
  clear(): unknown;
}

/** The guard between a cursor and what may throw. */
export interface Keeper {
  /** Once. */
  load(): void;
  /** The cursor may have moved. */
  save(): void;
}

export function createKeeper(store: CursorStore | undefined, cursor: Cursor, warn: (message: string) => void): Keeper {
  let isLoaded = false;
  let kept = '';
  let hasWarned = false;

  function complain(what: string): void {
    if (!hasWarned) warn(`PushStream: expected options.cursorStore to ${what}; the stream goes on without`);
    hasWarned = true;
  }

  function attempt<T>(name: string, work: () => T): T | undefined {
    const failed = (error: unknown): void => complain(`${name}, got ${kindOf(error)}`);
    try {
      const result = work();
      if (isThenable(result)) result.then(undefined, failed);
      return result;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  return {
    load() {
      if (isLoaded) return;
      isLoaded = true;
      const loaded: unknown = store && attempt('load', () => store.load());
      if (loaded === undefined || loaded === null || loaded === '') return;
      if (typeof loaded !== 'string') complain(`load a string at once, got ${typeof loaded}`);
      else if (!isSendable(loaded)) complain(`load ${SENDABLE}, got another`);
      else cursor.start(loaded);
      kept = cursor.value;
    },
    save() {
      const { value } = cursor;
      if (!store || value === kept) return;
      kept = value;
      if (value) attempt('save', () => store.save(value));
      else attempt('clear', () => store.clear());
    },
  };
}
