/**
 * Time, chance and the host's manners: everything a client takes from outside except the network.
 * Any part may be replaced; a test replaces them all.
 */
export interface Environment {
  /** Wall clock, in milliseconds since the epoch; may jump. */
  now(): number;
  /** A clock that never goes back, in milliseconds; may stand still while the machine sleeps. */
  monotonicNow(): number;
  /** At least 0, below 1. */
  random(): number;
  /** Calls back once after `delayMs`; returns what cancels it. */
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Calls back before the next frame, or soon where there are none; returns what cancels it. */
  requestFrame(callback: () => void): () => void;
  /** Resolves after the host had its turn: input, painting, other tasks. */
  yieldToHost(): Promise<void>;
  /** Takes what a user's own listener threw. */
  reportError(error: unknown): void;
  /** Says something to the developer. */
  warn(message: string): void;
  /** What relative URLs are relative to; `undefined` where there is no page. */
  baseUrl(): string | undefined;
  /** The page around the client, where there is one; elsewhere it never tells anything. */
  readonly page: Page;
}

/** What a page, or the device under it, tells of its life. */
export interface Page {
  /** Calls back at each; returns what ends it. Hosts that do not know the event never call. */
  listen(type: PageEvent, listener: (event: { readonly persisted?: boolean }) => void): () => void;
  /** Nobody can see the page. */
  isHidden(): boolean;
}

/**
 * The browser's own events.
 *
 * @see https://html.spec.whatwg.org/multipage/interaction.html#page-visibility
 * @see https://wicg.github.io/page-lifecycle/
 */
export type PageEvent = 'visibilitychange' | 'resume' | 'pageshow' | 'online';
