import type { Environment } from '../environment.ts';
import type { Changes, Pages, Shared } from './shared.ts';

interface Page {
  readonly entries: Map<string, string>;
  endsAt: number;
}

interface Claim {
  readonly owner: string;
  readonly endsAt: number;
}

function change(entries: Map<string, string>, changes: Changes): void {
  for (const [name, text] of changes) {
    if (text === null) entries.delete(name);
    else entries.set(name, text);
  }
}

/** What hubs in one process share. There is no timer: what is over goes when somebody looks. */
export function createMemoryShared({ monotonicNow }: Pick<Environment, 'monotonicNow'>): Shared {
  const boards = new Map<string, Map<string, Page>>();
  const claims = new Map<string, Claim>();
  const listeners = new Map<string, Set<(text: string) => void>>();

  /** The pages of a board that are not over. */
  function pagesOf(board: string): Map<string, Page> {
    const pages = boards.get(board) ?? new Map<string, Page>();
    for (const [name, { endsAt }] of pages) if (endsAt <= monotonicNow()) pages.delete(name);
    return pages;
  }

  function keep(board: string, pages: Map<string, Page>): void {
    if (pages.size > 0) boards.set(board, pages);
    else boards.delete(board);
  }

  function write(board: string, name: string, changes: Changes, ttlMs: number): boolean {
    const pages = pagesOf(board);
    const page = pages.get(name) ?? { entries: new Map<string, string>(), endsAt: 0 };
    const wasThere = pages.has(name);
    change(page.entries, changes);
    page.endsAt = monotonicNow() + ttlMs;
    if (ttlMs > 0 && page.entries.size > 0) pages.set(name, page);
    else pages.delete(name);
    keep(board, pages);
    return wasThere;
  }

  function read(board: string, names?: readonly string[]): Pages {
    const found = new Map<string, ReadonlyMap<string, string>>();
    const wanted = names && new Set(names);
    for (const [name, { entries }] of pagesOf(board)) {
      const chosen = new Map(wanted ? [...entries].filter(([entry]) => wanted.has(entry)) : entries);
      if (chosen.size > 0) found.set(name, chosen);
    }
    return found;
  }

  function claim(name: string, owner: string, ttlMs: number): boolean {
    const now = monotonicNow();
    const known = claims.get(name);
    if (known && known.endsAt > now && known.owner !== owner) return false;
    if (ttlMs > 0) claims.set(name, { owner, endsAt: now + ttlMs });
    else claims.delete(name);
    return true;
  }

  function hear(topic: string, heard: (text: string) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    const all = listeners.get(topic) ?? new Set();
    listeners.set(topic, all.add(heard));
    signal.addEventListener('abort', () => {
      all.delete(heard);
      if (all.size === 0) listeners.delete(topic);
    });
  }

  return {
    write: (...words) => Promise.resolve(write(...words)),
    read: (...words) => Promise.resolve(read(...words)),
    claim: (...words) => Promise.resolve(claim(...words)),
    tell(topic, text) {
      for (const heard of listeners.get(topic) ?? []) heard(text);
      return Promise.resolve();
    },
    hear,
  };
}
