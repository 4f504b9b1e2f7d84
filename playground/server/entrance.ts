import type { Grant, StreamRequest } from 'pushstream-server';
import { createSpan, type Span } from './span.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** Who gets a stream, and for how long. */
export interface Entrance {
  /** For the hub: asked for every connection. */
  readonly authorize: (request: StreamRequest) => Grant | Response;
  readonly tokens: Tokens;
  /** While it lasts, streams are answered by 503. */
  readonly unavailable: Span;
  /** While it lasts, grants end with it. */
  readonly expiring: Span;
}

const RETRY_AFTER_SECONDS = 2;

/** `removed`: a credential is good no more. */
export function createEntrance(removed: (credential: string) => void): Entrance {
  const tokens = createTokens(removed);
  const unavailable = createSpan();
  const expiring = createSpan();
  return {
    tokens,
    unavailable,
    expiring,
    authorize(request) {
      if (unavailable.isOn) {
        const headers = { 'retry-after': String(RETRY_AFTER_SECONDS), 'content-type': 'text/plain' };
        return new Response('Somebody pressed the button.\n', { status: 503, headers });
      }
      const grant = tokens.keys.authorize(request);
      if (grant instanceof Response || !expiring.isOn) return grant;
      return { ...grant, expiresAt: Date.now() + expiring.remainingMs };
    },
  };
}
