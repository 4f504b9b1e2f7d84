/** The body of one response, as a host writes it. */
export interface Sink {
  /** It takes chunks with their framing. */
  readonly isFramed: boolean;
  /** Takes bytes in any case; `false`: no more before `drained`. */
  write(bytes: Uint8Array): boolean;
  /** Bytes that it took and the network did not yet. */
  readonly bufferedBytes: number;
  /** Ends the response behind what it took. */
  end(): void;
  /** Gives it up at once. */
  destroy(): void;
}

/** What a host tells of a body. */
export interface SinkListener {
  /** It takes more. */
  drained(): void;
  /** It is over, for whatever reason; called once. */
  closed(): void;
}
