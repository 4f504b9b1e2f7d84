import type { EventSourceConstructor } from './types.ts';

/** The host's own `EventSource`, looked up at each call; `undefined` where there is none. */
export const hostEventSource = (): EventSourceConstructor | undefined =>
  typeof EventSource === 'undefined' ? undefined : EventSource;
