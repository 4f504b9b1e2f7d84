import { misuse, show } from 'pushstream-protocol';
import type { CursorStore } from './cursor-store.ts';
import { hostStorage } from './host.ts';

/** Storages that are missing keep nothing. */
function storageCursor(key: string, names: readonly ('sessionStorage' | 'localStorage')[]): CursorStore {
  if (typeof key !== 'string' || !key) throw misuse('key', 'a name', show(key));
  const storages = (): Storage[] => names.flatMap((name) => hostStorage(name) ?? []);
  return {
    load() {
      const [own, ...wider] = storages();
      const left = own?.getItem(key);
      // An empty one counts: this tab has begun, and what others have seen is not its own.
      if (!own || typeof left === 'string') return left;
      const latest = wider.map((storage) => storage.getItem(key)).find(Boolean) ?? '';
      if (wider.length > 0) own.setItem(key, latest);
      return latest;
    },
    save: (cursor) => storages().forEach((storage) => storage.setItem(key, cursor)),
    clear: () => storages().forEach((storage) => storage.removeItem(key)),
  };
}

/**
 * Keeps the cursor of this tab over reloads, in `sessionStorage`. Nothing but the id is stored, under
 * exactly this key: name the stream and the user in it.
 *
 * @throws {TypeError} For a key that is no name.
 * @see https://html.spec.whatwg.org/multipage/webstorage.html#dom-sessionstorage
 */
export function sessionCursor(key: string): CursorStore {
  return storageCursor(key, ['sessionStorage']);
}

/**
 * As `sessionCursor`, and a new tab begins where any tab was last, in `localStorage`. A tab that is
 * reloaded goes on from its own place: no tab skips what only another has seen.
 *
 * @throws {TypeError} For a key that is no name.
 * @see https://html.spec.whatwg.org/multipage/webstorage.html#dom-localstorage
 */
export function localCursor(key: string): CursorStore {
  return storageCursor(key, ['sessionStorage', 'localStorage']);
}
