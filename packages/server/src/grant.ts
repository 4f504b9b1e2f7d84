/** What a client asks for, as every host shows it. Nothing of it is proven. */
export interface StreamRequest {
  /** Of HTTP, in capitals. */
  readonly method: string;
  /** The target as it came; behind a proxy neither scheme nor host are to be trusted. */
  readonly url: URL;
  /** As they came. */
  readonly headers: Headers;
  /** The host's own: `http.IncomingMessage` or `Request`. */
  readonly native: unknown;
}

/** What a client may have. */
export interface Grant {
  /**
   * Channels or patterns (`orders.*`) that may be read; an empty list: none. `undefined` is refused: who
   * has looked in vain must not be given everything.
   *
   * @default all
   */
  readonly channels?: readonly string[];
  /** Who it is: gets what is published `to` this id. @default nobody in particular */
  readonly clientId?: string | undefined;
  /** When the grant ends, in milliseconds since the epoch: so does the stream. @default never */
  readonly expiresAt?: number | undefined;
  /** What it was given for (the id of a key, of a login): `revoke({ credential })` ends its streams. @default none */
  readonly credential?: string | undefined;
  /** The reconnection time to ask for, in whole milliseconds. @default the server's `retryMs` */
  readonly retryMs?: number | undefined;
}

/**
 * Decides about one request: a grant, or the response that refuses it; `null` is a 403. Asked again
 * for every connection, so what is replayed is what the client may have today. Where it throws,
 * rejects, or takes longer than `limits.authorizeTimeoutMs`, the answer is a 503.
 */
export type Authorize = (request: StreamRequest) => Grant | Response | null | Promise<Grant | Response | null>;
