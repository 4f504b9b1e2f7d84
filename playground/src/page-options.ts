import type { EventClientOptions } from 'pushstream-client';

const DEDUPE = { always: 'always', reconnect: 'reconnect', off: false } as const;

/**
 * What the page's own query says: `heartbeatMs` (asked of the server), `heartbeatTimeoutMs`,
 * `baseDelayMs`, `dedupe` (`always`, `reconnect`, `off`).
 */
export function readPageOptions(
  search: string,
): Pick<EventClientOptions, 'dedupe' | 'heartbeatTimeoutMs' | 'reconnect'> & { readonly heartbeatMs: number } {
  const page = new URLSearchParams(search);
  const number = (name: string): number | undefined => (page.has(name) ? Number(page.get(name)) : undefined);
  const dedupe = page.get('dedupe') ?? 'always';
  const heartbeatTimeoutMs = number('heartbeatTimeoutMs');
  return {
    // The default is 15 s; here nobody wants to wait that long for a stall to be noticed.
    heartbeatMs: number('heartbeatMs') ?? 1_000,
    // A button makes the server repeat itself within a connection.
    dedupe: Object.entries(DEDUPE).find(([name]) => name === dedupe)?.[1] ?? 'always',
    ...(heartbeatTimeoutMs === undefined ? {} : { heartbeatTimeoutMs }),
    // Somebody who breaks it again and again does not want to wait longer and longer.
    reconnect: { baseDelayMs: number('baseDelayMs') ?? 1_000, maxDelayMs: 4_000, healthyAfterMs: 2_000 },
  };
}
