/**
 * Time, chance and the host's manners: what a server takes from outside except the network. A test
 * replaces any part.
 */
export interface Environment {
  /** Wall clock, in milliseconds since the epoch; may jump. */
  now(): number;
  /** A clock that never goes back, in milliseconds. */
  monotonicNow(): number;
  /** At least 0, below 1. */
  random(): number;
  /** A fresh word that nobody can guess: at least 96 bits, of letters, digits, `-` and `_`. */
  token(): string;
  /** Calls back once after `delayMs`, never earlier by `monotonicNow`; keeps no process alive; returns what cancels it. */
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Calls back once when this turn of the event loop is over. */
  soon(callback: () => void): void;
  /** Takes what a user's own function threw, and what an engine fails with; `where` names it. */
  reportError(error: unknown, where: string): void;
}
