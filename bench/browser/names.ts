// What the page and who drives it agree on.

export const EVENTS = 100_000;

export const NATIVE = 'native EventSource';
export const BOUND = 'fetch + decode + split (bound)';
export const OURS = 'EventClient';
export const BARE_PEER = 'fetch + eventsource-parser 4';
export const NPM = 'eventsource 5';

/** `EventClient` where it is harder to leave the page its frames. */
export const STRAINED = {
  busy: 'EventClient, 20 µs listener, effect',
  oneWrite: 'EventClient, one write',
  oneChunk: 'EventClient, one chunk',
} as const;

export const contestants: readonly string[] = [
  NATIVE,
  BOUND,
  OURS,
  BARE_PEER,
  'eventsource-client',
  'fetch-event-source 2',
  NPM,
];
