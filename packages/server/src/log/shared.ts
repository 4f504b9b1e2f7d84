/** What is to be on a page: a text for a name, `null` for a name that goes. */
export type Changes = ReadonlyMap<string, string | null>;

/** The pages of a board: names and texts. */
export type Pages = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * What the instances on one log tell each other beside it: boards of pages, and who has claimed what.
 * Everything ends by itself, so nothing is left of an instance that dies. `sharedBehaviours` of
 * `pushstream-server/testing` states what an engine owes, as tests.
 */
export interface Shared {
  /**
   * Changes a page of a board, which lives for `ttlMs` from now; with 0 it ends now. Resolves to
   * whether there was a page: one that was lost has to be written again, as a whole.
   */
  write(board: string, page: string, changes: Changes, ttlMs: number): Promise<boolean>;
  /** The pages of a board; where names are given, only those of each. A page without any is left out. */
  read(board: string, names?: readonly string[]): Promise<Pages>;
  /** Takes or keeps something for `ttlMs`; with 0 it is given back. Resolves to whether it was nobody else's. */
  claim(name: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Tells all who hear it at this moment, the sender too; who is away never will. */
  tell(topic: string, text: string): Promise<void>;
  /** Hears what is told, each sender's in its order, until the signal is aborted; what comes while it cannot is lost. */
  hear(topic: string, heard: (text: string) => void, signal: AbortSignal): void;
}
