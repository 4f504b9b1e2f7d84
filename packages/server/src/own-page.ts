import type { Environment } from './environment.ts';
import { ClosedError } from './errors.ts';
import type { Pages, Shared } from './log/shared.ts';

/** How long what has changed waits for more. */
const WRITE_MS = 1_000;
/** Names that are written at a time: everything else has its turn in between. */
const PART = 500;

/** What one instance has to say on a board. It is written by differences, and as a whole where it was lost. */
export interface OwnPage<Value> {
  /** What the page is called. */
  readonly name: string;
  /** What it says by now, the oldest name first. */
  readonly held: ReadonlyMap<string, Value>;
  set(name: string, value: Value): void;
  delete(name: string): void;
  /** Writes what has changed, now. @throws {LogUnavailableError | ClosedError} When it cannot be written. */
  flush(): Promise<void>;
  /** It may have been lost: all of it is written again. */
  restore(): void;
  /** The pages of the others; with names, those of each. */
  others(names?: readonly string[]): Promise<Pages>;
  /** Writes nothing more. */
  end(): void;
}

/** What it is made with. */
export interface PageParts<Value> {
  readonly shared: Shared;
  readonly environment: Environment;
  readonly board: string;
  readonly name: string;
  encode(value: Value): string;
  /** How long it outlives its instance, in milliseconds. */
  ttlMs(): number;
  /** Whether something is too old to be told any more. @default never */
  isStale?(value: Value): boolean;
}

export function createOwnPage<Value>(parts: PageParts<Value>): OwnPage<Value> {
  const { shared, environment, board, name, encode, ttlMs, isStale } = parts;
  const held = new Map<string, Value>();
  /** Names that the board has otherwise, or may have. */
  const dirty = new Set<string>();
  let writing: Promise<void> | undefined;
  let cancel: () => void = () => {};
  let dueAt = Infinity;
  let isOver = false;

  /** The next names that are to be written, with what they have by now. */
  function part(): Map<string, string | null> {
    const changes = new Map<string, string | null>();
    for (const one of dirty) {
      if (changes.size === PART) break;
      const value = held.get(one);
      changes.set(one, value === undefined ? null : encode(value));
      dirty.delete(one);
    }
    return changes;
  }

  async function write(): Promise<void> {
    let wasThere = true;
    do {
      const changes = part();
      try {
        const isThere = await shared.write(board, name, changes, ttlMs());
        // It was lost, and is written as a whole: once, whatever the engine says.
        if (!isThere && wasThere && !isOver) for (const one of held.keys()) if (!changes.has(one)) dirty.add(one);
        wasThere &&= isThere;
      } catch (error) {
        for (const one of changes.keys()) dirty.add(one);
        throw error;
      }
    } while (dirty.size > 0);
  }

  function run(): Promise<void> {
    writing ??= write().finally(() => {
      writing = undefined;
      schedule();
    });
    return writing;
  }

  function tick(): void {
    dueAt = Infinity;
    if (isStale) for (const [one, value] of held) if (isStale(value)) remove(one);
    if (dirty.size === 0 && held.size === 0) return;
    // Who looks after the board has reported it; here it is tried again.
    run().catch((error: unknown) => {
      if (error instanceof ClosedError) end();
    });
  }

  /** What has changed is written soon, what has not now and then, so that it does not end. */
  function schedule(): void {
    if (isOver || writing) return;
    const renewMs = ttlMs() / 3;
    const waitMs = dirty.size > 0 ? Math.min(WRITE_MS, renewMs) : held.size > 0 ? renewMs : Infinity;
    const at = environment.monotonicNow() + waitMs;
    if (at >= dueAt && at < Infinity) return;
    cancel();
    dueAt = at;
    if (at < Infinity) cancel = environment.setTimer(tick, waitMs);
  }

  function touch(one: string): void {
    dirty.add(one);
    schedule();
  }

  function remove(one: string): void {
    if (held.delete(one)) touch(one);
  }

  function end(): void {
    isOver = true;
    dirty.clear();
    cancel();
  }

  return {
    name,
    held,
    set(one, value) {
      held.set(one, value);
      touch(one);
    },
    delete: remove,
    async flush() {
      // One that is on its way has what came until its end, but for its last moment.
      while (writing || dirty.size > 0) await run();
      // What was left is forgotten then.
      if (isOver) throw new ClosedError();
    },
    restore() {
      for (const one of held.keys()) touch(one);
    },
    async others(names) {
      const pages = new Map(await shared.read(board, names));
      pages.delete(name);
      return pages;
    },
    end,
  };
}
